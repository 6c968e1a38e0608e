import type { Clock } from '../core/clock.ts';
import type { EventStatus } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { RunRecord } from '../core/run.ts';
import { answerOf, UNRECORDED } from './answers.ts';
import type { Match } from './dispatch.ts';
import type { Capture } from './held-capture.ts';
import type { LiveRuns } from './live-runs.ts';
import type { PendingAnswer } from './pending-answer.ts';
import type { RunStore } from './ports.ts';
import type { RunQueue } from './queue.ts';
import { runFields } from './records.ts';
import type { BegunRun, EndedRun, Passage, Runner } from './run.ts';

export interface LegParts {
  readonly store: Pick<RunStore, 'advance'>;
  readonly runner: Runner;
  readonly live: LiveRuns;
  readonly queue: Pick<RunQueue, 'hasRoom' | 'wake'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface LegStart {
  readonly capture: Capture;
  readonly caller: PendingAnswer | undefined;
  /** Where the run's first step is to give the event its new status. */
  readonly event: { readonly id: string; readonly status: EventStatus } | undefined;
}

/** How far a leg has come: its run is in the store, or has ended and is to be settled. */
export interface LegEnd {
  /** Ended without effects, and not in the store. */
  readonly unwritten?: RunRecord;
  /** The record when this process has left the run: ended, resting or queued. */
  readonly left?: Promise<RunRecord>;
  readonly eventWritten?: boolean;
}

/** Runs one matching binding. Resolves when its run has ended or is in the store. */
export async function runLeg(
  parts: LegParts,
  passage: Passage,
  { leg, refused }: Match,
  start: LegStart,
): Promise<LegEnd> {
  const { runner } = parts;
  const run = refused ? runner.refuse(passage, leg, refused) : await runner.run(passage, leg);
  // From here on, what is written goes to disk with the event, or behind it.
  start.capture.release();
  if (run.how === 'ended') return ended(parts, run, start);
  if (!(await mayWrite(start))) return {};
  const awaited = start.caller?.awaited === true;
  return awaited || parts.queue.hasRoom ? begin(parts, run, start) : enqueue(parts, run, start);
}

async function ended(parts: LegParts, run: EndedRun, start: LegStart): Promise<LegEnd> {
  const { record, result, subject } = run;
  parts.log.write(record.status === 'failed' ? 'warn' : 'info', 'run', runFields(record));
  const awaited = start.caller?.awaited === true;
  if (awaited && record.secretUse !== undefined) return recorded(parts, run, start);
  start.caller?.give(answerOf(result, record.id));
  if (awaited || subject === undefined) return { unwritten: record };
  const again = parts.live.retryAt(subject, record, false);
  if (again === undefined) return { unwritten: record };
  return (await mayWrite(start)) ? queued(parts, again, start) : {};
}

/** Computing it again may give another answer, when a secret has changed: it is written before it leaves. */
async function recorded(parts: LegParts, run: EndedRun, start: LegStart): Promise<LegEnd> {
  const { record, result } = run;
  const { caller, event } = start;
  if (!(await mayWrite(start))) return {};
  await parts.store.advance({
    run: record,
    begun: [],
    ended: [],
    ...(event === undefined ? {} : { event }),
  });
  caller?.give(answerOf(result, record.id));
  return { left: Promise.resolve(record), eventWritten: event !== undefined };
}

async function begin(parts: LegParts, run: BegunRun, start: LegStart): Promise<LegEnd> {
  const { state, first } = run;
  const { caller, event } = start;
  let begun: () => void = () => {};
  const onDisk = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const drive = parts.live.begin(state, {
    first,
    caller,
    begun,
    ...(event === undefined ? {} : { event }),
  });
  const left = drive.then(
    ({ record }) => record,
    async (error: unknown) => {
      if (!(await succeeded(start.capture.stored))) {
        // One that could not be stored has no runs; `receive` reports it.
        parts.live.listener.closed();
        return state.record;
      }
      // Its lease runs out, and then it is taken up again.
      parts.log.write('error', 'run.left', { run: state.record.id, error });
      caller?.give(UNRECORDED);
      return state.record;
    },
  );
  await Promise.race([onDisk, drive]);
  return { left, eventWritten: event !== undefined };
}

/** No room: the run is stored as it was before its first execution, to be taken up when there is. */
function enqueue(parts: LegParts, { state }: BegunRun, start: LegStart): Promise<LegEnd> {
  const { answer: _, secretUse: __, ...record } = state.record;
  return queued(parts, { ...record, status: 'queued', dueAt: parts.clock() }, start);
}

async function queued(parts: LegParts, run: RunRecord, { event }: LegStart): Promise<LegEnd> {
  await parts.store.advance({
    run,
    begun: [],
    ended: [],
    ...(event === undefined ? {} : { event }),
  });
  parts.live.listener.opened();
  parts.queue.wake(run.dueAt ?? parts.clock());
  return { left: Promise.resolve(run), eventWritten: event !== undefined };
}

/**
 * Whether a run may be written: one whose event could not be stored must not be. A step that settles its event
 * is refused by the store then, and need not wait.
 */
async function mayWrite({ capture, event }: LegStart): Promise<boolean> {
  return event !== undefined || succeeded(capture.stored);
}

function succeeded(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
