import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import type { RunRecord } from '../core/run.ts';
import { cancelCalled } from './effects/call.ts';
import type { LiveRuns } from './live-runs.ts';
import type { EventStore, RunStore } from './ports.ts';
import type { RunQueue } from './queue.ts';
import { endedRecord, isOpen } from './records.ts';
import { failedWith } from './refusal.ts';

export interface RerunParts {
  readonly store: Pick<EventStore, 'run'> & Pick<RunStore, 'advance' | 'journal'>;
  readonly live: Pick<LiveRuns, 'stop' | 'listener'>;
  readonly queue: Pick<RunQueue, 'exclusive' | 'wake'>;
  readonly clock: Clock;
}

/**
 * Queues another attempt of a run that has failed or was cancelled: the same id and revision, an empty
 * journal. Throws `run.not_found`, and `run.state` for other runs.
 */
export function retryRun(parts: RerunParts, id: string): Promise<RunRecord> {
  const { store, queue, live, clock } = parts;
  return queue.exclusive(async () => {
    const run = await ownRun(parts, id);
    if (run.status !== 'failed' && run.status !== 'cancelled') {
      throw new HookwrightError(
        'run.state',
        `Expected a run that has failed or was cancelled, got one that is ${run.status}.`,
      );
    }
    if (run.revision === '') {
      throw new HookwrightError(
        'run.state',
        `Expected a run that had an automation to execute, got one without: ${run.failure?.message ?? ''}`,
        { next: 'Mend the binding, then let the sender send again.' },
      );
    }
    const { endedAt: _, secretUse: __, ...rest } = run;
    const now = clock();
    const again: RunRecord = { ...rest, status: 'queued', attempt: run.attempt + 1, dueAt: now };
    const forgotten = (await store.journal(id)).map(({ number }) => number);
    await store.advance({ run: again, forgotten, begun: [], ended: [] });
    live.listener.opened();
    queue.wake(now);
    return again;
  });
}

/**
 * Ends a run that is queued, waiting or under way as cancelled, with all that it called. What it has
 * done stays done. Throws `run.not_found`, and `run.state` for runs that have ended.
 */
export function cancelRun(parts: RerunParts, id: string): Promise<RunRecord> {
  const { store, queue, live, clock } = parts;
  return queue.exclusive(async () => {
    // One under way ends by itself; it may also rest or end otherwise just now.
    await live.stop(id, 'cancel');
    const run = await ownRun(parts, id);
    if (run.status === 'cancelled') return run;
    if (!isOpen(run)) {
      throw new HookwrightError(
        'run.state',
        `Expected a run that is open, got one that has ${run.status}.`,
      );
    }
    await cancelCalled(parts, run, await store.journal(id));
    const code = 'run.cancelled';
    const failure = failedWith({ code, message: 'The run was cancelled.', status: 500 }, run.logs);
    const ended = endedRecord(run, failure, clock());
    await store.advance({ run: ended, begun: [], ended: [] });
    live.listener.closed();
    return ended;
  });
}

async function ownRun({ store }: RerunParts, id: string): Promise<RunRecord> {
  const run = await store.run(id);
  if (run === undefined) {
    throw new HookwrightError(
      'run.not_found',
      `Expected the id of a stored run, got ${JSON.stringify(id)}.`,
      { next: 'List them with `hookwright run list`.' },
    );
  }
  if (run.caller === undefined) return run;
  throw new HookwrightError(
    'run.state',
    `Expected a run of an event, got one that ${run.caller.runId} called.`,
    { next: `Cancel or retry ${run.caller.runId}.` },
  );
}
