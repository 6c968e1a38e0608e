import type { Difference } from '../engine/replay/compare.ts';
import { outcomeJson } from '../http/api/represent-trace.ts';
import type { BacktestedEvent } from './backtest-events.ts';
import { requestLine } from './event-text.ts';
import { excerpt, excerpts } from './excerpt.ts';
import { jsonDifferences } from './json-differences.ts';
import { printableLine, type Style } from './style.ts';

/** How many events came out how. */
export interface BacktestSummary {
  readonly same: number;
  readonly differs: number;
  readonly fails: number;
  readonly new: number;
  readonly skipped: number;
}

const COLOURS = {
  same: 'green',
  differs: 'yellow',
  fails: 'red',
  new: 'cyan',
  skipped: 'dim',
} as const;

/** For programs: one of these for each event, in a line. */
export function backtestedJson({ event, run, result, reason, ...told }: BacktestedEvent): object {
  return {
    event: event.id,
    run: run ?? null,
    result,
    reason: reason ?? null,
    differences: told.differences,
    outcome: told.outcome === undefined ? null : outcomeJson(told.outcome),
  };
}

/** For people: a line for each event, and below it what would differ. */
export function backtestedText(one: BacktestedEvent, style: Style): string {
  const { event, result, differences, outcome, reason } = one;
  const head = `${event.id}  ${event.received_at}  ${printableLine(requestLine(event))}  ${style(COLOURS[result], result)}`;
  const failure = result === 'fails' ? outcome?.failure : undefined;
  return [
    reason === undefined ? head : `${head}: ${printableLine(reason)}`,
    ...(result === 'new' ? [`  ${endText(one)}`] : []),
    ...(failure === undefined
      ? []
      : [
          `  ${style('red', failure.code)}${failure.line === undefined ? '' : ` at line ${failure.line}`}: ${excerpt(failure.message)}`,
        ]),
    ...differences
      .filter(({ at }) => failure === undefined || !(at === 'failure' || at === 'status'))
      .flatMap((difference) => differenceTexts(difference, style))
      .map((text) => `  ${text}`),
  ].join('\n');
}

function endText({ outcome }: BacktestedEvent): string {
  if (outcome === undefined) return 'waits for an effect that no journal answers';
  return outcome.answer === undefined
    ? 'ends without an answer'
    : `answers ${outcome.answer.status}`;
}

function differenceTexts({ at, recorded, replayed }: Difference, style: Style): string[] {
  const name = style('cyan', at);
  const isEffect = /^effects\[\d+\]$/.test(at);
  if (recorded === null)
    return [`${name} ${isEffect ? 'asked for besides' : 'new'}: ${short(replayed)}`];
  if (replayed === null)
    return [`${name} ${isEffect ? 'not asked for' : 'gone'}: ${short(recorded)}`];
  const inside = jsonDifferences(comparable(at, recorded), comparable(at, replayed));
  if (inside !== undefined) {
    return inside.map(({ path, was, is }) => {
      const [one, other] = excerpts(was, is);
      return `${name}${path} ${one} → ${other}`;
    });
  }
  const [one, other] = excerpts(text(recorded), text(replayed));
  return [`${name} ${one} → ${other}`];
}

/** Headers by name; an effect without its line, which differs where it stands elsewhere in the draft. */
function comparable(at: string, value: unknown): unknown {
  if (at === 'answer.headers') {
    const byName = new Map<string, string[]>();
    for (const [name, text] of value as readonly (readonly [string, string])[]) {
      byName.set(name, [...(byName.get(name) ?? []), text]);
    }
    return Object.fromEntries([...byName].map(([name, texts]) => [name, texts.join(', ')]));
  }
  if (!at.startsWith('effects[')) return value;
  const { line: _, ...effect } = value as { readonly line?: number };
  return effect;
}

function short(value: unknown): string {
  return excerpt(text(value));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function summaryText(summary: BacktestSummary, style: Style): string {
  const parts = (Object.keys(COLOURS) as (keyof BacktestSummary)[])
    .filter((result) => summary[result] > 0 || result === 'same' || result === 'differs')
    .map((result) => style(COLOURS[result], `${summary[result]} ${result}`));
  return parts.join(', ');
}
