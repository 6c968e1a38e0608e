import type { JournalEntry, WaitArgs } from '../../core/effect.ts';
import type { Answer } from '../../core/run.ts';
import type { Recording } from '../../engine/recording.ts';
import type { CaseOutcome } from '../run-case.ts';

/** In what a case does not give what the recorded run gave: `effects[2]`, `answer`, …; none where it does. */
export function strays(
  { journal, outcome, event }: Recording,
  { record, effects, missing, unused }: CaseOutcome,
): readonly string[] {
  const asked = Math.max(journal.length, effects.length);
  const places = Array.from({ length: asked }, (_, index) =>
    isSame(journal[index], effects[index], journal, effects, event.receivedAt)
      ? []
      : [`effects[${index}]`],
  ).flat();
  const parts: readonly (readonly [place: string, recorded: unknown, given: unknown])[] = [
    ['answer', answerText(outcome.answer), answerText(record.answer)],
    ['value', outcome.value, record.value],
    ['failure', JSON.stringify(outcome.failure), JSON.stringify(record.failure)],
    ['logs', JSON.stringify(outcome.logs), JSON.stringify(record.logs)],
  ];
  return [
    ...places,
    ...parts.filter(([, recorded, given]) => recorded !== given).map(([place]) => place),
    ...(missing.length + unused.length > 0 ? ['replies'] : []),
  ];
}

/** A wait counts from when it was asked for, which is some milliseconds later where effects take time. */
function isSame(
  recorded: JournalEntry | undefined,
  given: JournalEntry | undefined,
  journal: readonly JournalEntry[],
  effects: readonly JournalEntry[],
  start: number,
): boolean {
  if (recorded === undefined || given === undefined || recorded.kind !== given.kind) return false;
  if (recorded.args === given.args) return true;
  if (recorded.kind !== 'wait') return false;
  return durationOf(recorded, journal, start) === durationOf(given, effects, start);
}

/** From the time that the guest saw when it asked. */
function durationOf(
  { args, beganAt, number }: JournalEntry,
  entries: readonly JournalEntry[],
  start: number,
): number {
  const { until } = JSON.parse(args) as WaitArgs;
  const seen = entries
    .filter((one) => one.number < number && one.ended !== undefined && one.ended.at <= beganAt)
    .map((one) => one.ended?.at ?? start);
  return until - Math.max(start, ...seen);
}

function answerText(answer: Answer | undefined): string | undefined {
  if (answer === undefined) return undefined;
  const { status, headers, body } = answer;
  return JSON.stringify([status, headers, Buffer.from(body as Uint8Array).toString('base64')]);
}
