import type { EffectRequest, EffectResult, JournalEntry, WaitArgs } from '../../core/effect.ts';
import type { Program } from '../../core/program.ts';
import type { ExecutionResult } from '../../core/run.ts';
import type { Recording } from '../recording.ts';
import type { Difference } from './compare.ts';
import { targetOf } from './target.ts';

/** What became of an effect that the replay asked for. */
interface Asked {
  readonly effect: EffectRequest;
  /** The recorded effect that answers it. */
  readonly match?: JournalEntry;
  ended?: NonNullable<JournalEntry['ended']>;
}

export interface Rematched {
  /** Of effects alone. */
  readonly differences: readonly Difference[];
  /** `needs` where the program awaits what the journal does not have. */
  readonly result: ExecutionResult;
}

/**
 * Takes a program through a recorded run to which it does not keep: from its start, each effect that it
 * asks for is given the result of the recorded effect that does the same, in the order in which results
 * arrived then. One with other arguments for the same target is answered too, as a difference. What
 * learns nothing from the outside (a message, a wait, a state that is set) is taken to succeed.
 *
 * @param execute executes the program with a journal
 */
export async function rematch(
  recording: Recording,
  program: Program,
  execute: (journal: readonly JournalEntry[]) => Promise<ExecutionResult>,
): Promise<Rematched> {
  const free = new Set(recording.journal);
  const asked: Asked[] = [];
  let now = recording.event.receivedAt;
  let arrival = 0;
  for (;;) {
    const result = await execute(asked.map((one) => entryOf(one, recording)));
    if (result.status !== 'needs') return { differences: differ(asked, free, program), result };
    for (const effect of result.effects) asked.push({ effect, ...matchOf(effect, free) });
    // One at a time: what its result makes the program ask for may have arrived before the others.
    const next = nextOf(asked);
    // A program that asks for ever is ended by its own limit of effects.
    if (next === undefined) return { differences: differ(asked, free, program), result };
    const { at, result: given } = answerTo(next, now);
    now = at;
    next.ended = { at, arrival: arrival++, result: given };
  }
}

function entryOf({ effect, match, ended }: Asked, { event }: Recording): JournalEntry {
  const beganAt = match?.beganAt ?? event.receivedAt;
  return { ...effect, beganAt, ...(ended === undefined ? {} : { ended }) };
}

/** The first recorded effect, of those not taken yet, that does the same or at least to the same target. */
function matchOf(effect: EffectRequest, free: Set<JournalEntry>): { match?: JournalEntry } {
  const alike = [...free].filter(({ kind }) => kind === effect.kind);
  const target = targetOf(effect);
  const match =
    alike.find(({ args }) => args === effect.args) ??
    // Until when a wait is depends on what came before it.
    alike.find((entry) => effect.kind === 'wait' || targetOf(entry) === target);
  if (match === undefined) return {};
  free.delete(match);
  return { match };
}

/** What arrives next: by the recorded order, and then what the journal does not have. */
function nextOf(asked: readonly Asked[]): Asked | undefined {
  const open = asked.filter(({ ended }) => ended === undefined);
  const recorded = open
    .filter(({ match }) => match?.ended !== undefined)
    .sort((a, b) => arrivalOf(a) - arrivalOf(b));
  return recorded[0] ?? open.find((one) => one.match === undefined && assumed(one.effect));
}

function arrivalOf({ match }: Asked): number {
  return match?.ended?.arrival ?? 0;
}

function answerTo(
  { effect, match }: Asked,
  now: number,
): { readonly at: number; readonly result: EffectResult } {
  if (match?.ended !== undefined) return match.ended;
  const value = assumed(effect) ?? 'null';
  const until = effect.kind === 'wait' ? (JSON.parse(effect.args) as WaitArgs).until : now;
  const at = Math.max(now, until);
  return { at, result: { ok: true, value } };
}

/** JSON of the result that an effect has wherever it succeeds; `undefined` where the outside decides it. */
function assumed({ number, kind, args }: EffectRequest): string | undefined {
  switch (kind) {
    case 'wait':
      return 'null';
    case 'emit':
    case 'hook':
      return JSON.stringify({ id: `msg_${String(number).padStart(26, '0')}` });
    case 'state':
      return (JSON.parse(args) as { readonly op: string }).op === 'set' ? 'null' : undefined;
    case 'http':
    case 'call':
      return undefined;
  }
}

function differ(
  asked: readonly Asked[],
  free: ReadonlySet<JournalEntry>,
  program: Program,
): Difference[] {
  const changed = asked.flatMap(({ effect, match }): Difference[] => {
    if (match?.args === effect.args) return [];
    const recorded = match === undefined ? null : effectJson(match);
    const line = program.steps[effect.step]?.line;
    const replayed = { ...effectJson(effect), ...(line === undefined ? {} : { line }) };
    return [{ at: `effects[${match?.number ?? effect.number}]`, recorded, replayed }];
  });
  const missing = [...free].map((entry) => ({
    at: `effects[${entry.number}]`,
    recorded: effectJson(entry),
    replayed: null,
  }));
  return [...changed, ...missing, ...misplaced(asked)];
}

/** Effects that are all the same and come in another order. */
function misplaced(asked: readonly Asked[]): Difference[] {
  const order = asked.flatMap(({ match }) => (match === undefined ? [] : [match]));
  const sorted = [...order].sort((a, b) => a.number - b.number);
  const first = order.findIndex((entry, index) => entry !== sorted[index]);
  const [is, was] = [order[first], sorted[first]];
  if (is === undefined || was === undefined) return [];
  return [
    { at: `effects[${was.number}].order`, recorded: effectJson(was), replayed: effectJson(is) },
  ];
}

function effectJson({ kind, args }: EffectRequest): object {
  return { kind, arguments: JSON.parse(args) as unknown };
}
