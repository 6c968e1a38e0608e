import type { Attempt, ClaimedDelivery } from '../../core/delivery.ts';
import type { Hook } from '../../core/hook.ts';
import { NOTICE_TOPICS } from '../../core/hook-notice.ts';
import type { Log } from '../../core/log.ts';
import type { NewMessage } from '../../core/message.ts';
import type { CancelTimer, Timer } from '../../core/timer.ts';
import type { Hooks } from '../hooks/hooks.ts';
import { LEASE_MS } from '../limits.ts';
import type { DeliveryStore } from '../ports/hook-store.ts';
import { type AttemptDone, type AttemptParts, attemptDelivery } from './attempt.ts';
import { type LaneLimits, Lanes } from './lanes.ts';

export interface DelivererParts extends AttemptParts {
  readonly store: DeliveryStore;
  readonly hooks: Pick<Hooks, 'find' | 'isSending' | 'list' | 'targets' | 'told'>;
  readonly timer: Timer;
  readonly log: Log;
  readonly owner: string;
  readonly limits: LaneLimits;
  /** Whether there is a mail server for alerts. */
  readonly mails: boolean;
  /** Whether automations wait for messages of a topic. */
  readonly starts: (topic: string) => boolean;
  /** Told of messages about hooks and deliveries, once they are on disk. */
  readonly notify: (notices: readonly NewMessage[]) => void;
  /** Told of each attempt that was written down. */
  readonly attempted: (attempt: Attempt, delivery: ClaimedDelivery) => void;
}

/** Deliveries claimed in one transaction: each brings its message into memory. */
const BATCH_DELIVERIES = 64;

/** Between two renewals of leases, and two looks for what a process that died has left. */
const ROUND_MS: number = LEASE_MS / 3;

/** Between two looks for work where the store has just failed. */
const PAUSE_MS = 1_000;

