import type { ApiToken } from '../core/api-token.ts';
import type { AutomationRecord, Revision } from '../core/automation.ts';
import type { EffectRequest, EffectResult, JournalEntry, StateArgs } from '../core/effect.ts';
import type { CapturedEvent, EventStatus, EventSummary, StoredEvent } from '../core/event.ts';
import type { NewMessage } from '../core/message.ts';
import type { Duplicates, RefusedRequest } from '../core/refused-request.ts';
import type { Execution, ExecutionResult, RunRecord, RunSummary } from '../core/run.ts';
import type { SealedSecret } from '../core/secret.ts';
import type { Webhook } from '../core/webhook.ts';
import type { AlertStore, DeliveryStore, HookStore, MessageStore } from './ports/hook-store.ts';
import type { PackageStore } from './ports/package-store.ts';

/**
 * What the engine needs from the outside. Every method is asynchronous and is one whole transaction;
 * every adapter passes the suite in `test/contract/`. Methods throw `HookwrightError` `store.failed`,
 * with the driver's error as `cause`, when the database does not take the work.
 */
export interface Store
  extends EventStore,
    WebhookStore,
    AutomationStore,
    RunStore,
    ScheduleStore,
    SecretStore,
    TokenStore,
    CallerStore,
    HookStore,
    MessageStore,
    DeliveryStore,
    AlertStore,
    PackageStore {
  /** Commits what is under way and closes the database. Later calls throw. */
  close(): Promise<void>;
}

export interface EventStore {
  /**
   * Stores an event. Resolves when it is on disk (`synchronous=FULL`): promise 1 stands on this. Calls
   * made while a commit is under way share the next one. A message that the event makes is stored in the
   * same transaction, with its own event where it has a `depth`, as by `storeMessage`. With a `key`, only
   * the first event of its webhook that has it is stored; for another it throws `event.duplicate`, and that is
   * counted with the first.
   *
   * What is written of the event (`settle`, `advance`) may follow at once, without waiting: writes are made in
   * the order of the calls, and those of an event that was not stored throw `event.not_found`.
   */
  capture(
    event: CapturedEvent,
    status: 'pending' | 'captured',
    message?: NewMessage,
    key?: SenderKey,
  ): Promise<void>;
  /**
   * Records new runs that have ended, and the event's new status with them; in the same commits as `capture`.
   * Queued and waiting ones are taken too, so that an event is never done before they are known.
   */
  settle(eventId: string, status: EventStatus, runs: readonly RunRecord[]): Promise<void>;
  event(id: string): Promise<StoredEvent | undefined>;
  /** Newest first. */
  events(filter: EventFilter): Promise<readonly EventSummary[]>;
  /** Events with status `pending` that were received before `before`, oldest first, for recovery. */
  pendingEvents(before: number, countMax: number): Promise<readonly StoredEvent[]>;
  /** The runs of one event, in the order in which they started. */
  runsOf(eventId: string): Promise<readonly RunRecord[]>;
  run(id: string): Promise<RunRecord | undefined>;
  /**
   * Deletes the oldest events with their runs and journals, never pending ones nor those with open runs:
   * those received before `before`, then as many as it takes to bring stored bodies under `bytesMax`.
   * Messages stay. At most `countMax` per call, so that a commit never waits long. Returns how many went.
   */
  prune(before: number, bytesMax: number, countMax: number): Promise<number>;
}

export interface EventFilter {
  readonly webhookId?: string;
  /** Only events older than this one, by id. */
  readonly before?: string;
  /** Only events newer than this one, by id. */
  readonly after?: string;
  readonly countMax: number;
}

/** What recognises a duplicate among the events of one webhook. */
export interface SenderKey {
  readonly key: string;
  /** A first event from before this counts no more. */
  readonly since: number;
  /** An event that failed: this one takes its place, if it still is the first. */
  readonly instead?: string;
}

