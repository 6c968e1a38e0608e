import type { EffectJson, RunDetailJson } from '../http/api/represent-run.ts';
import { outcomeText, runHead } from './event-text.ts';
import { printableLine, type Style } from './style.ts';
import { table } from './table.ts';

/** Characters of a target and of a result: a row stays on a wide terminal's line. */
const TARGET_MAX = 80;
const RESULT_MAX = 40;

/** A run with how it ended, its log, and its effects as a table. */
export function runText(run: RunDetailJson, style: Style): string {
  const webhook = run.webhook ?? `${run.webhook_id} (deleted)`;
  const origin = run.webhook_id === '' ? '' : ` at ${printableLine(webhook)}`;
  const facts = [
    `started ${run.started_at}`,
    `for ${run.event_id}${origin}`,
    ...(run.attempt > 1 ? [`attempt ${run.attempt}`] : []),
    ...(run.due_at === null ? [] : [`due ${run.due_at}`]),
    ...(run.caller === null ? [] : [`called by ${run.caller.run}`]),
  ];
  const value = run.value === null ? [] : [`  value ${printableLine(JSON.stringify(run.value))}`];
  return [
    runHead(run, style),
    facts.join(', '),
    ...outcomeText(run),
    ...value,
    ...effectsText(run.journal),
  ].join('\n');
}

function effectsText(journal: readonly EffectJson[]): string[] {
  if (journal.length === 0) return [];
  const rows = journal.map((effect) => [
    String(effect.number),
    effect.line === null ? '-' : String(effect.line),
    effect.kind,
    cut(effect.target, TARGET_MAX),
    cut(resultText(effect), RESULT_MAX),
    effect.duration_ms === null ? '-' : String(effect.duration_ms),
  ]);
  return ['', table(['EFFECT', 'LINE', 'KIND', 'TARGET', 'RESULT', 'MS'], rows)];
}

function resultText({ kind, result }: EffectJson): string {
  if (result === null) return 'none yet';
  if (!result.ok) return `${result.code}${result.status === null ? '' : ` ${result.status}`}`;
  if (kind === 'http') return String((result.value as { readonly status: number }).status);
  return kind === 'wait' ? 'over' : JSON.stringify(result.value);
}

function cut(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text;
}
