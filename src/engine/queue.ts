import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { RunRecord } from '../core/run.ts';
import type { CancelTimer, Timer } from '../core/timer.ts';
import { LEASE_MS } from './limits.ts';
import type { LiveRuns } from './live-runs.ts';
import type { RunStore } from './ports.ts';
import type { RunState } from './subject.ts';

export interface RunQueueParts {
  readonly store: Pick<RunStore, 'claim' | 'renew' | 'nextDue' | 'openRuns'>;
  readonly live: LiveRuns;
  /** Makes a claimed run ready; `undefined` where it has ended it instead. */
  readonly reopen: (run: RunRecord) => Promise<RunState | undefined>;
  readonly owner: string;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
  /** Runs worked on at once, above which none is claimed. */
  readonly concurrentMax: number;
  /** Runs queued, running or waiting, above which new events are refused. */
  readonly pendingMax: number;
}

/** Runs claimed in one transaction: each brings its event's body into memory. */
const BATCH_RUNS = 32;

/** Between two renewals, and two looks for runs whose process died. */
const ROUND_MS: number = LEASE_MS / 3;

/** Least time between two looks: a run that is due and cannot be claimed must not keep a core busy. */
const PAUSE_MS_LEAST = 10;

/**
 * Takes up runs when they are due: those queued, those that waited, and those that a process left
 * behind. Keeps the leases of the runs that this process works on.
 */
export class RunQueue {
  readonly #parts: RunQueueParts;
  #closing = false;
  #looking = false;
  #again = false;
  #pending = 0;
  #cancelLook: CancelTimer = () => {};
  #lookAt = Number.POSITIVE_INFINITY;
  #cancelRound: CancelTimer = () => {};
  /** Claims and changes by hand take turns, so that neither works on what the other has just read. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: RunQueueParts) {
    this.#parts = parts;
  }

  /** Counts what is open, then begins to take up what is due. Throws what the store throws. */
  async open(): Promise<void> {
    this.#pending = await this.#parts.store.openRuns();
    this.#parts.live.listener = {
      due: (at) => this.wake(at),
      opened: () => this.#pending++,
      closed: () => this.#pending--,
      left: () => {
        if (this.hasRoom) this.wake(this.#parts.clock());
      },
    };
    this.#round();
    this.wake(this.#parts.clock());
  }

  /** Whether another run may be begun in the background; those of waiting callers are not asked. */
  get hasRoom(): boolean {
    return this.#parts.live.size < this.#parts.concurrentMax;
  }

  /** Whether new events have to be refused. */
  get full(): boolean {
    return this.#pending >= this.#parts.pendingMax;
  }

  /** A run is due at that time. */
  wake(at: number): void {
    if (this.#closing) return;
    if (this.#looking) this.#again = true;
    else if (at < this.#lookAt) this.#plan(at);
  }

  /** Does something while no run is being claimed. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Takes up no more runs, and gives back those under way as soon as they can be. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#cancelLook();
    await this.#turn;
    await this.#parts.live.stopAll('yield');
    this.#cancelRound(); // Leases are kept to the end.
  }

  /** Leaves what `close` waits for as it is on disk, as a crash would. */
  async cut(): Promise<void> {
    this.#cancelRound();
    await this.#parts.live.stopAll('abandon');
  }

  #plan(at: number): void {
    this.#cancelLook();
    this.#lookAt = at;
    const ms = Math.max(PAUSE_MS_LEAST, at - this.#parts.clock());
    this.#cancelLook = this.#parts.timer(ms, () => void this.#look());
  }

  /** Claims what is due while there is room, then sleeps until something is due. */
  async #look(): Promise<void> {
    if (this.#looking || this.#closing) return;
    const { store, clock, log } = this.#parts;
    this.#looking = true;
    this.#lookAt = Number.POSITIVE_INFINITY;
    let next: number | undefined;
    try {
      do {
        this.#again = false;
        while (!this.#closing && this.hasRoom && (await this.#claim()));
        // Without room, the next run that leaves wakes us.
        next = this.hasRoom && !this.#closing ? await store.nextDue() : undefined;
      } while (this.#again && !this.#closing && this.hasRoom);
    } catch (error) {
      if (!this.#closing) log.write('error', 'queue.failed', { error });
      next = clock() + ROUND_MS;
    } finally {
      this.#looking = false;
    }
    if (next !== undefined && !this.#closing) this.wake(next);
  }

  /** Whether there may be more. */
  #claim(): Promise<boolean> {
    const { store, live, owner, clock, concurrentMax } = this.#parts;
    return this.exclusive(async () => {
      const countMax = Math.min(BATCH_RUNS, concurrentMax - live.size);
      if (countMax <= 0 || this.#closing) return false;
      const claimed = await store.claim(owner, clock(), LEASE_MS, countMax);
      // One of our own, whose lease we failed to renew in time, is not taken up twice.
      for (const run of claimed) if (!live.has(run.id)) this.#take(run);
      return claimed.length === countMax;
    });
  }

  #take(run: RunRecord): void {
    const { live, reopen, log } = this.#parts;
    live
      .take(run.id, () => reopen(run))
      .catch((error: unknown) => log.write('error', 'run.left', { run: run.id, error }));
  }

  /** From time to time: renews leases, lets go of runs that are another's, looks for abandoned ones. */
  #round(): void {
    this.#cancelRound = this.#parts.timer(ROUND_MS, () => {
      void this.#renew().finally(() => {
        if (this.#closing && this.#parts.live.size === 0) return;
        // Whatever was planned: a timer knows nothing of a clock that was set, or of a machine that slept.
        this.#lookAt = Number.POSITIVE_INFINITY;
        this.wake(this.#parts.clock());
        this.#round();
      });
    });
  }

  async #renew(): Promise<void> {
    const { store, live, owner, clock, log } = this.#parts;
    try {
      const ids = live.leased();
      if (ids.length > 0) {
        const kept = new Set(await store.renew(owner, ids, clock() + LEASE_MS));
        for (const id of ids) {
          if (kept.has(id) || !live.has(id)) continue;
          log.write('warn', 'run.lease_lost', { run: id });
          void live.stop(id, 'abandon');
        }
      }
      this.#pending = await store.openRuns();
    } catch (error) {
      if (!this.#closing) log.write('error', 'queue.failed', { error });
    }
  }
}