/** What is known of callers beside the events that they made. */
export interface CallerStore {
  /** Keeps the newest `REFUSALS_MAX` of its webhook. */
  saveRefusal(refusal: RefusedRequest): Promise<void>;
  /** Newest first. */
  refusals(webhookId: string): Promise<readonly RefusedRequest[]>;
  refusal(id: string): Promise<RefusedRequest | undefined>;
  /** The id of the event that was captured with a key. */
  firstEvent(webhookId: string, key: string): Promise<string | undefined>;
  /** `undefined` where the event came once. */
  duplicates(eventId: string): Promise<Duplicates | undefined>;
  /** Deletes keys from before a moment; at most `countMax`. Returns how many went. */
  expireSenderIds(before: number, countMax: number): Promise<number>;
}

export interface WebhookStore {
  /** Throws `webhook.name_taken`. */
  createWebhook(webhook: Webhook): Promise<void>;
  /** Replaces the webhook of this id. Throws `webhook.not_found`, `webhook.name_taken`. */
  updateWebhook(webhook: Webhook): Promise<void>;
  /** Its events stay until they are pruned. Throws `webhook.not_found`. */
  deleteWebhook(id: string): Promise<void>;
  /** By name. */
  webhooks(): Promise<readonly Webhook[]>;
}

export interface AutomationStore {
  /**
   * Makes the revision current under its name; a revision that exists already is kept as it is. The folder
   * takes no name that another owner has, nor another the folder's: throws `automation.owned`.
   */
  saveAutomation(record: AutomationRecord): Promise<void>;
  /**
   * Forgets the name; its revisions stay, because runs refer to them. Leaves what the folder owns unless it is
   * the folder that asks, and then everything else.
   */
  removeAutomation(name: string, by: 'folder' | 'hand'): Promise<void>;
  /** By name. */
  automations(): Promise<readonly AutomationRecord[]>;
  revision(id: string): Promise<Revision | undefined>;
}

/** Secrets as they are stored: sealed, so that the store never sees a value. */
export interface SecretStore {
  /** By name. */
  secrets(): Promise<readonly SealedSecret[]>;
  /** Makes the secret, or replaces the one of its name as a whole. */
  saveSecret(secret: SealedSecret): Promise<void>;
  /** Throws `secret.not_found`. */
  deleteSecret(name: string): Promise<void>;
  /** What tells whether a key is the one that values were sealed under; `undefined` on new data. */
  keyProof(): Promise<Uint8Array | undefined>;
  saveKeyProof(sealed: Uint8Array): Promise<void>;
}

export interface TokenStore {
  /** By name. */
  tokens(): Promise<readonly ApiToken[]>;
  /** Throws `token.name_taken`. */
  createToken(token: ApiToken): Promise<void>;
  /** Throws `token.not_found`. */
  deleteToken(id: string): Promise<void>;
}

/**
 * Runs that outlive one execution. A run without effects never comes here: `EventStore.settle` writes
 * it once, ended.
 */
export interface RunStore {
  /**
   * Writes a run's state and journal in one transaction, in the same commits as `capture`: the record
   * replaces the one of its id, `begun` are new entries, `ended` complete entries that are there. Before
   * an effect is performed, its entry has to be on disk. Where `event` is given, that event gets the new
   * status too.
   *
   * A running run has a lease and no other has: `lease` says "I am this owner", keeps a running run from
   * others until `until`, and is given up by any other status. A step of one owner on the lease of another
   * is refused, expired or not: an expired lease changes hands by `claim` alone. A step without a lease is
   * nobody's, as cancelling by hand is, and not refused; it takes the lease away.
   *
   * An ended run does not change any more, except that it is queued with the next attempt.
   *
   * Throws `run.lease_lost` for a step refused by these rules, `event.not_found`, and `internal` for one
   * that the engine must not make; nothing of it is written then.
   */
  advance(step: RunStep): Promise<void>;
  /** By number. */
  journal(runId: string): Promise<readonly JournalEntry[]>;
  /**
   * Takes runs for `owner` until `now + leaseMs`: queued or waiting ones that are due, and those whose
   * lease has expired; oldest due first. They become `running`.
   */
  claim(
    owner: string,
    now: number,
    leaseMs: number,
    countMax: number,
  ): Promise<readonly RunRecord[]>;
  /** Prolongs leases; returns the ids that are still the owner's. */
  renew(owner: string, runIds: readonly string[], until: number): Promise<readonly string[]>;
  /**
   * The earliest moment at which a queued or waiting run is due; `undefined` where there is none. Leases
   * that expire are not among them.
   */
  nextDue(): Promise<number | undefined>;
  /** Newest first. */
  runs(filter: RunFilter): Promise<readonly RunSummary[]>;
  /** Runs queued, running or waiting. */
  openRuns(): Promise<number>;
  /**
   * Performs a state operation and completes the journal entry in the same transaction. An entry that
   * is complete already is not performed again: its result is given back. In the same commits as `capture`.
   *
   * `get` gives the value or `null`, `set` `null`, `delete` whether the key was there, `increment` the new
   * number. `set` replaces a time to live or removes it; `increment` gives it to a key that it makes, so
   * that a counter's window ends however often it is counted.
   *
   * Throws `internal` where the entry has not begun.
   */
  performState(effect: EffectPlace, args: StateArgs): Promise<EffectResult>;
  /**
   * Stores a message and its deliveries (`MessageStore.publish`) with its journal entry's result, likewise
   * once. The value is JSON of `{ id }`; a message for one hook that there is none of, or that is disabled,
   * is a result that says so. Where it has a `depth`, its event (`topicEvent`) is stored with it, pending.
   */
  storeMessage(effect: EffectPlace, message: NewMessage): Promise<EffectResult>;
  /** Deletes state whose time to live is over; at most `countMax`. Returns how many went. */
  expireState(now: number, countMax: number): Promise<number>;
}

