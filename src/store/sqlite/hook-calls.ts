import type Sqlite from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Attempt, ClaimedDelivery, Delivery } from '../../core/delivery.ts';
import type { CapturedEvent } from '../../core/event.ts';
import type { HookRecord } from '../../core/hook.ts';
import type { Message, MessageSummary, NewMessage } from '../../core/message.ts';
import type {
  Alert,
  CancelFilter,
  Claim,
  DeliveryFilter,
  DeliveryWant,
  DueHook,
  MessageFilter,
  ResendFilter,
} from '../../engine/ports/hook-store.ts';
import type { AlertKeeper } from './alerts.ts';
import { prepareTaker } from './deliver.ts';
import { findDelivery, listAttempts, listDeliveries } from './deliveries.ts';
import { deleteHook, insertHook, listHooks, replaceHook } from './hooks.ts';
import { findMessage, listMessages } from './messages.ts';
import type { Addition, Publisher } from './publish.ts';
import { prepareResender } from './resend.ts';
import type { Subscribers } from './subscribers.ts';

/** The calls of `HookStore`, `MessageStore` and `DeliveryStore` that cross as objects. */
export type HookCall =
  | { readonly method: 'hooks' }
  | {
      readonly method: 'createHook';
      readonly hook: Omit<HookRecord, 'number'>;
      readonly ping: NewMessage | undefined;
    }
  | {
      readonly method: 'updateHook';
      readonly hook: HookRecord;
      readonly reset: boolean;
      readonly ping: NewMessage | undefined;
    }
  | { readonly method: 'deleteHook'; readonly hookId: string }
  | { readonly method: 'message'; readonly messageId: string }
  | { readonly method: 'messages'; readonly filter: MessageFilter }
  | { readonly method: 'delivery'; readonly deliveryId: string }
  | { readonly method: 'deliveries'; readonly filter: DeliveryFilter }
  | { readonly method: 'attempts'; readonly deliveryId: string }
  | {
      readonly method: 'claimDeliveries';
      readonly owner: string;
      readonly now: number;
      readonly leaseMs: number;
      readonly wants: readonly DeliveryWant[];
    }
  | {
      readonly method: 'claimDelivery';
      readonly owner: string;
      readonly now: number;
      readonly leaseMs: number;
      readonly deliveryId: string;
    }
  | {
      readonly method: 'renewDeliveries';
      readonly owner: string;
      readonly ids: readonly string[];
      readonly until: number;
    }
  | {
      readonly method: 'reclaimDeliveries';
      readonly now: number;
      readonly isAlone: boolean;
    }
  | { readonly method: 'dueDeliveries'; readonly hookIds: readonly string[] }
  | {
      readonly method: 'resendDeliveries';
      readonly which: ResendFilter;
      readonly now: number;
      readonly countMax: number;
    }
  | {
      readonly method: 'deliverMissed';
      readonly hookId: string;
      readonly since: number;
      readonly after: string;
      readonly now: number;
      readonly countMax: number;
    }
  | {
      readonly method: 'cancelDeliveries';
      readonly which: CancelFilter;
      readonly now: number;
      readonly countMax: number;
    }
  | {
      readonly method: 'takeAlerts';
      readonly now: number;
      readonly waitsMs: readonly number[];
      readonly countMax: number;
    }
  | { readonly method: 'endAlert'; readonly noticeId: string }
  | { readonly method: 'nextAlert' };

/** What each of them returns. */
export interface HookReturns {
  readonly hooks: readonly HookRecord[];
  readonly createHook: number;
  readonly updateHook: HookRecord;
  readonly deleteHook: undefined;
  readonly message: Message | undefined;
  readonly messages: readonly MessageSummary[];
  readonly delivery: Delivery | undefined;
  readonly deliveries: readonly Delivery[];
  readonly attempts: readonly Attempt[];
  readonly claimDeliveries: Claim;
  readonly claimDelivery: ClaimedDelivery | undefined;
  readonly renewDeliveries: readonly string[];
  readonly reclaimDeliveries: readonly string[];
  readonly dueDeliveries: readonly DueHook[];
  readonly resendDeliveries: number;
  readonly deliverMissed: { readonly made: number; readonly last?: string };
  readonly cancelDeliveries: number;
  readonly takeAlerts: readonly Alert[];
  readonly endAlert: undefined;
  readonly nextAlert: number | undefined;
}

