import type { Clock } from '../../core/clock.ts';
import type { CallArgs, EffectFailureCode, EffectResult, JournalEntry } from '../../core/effect.ts';
import { derivedId } from '../../core/ids.ts';
import type { RunFailure, RunRecord } from '../../core/run.ts';
import { resolveInputs } from '../../language/inputs.ts';
import { Drive, type DriveParts } from '../drive.ts';
import { Journal } from '../journal.ts';
import { CALL_DEPTH_MAX, EFFECT_RESULT_BYTES_MAX } from '../limits.ts';
import type { EventStore, RunStep, RunStore } from '../ports.ts';
import { endedRecord, isOpen, newRecord } from '../records.ts';
import { failedWith } from '../refusal.ts';
import type { FindAutomation, RunnableAutomation } from '../route.ts';
import type { RunState } from '../subject.ts';
import type { EffectContext, Perform, Performed } from './performer.ts';

export interface CallParts {
  readonly store: Pick<RunStore, 'advance' | 'journal'> & Pick<EventStore, 'run'>;
  /** Functions by name. */
  readonly find: FindAutomation;
  /** A revision that a run began with, by its id. */
  readonly revision: (id: string) => Promise<RunnableAutomation | string>;
  /** Read at each call, because these parts hold this performer too. */
  readonly drive: () => DriveParts;
  readonly clock: Clock;
}

/**
 * The lease of called runs: they are never taken up by themselves. Whoever takes up the caller performs
 * the call again, and finds the called run by its id where it stands.
 */
const LEASE: NonNullable<RunStep['lease']> = { owner: 'caller', until: Number.MAX_SAFE_INTEGER };

/** `call`: a run of a function, with its own record, journal and policy, for the same event. */
export function callPerformer(parts: CallParts): Perform {
  return async (context) => {
    const state = await stateOf(parts, context);
    if ('how' in state) return state;
    const drive = new Drive(parts.drive(), state, {
      depth: context.depth + 1,
      lease: () => LEASE,
      rest: ({ dueAt: _, ...record }) => ({ ...record, status: 'waiting' }),
      end: (record, result) => endedRecord(record, result, parts.clock()),
    });
    const release = context.adopt(drive);
    try {
      const end = await drive.run();
      if (end.how === 'resting') return { how: 'parked', dueAt: end.dueAt };
      return end.how === 'ended' ? resultOf(end.record) : { how: 'stopped' };
    } finally {
      release();
    }
  };
}

/** Ends runs that were called and wait, with all that they called. */
export async function cancelCalled(
  parts: Pick<CallParts, 'store' | 'clock'>,
  caller: RunRecord,
  entries: readonly JournalEntry[],
): Promise<void> {
  for (const entry of entries) {
    if (entry.kind !== 'call' || entry.ended !== undefined) continue;
    const run = await parts.store.run(calledId(caller, entry));
    if (run === undefined || !isOpen(run)) continue;
    await cancelCalled(parts, run, await parts.store.journal(run.id));
    await parts.store.advance({
      run: endedRecord(run, failedWith(CANCELLED, run.logs), parts.clock()),
      begun: [],
      ended: [],
    });
  }
}

const CANCELLED: RunFailure = {
  code: 'run.cancelled',
  message: 'The run that called it was cancelled or has ended.',
  status: 500,
};

/** The called run's id: the same after every crash, another one for each attempt of the caller. */
function calledId(caller: RunRecord, entry: JournalEntry): string {
  return derivedId('run', entry.beganAt, `${caller.id}/${caller.attempt}/${entry.number}`);
}

async function stateOf(parts: CallParts, context: EffectContext): Promise<RunState | Performed> {
  const known = await parts.store.run(calledId(context.run, context.entry));
  if (known === undefined) return newState(parts, context);
  if (!isOpen(known)) return resultOf(known);
  const found = await parts.revision(known.revision);
  if (typeof found === 'string') return failed('effect.failed', found);
  const { program, policy, retry } = found;
  return {
    record: known,
    subject: { ...context.subject, program, policy, retry },
    journal: new Journal(await parts.store.journal(known.id)),
  };
}

function newState(parts: CallParts, context: EffectContext): RunState | Performed {
  const { run, entry, subject, depth } = context;
  const args = JSON.parse(entry.args) as CallArgs;
  if (depth >= CALL_DEPTH_MAX) {
    const message = `Expected at most ${CALL_DEPTH_MAX} calls inside each other, got another of "${args.function}".`;
    return failed('effect.failed', message);
  }
  const found = parts.find(args.function);
  if (typeof found === 'string') return failed('effect.failed', found);
  if (found.trigger !== 'function') {
    const message = `Expected an automation with \`trigger: function\`, got "${args.function}".`;
    return failed('effect.failed', message);
  }
  const { inputs, problems } = resolveInputs(found.inputs, args.inputs);
  if (problems.length > 0) {
    return failed('effect.invalid', `${args.function}: ${problems.map(sentence).join(' ')}`);
  }
  const { program, policy, retry, revision } = found;
  const record = newRecord({
    id: calledId(run, entry),
    eventId: run.eventId,
    webhookId: run.webhookId,
    automation: args.function,
    revision,
    binding: -1,
    inputs: JSON.stringify(inputs),
    startedAt: parts.clock(),
    caller: { runId: run.id, effect: entry.number },
  });
  return {
    record,
    subject: { ...subject, program, policy, retry },
    journal: new Journal(),
  };
}

/** Problems with a suggestion end with its question mark. */
function sentence(problem: string): string {
  return problem.endsWith('?') ? problem : `${problem}.`;
}

function failed(code: EffectFailureCode, message: string, status?: number): Performed {
  const result = { ok: false, code, message, ...(status === undefined ? {} : { status }) } as const;
  return { how: 'result', result };
}

function resultOf({ automation, value = 'null', failure }: RunRecord): Performed {
  if (failure !== undefined) {
    const code = failure.code.startsWith('effect.') ? failure.code : 'effect.failed';
    const message = `The function "${automation}" failed: ${failure.message}`;
    return failed(code as EffectFailureCode, message, failure.status);
  }
  const bytes = Buffer.byteLength(value);
  if (bytes > EFFECT_RESULT_BYTES_MAX) {
    const message = `Expected at most ${EFFECT_RESULT_BYTES_MAX} bytes from the function "${automation}", got ${bytes}.`;
    return failed('effect.failed', message);
  }
  const result: EffectResult = { ok: true, value };
  return { how: 'result', result };
}
