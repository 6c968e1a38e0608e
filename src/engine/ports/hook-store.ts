import type { Attempt, ClaimedDelivery, Delivery, DeliveryStatus } from '../../core/delivery.ts';
import type { Hook, HookRecord } from '../../core/hook.ts';
import type { AttemptOutcome } from '../../core/hook-health.ts';
import type { NoticeTopic } from '../../core/hook-notice.ts';
import type { Message, MessageSummary, NewMessage } from '../../core/message.ts';

/** Hooks as they are stored. What is secret of them comes and goes sealed. */
export interface HookStore {
  /**
   * Stores a hook under the next number, with the message of its first ping where there is one.
   *
   * @returns the number
   * @throws HookwrightError `hook.name_taken`
   */
  createHook(hook: Omit<HookRecord, 'number'>, ping?: NewMessage): Promise<number>;
  /**
   * Replaces all but the number and, unless `reset`, the health and why it is disabled: attempts that end
   * meanwhile write those. `reset` makes it healthy.
   *
   * @returns the hook as it is stored
   * @throws HookwrightError `hook.not_found`, `hook.name_taken`
   */
  updateHook(hook: HookRecord, reset: boolean, ping?: NewMessage): Promise<HookRecord>;
  /** Its messages and deliveries stay; open ones are for `cancelDeliveries`. Throws `hook.not_found`. */
  deleteHook(id: string): Promise<void>;
  /** By name. */
  hooks(): Promise<readonly HookRecord[]>;
}

export interface MessageStore {
  /**
   * Stores a message and a delivery for every hook that it is for, in the same commits as `capture`: `emit`
   * goes to the active and paused hooks whose topics fit, `hook` and `ping` to the one of that name or id.
   * Where it has a `depth`, its event is stored with it, pending, as by `RunStore.storeMessage`.
   *
   * A message of a `key` that is known is not stored again: the first one's id is given.
   *
   * @throws HookwrightError `message.key_reused` where the known one differs, `hook.not_found`,
   *   `hook.invalid` where the one hook is disabled and it is no ping
   */
  publish(message: NewMessage, key?: string): Promise<Published>;
  message(id: string): Promise<Message | undefined>;
  /** Newest first. */
  messages(filter: MessageFilter): Promise<readonly MessageSummary[]>;
  /**
   * Deletes the oldest messages with their deliveries and attempts: those made before `before`, then those
   * without open deliveries until what is stored of them is under `bytesMax`. At most `countMax` a call.
   */
  pruneMessages(before: number, bytesMax: number, countMax: number): Promise<number>;
}

export interface Published {
  readonly id: string;
  /** Whether an earlier message of the same key was found instead. */
  readonly duplicate: boolean;
}

export interface MessageFilter {
  readonly topic?: string;
  /** Only older ones than this, by id. */
  readonly before?: string;
  readonly countMax: number;
}