/**
 * Sends what is due. Each delivery is leased while it is attempted; what becomes of it is written down with
 * the attempt. A process that dies leaves a lease that ends, and the delivery is attempted again under the
 * same message id.
 */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #lanes: Lanes;
  readonly #underWay = new Map<string, AbortController>();
  readonly #ended = new Set<Promise<void>>();
  #cancelLook: CancelTimer = () => {};
  #cancelRound: CancelTimer = () => {};
  #lookAt = Number.POSITIVE_INFINITY;
  #isLooking = false;
  #again = false;
  #isClosing = false;
  #isScheduled = false;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
    this.#lanes = new Lanes(parts.limits);
  }

  /**
   * Begins with what is due.
   *
   * @param isAlone whether no other process can hold a lease: then those of one that died count no more
   */
  async open(isAlone: boolean): Promise<void> {
    const { store, hooks, clock } = this.#parts;
    await store.reclaimDeliveries(clock(), isAlone);
    const due = await store.dueDeliveries(hooks.list().map(({ id }) => id));
    for (const { hookId, dueAt } of due) this.#lanes.wake(hookId, dueAt);
    this.#round();
    this.#soon();
  }

  /** A message was stored: its deliveries are due. */
  published(message: Pick<NewMessage, 'kind' | 'to'>): void {
    const { hooks, clock } = this.#parts;
    const targets = hooks.targets(message);
    for (const id of targets) this.#lanes.wake(id, clock());
    if (targets.length > 0) this.#soon();
  }

  /** A hook was changed, or deliveries of it were made due. */
  changed(hookId: string): void {
    const { hooks, clock } = this.#parts;
    if (hooks.find(hookId) === undefined) {
      this.#lanes.forget(hookId);
      return;
    }
    this.#lanes.unblock(hookId);
    this.#lanes.wake(hookId, clock());
    this.#soon();
  }

  /**
   * Attempts one delivery at once, whatever the status of its hook and whoever waits: a ping, which somebody
   * waits for. Resolves when that has ended; never rejects.
   */
  async attemptNow(deliveryId: string): Promise<void> {
    const { store, owner, clock, log } = this.#parts;
    if (this.#isClosing) return;
    try {
      const delivery = await store.claimDelivery(owner, clock(), LEASE_MS, deliveryId);
      if (delivery !== undefined) await this.#begin(delivery);
    } catch (error) {
      log.write('error', 'deliver.failed', { error });
    }
  }

  /** Attempts under way. */
  get size(): number {
    return this.#underWay.size;
  }

  /** Begins no more attempts, and waits for those under way. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#cancelLook();
    while (this.#ended.size > 0) await Promise.all(this.#ended);
    this.#cancelRound(); // Leases are kept to the end.
  }

  /** Breaks off what `close` waits for; it is attempted again by the next process. */
  cut(): void {
    this.#cancelRound();
    for (const controller of this.#underWay.values()) controller.abort();
  }

  /** In a later turn, so that what comes in one turn is claimed together. */
  #soon(): void {
    if (this.#isClosing || this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#look();
    });
  }

  #plan(at: number): void {
    if (this.#isClosing || at >= this.#lookAt) return;
    this.#cancelLook();
    if (at === Number.POSITIVE_INFINITY) return;
    this.#lookAt = at;
    this.#cancelLook = this.#parts.timer(Math.max(1, at - this.#parts.clock()), () => {
      this.#lookAt = Number.POSITIVE_INFINITY;
      void this.#look();
    });
  }

  /** Claims and begins what is due while there is room. */
  async #look(): Promise<void> {
    if (this.#isClosing) return;
    if (this.#isLooking) {
      this.#again = true;
      return;
    }
    this.#isLooking = true;
    try {
      do {
        this.#again = false;
        while (!this.#isClosing && (await this.#claim()));
      } while (this.#again && !this.#isClosing);
      this.#plan(this.#lanes.nextLook(this.#parts.clock(), this.#sending));
    } catch (error) {
      if (this.#isClosing) return;
      this.#parts.log.write('error', 'deliver.failed', { error });
      this.#plan(this.#parts.clock() + PAUSE_MS);
    } finally {
      this.#isLooking = false;
    }
  }

  readonly #sending = (hookId: string): Hook | undefined => {
    const { hooks } = this.#parts;
    return hooks.isSending(hookId) ? hooks.find(hookId) : undefined;
  };

  /** Whether there may be more. */
  async #claim(): Promise<boolean> {
    const { store, clock, owner } = this.#parts;
    const wants = this.#lanes.wants(clock(), BATCH_DELIVERIES, this.#sending);
    if (wants.length === 0) return false;
    const { deliveries } = await this.#lanes.claim(wants, () =>
      store.claimDeliveries(owner, clock(), LEASE_MS, wants),
    );
    for (const delivery of deliveries) void this.#begin(delivery);
    return true;
  }

  #begin(delivery: ClaimedDelivery): Promise<void> {
    const { hooks, clock } = this.#parts;
    const hook = hooks.find(delivery.hookId);
    // Deleted between claim and now: its deliveries are being cancelled. One of our own, whose lease ran
    // out unrenewed, is not attempted twice at once.
    if (hook === undefined || this.#underWay.has(delivery.id)) return Promise.resolve();
    const controller = new AbortController();
    this.#underWay.set(delivery.id, controller);
    this.#lanes.began(hook, delivery.id, clock());
    const work = this.#work(hook, delivery, controller.signal).finally(() => {
      this.#underWay.delete(delivery.id);
      this.#ended.delete(work);
      this.#soon();
    });
    this.#ended.add(work);
    return work;
  }

  async #work(hook: Hook, delivery: ClaimedDelivery, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    let done: AttemptDone | undefined;
    try {
      done = await attemptDelivery(this.#parts, hook, delivery, signal);
      if (done !== undefined) await this.#settle(hook, delivery, done);
    } catch (error) {
      // The lease runs out, and it is attempted again.
      log.write('error', 'delivery.left', { delivery: delivery.id, error });
    } finally {
      this.#lanes.ended(hook.id, delivery.id, clock(), laneEnd(done));
      if (this.#parts.hooks.find(hook.id) === undefined) this.#lanes.forget(hook.id);
    }
  }

  async #settle(hook: Hook, delivery: ClaimedDelivery, done: AttemptDone): Promise<void> {
    const { store, hooks, owner, mails, starts, notify, attempted } = this.#parts;
    const { settlement, verdict } = done;
    const topics = Object.values(NOTICE_TOPICS).filter(starts);
    const settled = await store.settleAttempt({ ...settlement, owner, mails, starts: topics });
    this.#tell(hook, delivery, done);
    attempted(settlement.attempt, delivery);
    if (settled.hook !== undefined) hooks.told(hook.id, settled.hook);
    if (verdict.next.status === 'pending') this.#lanes.wake(hook.id, verdict.next.dueAt);
    // The next of an ordered hook has waited for this one.
    else if (hook.ordered) this.#lanes.wake(hook.id, this.#parts.clock());
    for (const notice of settled.notices) this.published(notice);
    if (settled.notices.length > 0) notify(settled.notices);
  }

  /** One line per attempt. */
  #tell(hook: Hook, delivery: ClaimedDelivery, { settlement, ms }: AttemptDone): void {
    const { attempt, next } = settlement;
    const { response, error } = attempt;
    this.#parts.log.write(next.status === 'succeeded' ? 'info' : 'warn', 'delivery.attempted', {
      delivery: delivery.id,
      message: delivery.messageId,
      hook: hook.name,
      attempt: attempt.number,
      outcome: next.status,
      ms,
      ...(response === undefined ? {} : { status: response.status }),
      ...(error === undefined ? {} : { reason: error.code }),
    });
  }

  /** From time to time: renews leases, lets go of what is another's, takes up what was abandoned. */
  #round(): void {
    this.#cancelRound = this.#parts.timer(ROUND_MS, () => {
      void this.#renew().finally(() => {
        // Whatever was planned: a timer knows nothing of a clock that was set, or of a machine that slept.
        this.#soon();
        if (!this.#isClosing || this.#underWay.size > 0) this.#round();
      });
    });
  }

  async #renew(): Promise<void> {
    const { store, owner, clock, log } = this.#parts;
    try {
      const ids = [...this.#underWay.keys()];
      if (ids.length > 0) {
        const kept = new Set(await store.renewDeliveries(owner, ids, clock() + LEASE_MS));
        for (const id of ids) if (!kept.has(id)) this.#underWay.get(id)?.abort();
      }
      for (const hookId of await store.reclaimDeliveries(clock(), false)) {
        this.#lanes.wake(hookId, clock());
        this.#soon();
      }
    } catch (error) {
      if (!this.#isClosing) log.write('error', 'deliver.failed', { error });
    }
  }
}

function laneEnd(done: AttemptDone | undefined): Parameters<Lanes['ended']>[3] {
  if (done === undefined || done.verdict.outcome === undefined) return undefined;
  const { outcome, isBackingOff, retryAfterMs } = done.verdict;
  return {
    isSuccess: outcome === 'succeeded',
    isBackingOff,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
