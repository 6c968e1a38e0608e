import type { Hook } from '../../core/hook.ts';
import type { DeliveryWant, DueHook } from '../ports/hook-store.ts';

/** Milliseconds after which an attempt counts as slow: most receivers answer in a tenth of it. */
const SLOW_MS = 500;
/** The first wait after a failure that says that the receiver is overloaded or away, doubled each time. */
const BLOCK_FIRST_MS = 250;
/** The longest such wait: a receiver that is back is found within it. */
const BLOCK_MOST_MS = 60_000;
/** Deliveries of one hook taken at once, so that a batch is shared among many. */
const TAKEN_OF_ONE_MAX = 16;

export interface LaneLimits {
  /** Attempts under way at once to hooks that answer fast. */
  readonly fastMax: number;
  /** Attempts under way at once to all others. */
  readonly slowMax: number;
}

/** One hook's place in the queue. */
interface Lane {
  /** When the next of its deliveries may be due; infinite where none is known of. */
  dueAt: number;
  /** Counts wake-ups, so that one that comes while the store is asked is not lost. */
  wakes: number;
  /** When the attempts under way began, by delivery. */
  readonly underWay: Map<string, number>;
  /** Whether its last attempt succeeded fast. New hooks have to show it first. */
  isFast: boolean;
  /** Whether an attempt has succeeded since the start. */
  isTried: boolean;
  blockedUntil: number;
  /** When that was decided. */
  blockedAt: number;
  /** Failures in a row that say that it is overloaded or away. */
  blocks: number;
  /** When the last attempts began: as many as a rate limit counts. */
  readonly begun: number[];
}

/** What is needed of a hook. */
type LaneHook = Pick<Hook, 'id' | 'concurrency' | 'rate' | 'ordered'>;

/**
 * Says whose deliveries are next. Hooks take turns, so that none stands behind another, and those that
 * are slow, failing or unknown share places of their own: however many of them hang, the places of those
 * that answer fast are free.
 */
export class Lanes {
  readonly #limits: LaneLimits;
  /** In the order of their turns: who was served goes to the end. */
  readonly #lanes = new Map<string, Lane>();

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** A delivery of the hook may be due at `at`. */
  wake(hookId: string, at: number): void {
    const lane = this.#lane(hookId);
    lane.wakes += 1;
    lane.dueAt = Math.min(lane.dueAt, at);
  }

  forget(hookId: string): void {
    const lane = this.#lanes.get(hookId);
    if (lane === undefined) return;
    if (lane.underWay.size === 0) this.#lanes.delete(hookId);
    else lane.dueAt = Number.POSITIVE_INFINITY;
  }

  /**
   * What to claim now, at most `countMax` deliveries.
   *
   * @param find gives a hook that sends; others keep their place
   */
  wants(
    now: number,
    countMax: number,
    find: (hookId: string) => LaneHook | undefined,
  ): DeliveryWant[] {
    const room = this.#room(now);
    let left = countMax;
    const wants: DeliveryWant[] = [];
    for (const [hookId, lane] of this.#lanes) {
      if (left <= 0) break;
      if (lane.dueAt > now || freeAt(lane, now) > now) continue;
      const hook = find(hookId);
      if (hook === undefined) continue;
      const kind = lane.isFast ? 'fast' : 'slow';
      const count = Math.min(left, room[kind], TAKEN_OF_ONE_MAX, placesOf(lane, hook, now));
      if (count <= 0) continue;
      room[kind] -= count;
      left -= count;
      wants.push({ hookId, countMax: count, ordered: hook.ordered });
    }
    return wants;
  }