export interface DeliveryStore {
  delivery(id: string): Promise<Delivery | undefined>;
  /** The last made first. */
  deliveries(filter: DeliveryFilter): Promise<readonly Delivery[]>;
  /** By number. */
  attempts(deliveryId: string): Promise<readonly Attempt[]>;
  /**
   * Takes due deliveries for `owner` until `now + leaseMs`; they become `sending`. Of each hook that is
   * wanted at most `countMax`, those due first first; of an ordered one only the first of all that are open.
   * Bodies are bounded: it may give less than there is, and then says that more is due.
   */
  claimDeliveries(
    owner: string,
    now: number,
    leaseMs: number,
    wants: readonly DeliveryWant[],
  ): Promise<Claim>;
  /** Takes one delivery likewise that is pending, due or not; `undefined` where it is not. */
  claimDelivery(
    owner: string,
    now: number,
    leaseMs: number,
    id: string,
  ): Promise<ClaimedDelivery | undefined>;
  /** Prolongs leases; returns the ids that are still the owner's. */
  renewDeliveries(owner: string, ids: readonly string[], until: number): Promise<readonly string[]>;
  /**
   * Makes deliveries pending, due at `now`, whose lease has ended by then; all that are leased where
   * `isAlone`, which also cancels those of hooks that are gone: a process died between the two. Returns the ids of
   * their hooks.
   */
  reclaimDeliveries(now: number, isAlone: boolean): Promise<readonly string[]>;
  /** The moment at which a hook's next delivery is due, for each of the hooks that has one. */
  dueDeliveries(hookIds: readonly string[]): Promise<readonly DueHook[]>;
  /**
   * Writes down an attempt, what becomes of its delivery, and its hook's health, with the messages that tell
   * of it, in one transaction and in the same commits as `capture`. Where the lease is another's by now, the
   * attempt is kept and the delivery is left.
   */
  settleAttempt(settlement: AttemptSettlement): Promise<AttemptSettled>;
  /**
   * Makes deliveries pending, due at `now`, at the start of their schedule: those of the ids that are not under way,
   * those of a hook that failed from `since` on and before `now`, without pings, or those that wait for a later
   * time. Returns how many, at most `countMax`.
   */
  resendDeliveries(which: ResendFilter, now: number, countMax: number): Promise<number>;
  /**
   * Makes the deliveries that a hook would have got of messages emitted since `since`, where there is none:
   * it was disabled, or new; never of those that tell of itself. Looks at `countMax` messages after the one of id `after`.
   */
  deliverMissed(
    hookId: string,
    since: number,
    after: string,
    now: number,
    countMax: number,
  ): Promise<{ readonly made: number /** Absent at the end. */; readonly last?: string }>;
  /** Cancels open deliveries, at most `countMax`. Returns how many. */
  cancelDeliveries(which: CancelFilter, now: number, countMax: number): Promise<number>;
}

/** Mails about hooks that are not sent yet; `settleAttempt` makes them. */
export interface AlertStore {
  /**
   * Takes those that are due, the longest due first, and puts each off by the wait of `waitsMs` that follows
   * the tries that it has had, or the last: a process that dies leaves it to a later try.
   */
  takeAlerts(now: number, waitsMs: readonly number[], countMax: number): Promise<readonly Alert[]>;
  /** It is sent, or given up. */
  endAlert(noticeId: string): Promise<void>;
  /** When the next is due; `undefined` where there is none. */
  nextAlert(): Promise<number | undefined>;
}

export interface Alert {
  /** What there is to tell. */
  readonly notice: Message;
  readonly hookId: string;
  /** Tries, this one included. */
  readonly tries: number;
}

export interface DeliveryFilter {
  readonly hookId?: string;
  readonly messageId?: string;
  readonly status?: DeliveryStatus;
  /** Only those made before this one. */
  readonly before?: string;
  readonly countMax: number;
}

export interface DeliveryWant {
  readonly hookId: string;
  readonly countMax: number;
  readonly ordered: boolean;
}

export interface DueHook {
  readonly hookId: string;
  readonly dueAt: number;
}

export interface Claim {
  readonly deliveries: readonly ClaimedDelivery[];
  /** Of the wanted hooks, those that have more that is pending. */
  readonly due: readonly DueHook[];
}

export interface AttemptSettlement {
  readonly owner: string;
  readonly attempt: Attempt;
  readonly next:
    | { readonly status: 'succeeded' | 'failed' }
    | { readonly status: 'pending'; readonly dueAt: number };
  /** What it says about the hook; absent for pings, and for attempts that say nothing. */
  readonly outcome?: AttemptOutcome;
  /** Whether to tell that the delivery has failed for good. */
  readonly tellFailed: boolean;
  /** Whether notices about the hook are to be mailed to its alert addresses as well, where it has some. */
  readonly mails: boolean;
  /** Topics of notices that automations wait for. */
  readonly starts: readonly NoticeTopic[];
}

export interface AttemptSettled {
  /** Absent where the hook is deleted by now. */
  readonly hook?: Pick<Hook, 'status' | 'health' | 'disabled'>;
  /** Messages that were stored with it. */
  readonly notices: readonly NewMessage[];
}

export type ResendFilter =
  | { readonly ids: readonly string[] }
  | { readonly hookId: string; readonly since: number }
  /** A hook's id. */
  | { readonly waitingOf: string };

export type CancelFilter = { readonly ids: readonly string[] } | { readonly hookId: string };
