import type { Clock } from '../core/clock.ts';
import type { CapturedEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { NewMessage } from '../core/message.ts';
import type { Outbound } from '../core/outbound.ts';
import type { RunRecord } from '../core/run.ts';
import type { Timer } from '../core/timer.ts';
import type { DriveParts } from './drive.ts';
import { callPerformer, cancelCalled } from './effects/call.ts';
import { httpPerformer } from './effects/http.ts';
import { messagePerformer, type Subscriptions, statePerformer } from './effects/internal.ts';
import { LiveRuns } from './live-runs.ts';
import type { EventStore, RunStore, Sandbox } from './ports.ts';
import { RunQueue } from './queue.ts';
import { reopen } from './reopen.ts';
import { cancelRun, retryRun } from './rerun.ts';
import type { FindAutomation, RunnableAutomation } from './route.ts';
import type { SecretSource } from './secret-source.ts';

export interface RunsParts {
  readonly store: RunStore & Pick<EventStore, 'event' | 'run'>;
  readonly sandbox: Sandbox;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly secrets: SecretSource;
  /** What an automation's name stands for now. */
  readonly find: FindAutomation;
  /** A revision that a run began with, by its id. */
  readonly revision: (id: string) => Promise<RunnableAutomation | string>;
  /** See `asSeen`. */
  readonly seen: (event: CapturedEvent) => CapturedEvent;
  readonly subscriptions: Subscriptions;
  /** Told of each message that a run has emitted or meant for a hook. */
  readonly published: (message: NewMessage) => void;
  readonly clock: Clock;
  readonly timer: Timer;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  readonly log: Log;
  /** Names this process in leases; no other process has the same. */
  readonly owner: string;
  readonly concurrentMax: number;
  readonly pendingMax: number;
}

/** Runs with effects: what the receiver hands over, and what people do to them. */
export interface Runs {
  readonly live: LiveRuns;
  readonly queue: RunQueue;
  /** Throws `run.not_found`, and `run.state` for a run that has not failed. */
  retry(id: string): Promise<RunRecord>;
  /** Throws `run.not_found`, and `run.state` for a run that has ended. */
  cancel(id: string): Promise<RunRecord>;
}

/** Puts the parts together. Nothing is taken up before `queue.open()`. */
export function openRuns(parts: RunsParts): Runs {
  const { store, outbound, secrets, clock, timer, random, log, owner } = parts;
  const called = { store, clock, find: parts.find, revision: parts.revision, drive: () => drive };
  const { subscriptions, published } = parts;
  const message = messagePerformer({ store, clock, subscriptions, published });
  const drive: DriveParts = {
    sandbox: parts.sandbox,
    secrets,
    store,
    clock,
    timer,
    log,
    performers: {
      http: httpPerformer({ outbound, secrets, clock, timer, random }),
      state: statePerformer({ store, clock }),
      call: callPerformer(called),
      emit: message,
      hook: message,
    },
    cancelCalled: (run, entries) => cancelCalled(called, run, entries),
  };
  const live = new LiveRuns({ drive, owner, random });
  const queue = new RunQueue({
    store,
    live,
    reopen: (run) => reopen(parts, run),
    owner,
    clock,
    timer,
    log,
    concurrentMax: parts.concurrentMax,
    pendingMax: parts.pendingMax,
  });
  const rerun = { store, live, queue, clock };
  return {
    live,
    queue,
    retry: (id) => retryRun(rerun, id),
    cancel: (id) => cancelRun(rerun, id),
  };
}