  /** Asks the store through `claim`, and keeps what it says about who has more. */
  async claim<T extends { readonly due: readonly DueHook[] }>(
    wants: readonly DeliveryWant[],
    claim: () => Promise<T>,
  ): Promise<T> {
    const wakes = new Map(wants.map(({ hookId }) => [hookId, this.#lane(hookId).wakes]));
    const result = await claim();
    const due = new Map(result.due.map(({ hookId, dueAt }) => [hookId, dueAt]));
    for (const { hookId } of wants) {
      const lane = this.#lane(hookId);
      const dueAt = due.get(hookId) ?? Number.POSITIVE_INFINITY;
      lane.dueAt = lane.wakes === wakes.get(hookId) ? dueAt : Math.min(lane.dueAt, dueAt);
      this.#lanes.delete(hookId);
      this.#lanes.set(hookId, lane);
    }
    return result;
  }

  began(hook: LaneHook, deliveryId: string, now: number): void {
    const lane = this.#lane(hook.id);
    lane.underWay.set(deliveryId, now);
    if (hook.rate === undefined) return;
    lane.begun.push(now);
    while (lane.begun.length > hook.rate.count) lane.begun.shift();
  }

  /**
   * An attempt has ended, or was given up.
   *
   * @param end absent where it says nothing about the hook
   */
  ended(
    hookId: string,
    deliveryId: string,
    now: number,
    end?: {
      readonly isSuccess: boolean;
      readonly isBackingOff: boolean;
      readonly retryAfterMs?: number;
    },
  ): void {
    const lane = this.#lane(hookId);
    const began = lane.underWay.get(deliveryId) ?? now;
    lane.underWay.delete(deliveryId);
    if (end === undefined) return;
    lane.isTried ||= end.isSuccess;
    lane.isFast = end.isSuccess && now - began < SLOW_MS;
    // Sent before the last of them failed: it says no more than that one.
    const isOfBefore = began <= lane.blockedAt;
    if (!end.isBackingOff) {
      if (!isOfBefore) this.unblock(hookId);
      return;
    }
    let ms = end.retryAfterMs ?? 0;
    if (!isOfBefore) {
      ms = Math.max(ms, Math.min(BLOCK_MOST_MS, BLOCK_FIRST_MS * 2 ** lane.blocks));
      lane.blocks += 1;
      lane.blockedAt = now;
    }
    lane.blockedUntil = Math.max(lane.blockedUntil, now + ms);
  }

  /** Lets a hook go on at once: a person has changed it, or an attempt has succeeded meanwhile. */
  unblock(hookId: string): void {
    const lane = this.#lane(hookId);
    lane.blocks = 0;
    lane.blockedUntil = 0;
  }

  /** When to look again though nothing ends before: infinite where only an end or a wake-up can help. */
  nextLook(now: number, find: (hookId: string) => LaneHook | undefined): number {
    let next = Number.POSITIVE_INFINITY;
    let isWaiting = false;
    for (const [hookId, lane] of this.#lanes) {
      if (lane.dueAt === Number.POSITIVE_INFINITY) continue;
      const hook = find(hookId);
      if (hook === undefined) continue;
      const at = Math.max(lane.dueAt, freeAt(lane, now), rateFreeAt(lane, hook, now));
      if (at <= now) isWaiting = true;
      else next = Math.min(next, at);
    }
    return isWaiting ? Math.min(next, this.#slowerAt(now)) : next;
  }

  get underWay(): number {
    let sum = 0;
    for (const { underWay } of this.#lanes.values()) sum += underWay.size;
    return sum;
  }

  #lane(hookId: string): Lane {
    const known = this.#lanes.get(hookId);
    if (known !== undefined) return known;
    const lane: Lane = {
      dueAt: Number.POSITIVE_INFINITY,
      wakes: 0,
      underWay: new Map(),
      isFast: false,
      isTried: false,
      blockedUntil: 0,
      blockedAt: Number.NEGATIVE_INFINITY,
      blocks: 0,
      begun: [],
    };
    this.#lanes.set(hookId, lane);
    return lane;
  }

  /** Places that are free. Hooks whose attempts last too long lose theirs among the fast ones. */
  #room(now: number): { fast: number; slow: number } {
    let { fastMax: fast, slowMax: slow } = this.#limits;
    for (const lane of this.#lanes.values()) {
      if (lane.underWay.size === 0) continue;
      if (lane.isFast && isOverdue(lane, now)) lane.isFast = false;
      if (lane.isFast) fast -= lane.underWay.size;
      else slow -= lane.underWay.size;
    }
    return { fast, slow };
  }

  /** When the next of the fast ones turns slow, which frees its places. */
  #slowerAt(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.values()) {
      if (!lane.isFast) continue;
      for (const began of lane.underWay.values()) {
        next = Math.min(next, Math.max(now + 1, began + SLOW_MS));
      }
    }
    return next;
  }
}

/** When a hook is left alone no more: at once where the clock was set back since. */
function freeAt({ blockedAt, blockedUntil }: Lane, now: number): number {
  return now < blockedAt ? 0 : blockedUntil;
}

function isOverdue(lane: Lane, now: number): boolean {
  for (const began of lane.underWay.values()) if (now - began >= SLOW_MS) return true;
  return false;
}

/** One at a time until it has succeeded once, and while it fails. */
function placesOf(lane: Lane, hook: LaneHook, now: number): number {
  const most = hook.ordered || !lane.isTried || lane.blocks > 0 ? 1 : hook.concurrency;
  return Math.min(most - lane.underWay.size, rateRoom(lane, hook, now));
}

function rateRoom({ begun }: Lane, { rate }: LaneHook, now: number): number {
  if (rate === undefined) return Number.POSITIVE_INFINITY;
  return rate.count - begun.filter((at) => at > now - rate.perMs && at <= now).length;
}

function rateFreeAt({ begun }: Lane, { rate }: LaneHook, now: number): number {
  const first = rate === undefined ? undefined : begun.at(-rate.count);
  return rate === undefined || first === undefined || begun.length < rate.count || first > now
    ? 0
    : first + rate.perMs;
}
