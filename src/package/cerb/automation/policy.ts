import type { Findings } from '../../convert/findings.ts';
import { readKata } from '../kata/read.ts';
import { resolveReferences } from '../kata/references.ts';
import { entryOf, type KataEntry, plainText } from '../kata/tree.ts';

/** One rule: what it decides where its condition is true. */
export interface PolicyRule {
  readonly allows: boolean;
  readonly entry: KataEntry;
}

/** `policy_kata` of an automation. */
export interface CerbPolicy {
  /** Rules for a command, in order: its own, then those for `all`. No rule that is true means no. */
  rulesFor(command: string): readonly PolicyRule[];
  readonly timeLimitMs: number | undefined;
  readonly findings: Findings;
}

/** Milliseconds that Cerb's `time_limit_ms` may say at most. */
const TIME_LIMIT_MS_MAX = 120_000;

/** Reads `policy_kata`. */
export function readPolicy(text: string, findings: Findings): CerbPolicy {
  const entries = resolveReferences(readKata(text, findings), findings);
  for (const entry of entries) {
    if (['commands', 'settings', 'callers'].includes(entry.type)) continue;
    findings.error(
      'cerb.policy',
      entry.span,
      `Expected \`commands:\` or \`settings:\`, got \`${entry.key}:\``,
    );
  }
  const callers = entryOf(entries, 'callers');
  if (callers !== undefined) {
    findings.warning('cerb.policy', callers.span, 'Expected no `callers:`, got some', {
      hint: 'They matter for interactions of workers alone, and are left out.',
    });
  }
  const commands = entryOf(entries, 'commands')?.entries ?? [];
  const rules = new Map(commands.map((command) => [command.type, rulesOf(command, findings)]));
  return {
    rulesFor: (command) => [...(rules.get(command) ?? []), ...(rules.get('all') ?? [])],
    timeLimitMs: timeLimit(entryOf(entries, 'settings'), findings),
    findings,
  };
}

function rulesOf(command: KataEntry, findings: Findings): readonly PolicyRule[] {
  return command.entries.flatMap((entry) => {
    if (entry.type === 'allow' || entry.type === 'deny') {
      return [{ allows: entry.type === 'allow', entry }];
    }
    findings.error(
      'cerb.policy',
      entry.span,
      `Expected \`allow\` or \`deny\`, got \`${entry.key}\``,
    );
    return [];
  });
}

function timeLimit(settings: KataEntry | undefined, findings: Findings): number | undefined {
  const entry = settings === undefined ? undefined : entryOf(settings.entries, 'time_limit_ms');
  if (entry === undefined) return undefined;
  const ms = Number(plainText(entry));
  if (Number.isInteger(ms) && ms > 0 && ms <= TIME_LIMIT_MS_MAX) return ms;
  findings.error(
    'cerb.policy',
    entry.span,
    `Expected milliseconds up to ${TIME_LIMIT_MS_MAX}, got \`${plainText(entry)}\``,
  );
  return undefined;
}