/** How far the schedules have come. Any number of processes may work on them at once. */
export interface ScheduleStore {
  /**
   * Makes these the schedules that there are, and forgets all others. One that is new, or has another
   * definition than before, begins at `now`; one whose last time lies after `now` is put back to it, because a
   * clock was wrong. Returns the last time of each that is decided, in their order.
   */
  keepSchedules(schedules: readonly KnownSchedule[], now: number): Promise<readonly number[]>;
  /**
   * Decides one due time, once: all times up to it are decided with it. Stores its event as pending in the
   * same transaction.
   */
  claimDueTime(claim: DueTimeClaim): Promise<DueTimeOutcome>;
}

export interface KnownSchedule {
  readonly automation: string;
  /** `scheduleDefinition`. */
  readonly definition: string;
}

export interface DueTimeClaim extends KnownSchedule {
  readonly scheduledAt: number;
  /** Absent for a time that is passed over. */
  readonly event?: CapturedEvent;
  /** Whether there must be no pending event of a schedule and no open run of this automation. */
  readonly alone: boolean;
}

/**
 * - `taken`: it was for this process to decide; the event, if any, is on disk.
 * - `overlap`: it is decided and has no event, because an earlier run is still open.
 * - `gone`: it is decided already, or its event is there, or the schedule is not (any more) this one.
 */
export type DueTimeOutcome = 'taken' | 'overlap' | 'gone';

export interface RunStep {
  readonly run: RunRecord;
  /** Entries that an earlier attempt left and this one does anew; only where the attempt is a later one. */
  readonly forgotten?: readonly number[];
  readonly begun: readonly { readonly effect: EffectRequest; readonly at: number }[];
  readonly ended: readonly {
    readonly number: number;
    readonly at: number;
    readonly arrival: number;
    readonly result: EffectResult;
  }[];
  readonly lease?: { readonly owner: string; readonly until: number };
  readonly event?: { readonly id: string; readonly status: EventStatus };
}

/** The journal entry that an internal effect completes. */
export interface EffectPlace {
  readonly runId: string;
  readonly number: number;
  readonly at: number;
  readonly arrival: number;
}

export interface RunFilter {
  readonly eventId?: string;
  readonly webhookId?: string;
  readonly automation?: string;
  readonly status?: RunRecord['status'];
  /** Only runs older than this one, by id. */
  readonly before?: string;
  readonly countMax: number;
}

export interface Sandbox {
  /**
   * Executes a program in a state that no other execution has seen. Never throws for anything the
   * program does: that is a `failed` result. Throws `request.shutting_down` after `close`.
   */
  execute(execution: Execution): Promise<ExecutionResult>;
  /** Lets what is under way end, then stops the threads. */
  close(): Promise<void>;
}