/** What the database was to do, for its errors. */
export const HOOK_JOBS: Readonly<Record<HookCall['method'], string>> = {
  hooks: 'list hooks',
  createHook: 'create a hook',
  updateHook: 'change a hook',
  deleteHook: 'delete a hook',
  message: 'read a message',
  messages: 'list messages',
  delivery: 'read a delivery',
  deliveries: 'list deliveries',
  attempts: 'list attempts',
  claimDeliveries: 'claim deliveries',
  claimDelivery: 'claim a delivery',
  renewDeliveries: 'renew the leases of deliveries',
  reclaimDeliveries: 'take back deliveries',
  dueDeliveries: 'find the next due deliveries',
  resendDeliveries: 'resend deliveries',
  deliverMissed: 'deliver what was missed',
  cancelDeliveries: 'cancel deliveries',
  takeAlerts: 'take the mails that are due',
  endAlert: 'end a mail',
  nextAlert: 'find the next due mail',
};

export interface HookCallParts {
  readonly sqlite: Sqlite.Database;
  readonly db: BetterSQLite3Database;
  readonly subscribers: Subscribers;
  readonly publisher: Publisher;
  readonly alerts: AlertKeeper;
}

/** What the methods do: each is one transaction. */
type Handlers = {
  readonly [Method in HookCall['method']]: (
    call: Extract<HookCall, { method: Method }>,
  ) => HookReturns[Method];
};

export function prepareHookCalls(
  parts: HookCallParts,
): (call: HookCall) => HookReturns[keyof HookReturns] {
  const { sqlite, db, subscribers, publisher, alerts } = parts;
  const taker = prepareTaker(sqlite);
  const resender = prepareResender(sqlite, subscribers, publisher);
  const handlers: Handlers = {
    hooks: () => listHooks(db),
    createHook: ({ hook, ping }) => changeHooks(parts, listOf(ping), () => insertHook(db, hook)),
    updateHook: ({ hook, reset, ping }) =>
      changeHooks(parts, listOf(ping), () => replaceHook(db, hook, reset)),
    deleteHook: ({ hookId }) => changeHooks(parts, [], () => void deleteHook(db, hookId)),
    message: ({ messageId }) => findMessage(db, messageId),
    messages: ({ filter }) => listMessages(db, filter),
    delivery: ({ deliveryId }) => findDelivery(sqlite, deliveryId),
    deliveries: ({ filter }) => listDeliveries(sqlite, filter),
    attempts: ({ deliveryId }) => listAttempts(db, deliveryId),
    claimDeliveries: ({ owner, now, leaseMs, wants }) => taker.claim(owner, now, leaseMs, wants),
    claimDelivery: ({ owner, now, leaseMs, deliveryId }) =>
      taker.claimOne(owner, now, leaseMs, deliveryId),
    renewDeliveries: ({ owner, ids, until }) => taker.renew(owner, ids, until),
    reclaimDeliveries: ({ now, isAlone }) => taker.reclaim(now, isAlone),
    dueDeliveries: ({ hookIds }) => taker.due(hookIds),
    resendDeliveries: ({ which, now, countMax }) => resender.resend(which, now, countMax),
    deliverMissed: ({ hookId, since, after, now, countMax }) =>
      resender.missed(hookId, since, after, now, countMax),
    cancelDeliveries: ({ which, now, countMax }) => resender.cancel(which, now, countMax),
    takeAlerts: ({ now, waitsMs, countMax }) => alerts.take(now, waitsMs, countMax),
    endAlert: ({ noticeId }) => void alerts.end(noticeId),
    nextAlert: () => alerts.next(),
  };
  return (call) => {
    const handle = handlers[call.method] as (call: HookCall) => HookReturns[keyof HookReturns];
    return handle(call);
  };
}

function listOf(ping: NewMessage | undefined): readonly NewMessage[] {
  return ping === undefined ? [] : [ping];
}

/** A change to the table of hooks, with pings, in one transaction. */
export function changeHooks<T>(
  { sqlite, subscribers, publisher }: HookCallParts,
  pings: readonly NewMessage[],
  change: () => T,
): T {
  const count = sqlite.prepare(ADD_MESSAGE_BYTES);
  const addition: Addition = { capture: noEvent, count: (bytes) => void count.run(bytes) };
  subscribers.forget();
  try {
    return sqlite
      .transaction(() => {
        const result = change();
        for (const ping of pings) publisher.publish(ping, addition);
        return result;
      })
      .immediate();
  } finally {
    subscribers.forget();
  }
}

export const ADD_MESSAGE_BYTES: string = `INSERT INTO storage (name, bytes) VALUES ('messages', ?)
   ON CONFLICT (name) DO UPDATE SET bytes = bytes + excluded.bytes`;

/** A ping is for one hook and starts no runs. */
function noEvent(event: CapturedEvent): never {
  throw new Error(`Expected a ping to start no runs, got the event ${event.id}.`);
}
