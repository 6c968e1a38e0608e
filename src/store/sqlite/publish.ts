import type Sqlite from 'better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import type { CapturedEvent } from '../../core/event.ts';
import { derivedId } from '../../core/ids.ts';
import type { NewMessage } from '../../core/message.ts';
import { topicEvent } from '../../core/topic-event.ts';
import type { Published } from '../../engine/ports/hook-store.ts';
import { DELIVERY_STATUS_CODES } from './schema-hooks.ts';
import type { Subscribers } from './subscribers.ts';

/** What storing a message adds to the transaction that it is part of. */
export interface Addition {
  /** Stores an event as pending. */
  capture(event: CapturedEvent): void;
  /** Counts bytes of messages and attempts. */
  count(bytes: number): void;
}

interface PublishOptions {
  readonly run?: { readonly id: string; readonly effect: number };
  readonly key?: string | undefined;
  /** A hook that does not get it: what it is about. */
  readonly except?: string;
}

/** Stores messages with their deliveries, within the transaction of whoever calls it. */
export interface Publisher {
  /** See `MessageStore.publish`. */
  publish(message: NewMessage, addition: Addition, options?: PublishOptions): Published;
  /** Makes the delivery of a message to a hook, due at `at`; `false` where there is one. */
  deliver(message: Pick<NewMessage, 'id' | 'createdAt'>, hookId: string, at: number): boolean;
}

interface Known {
  readonly id: string;
  readonly kind: string;
  readonly to: string;
  readonly data: string;
}

export function preparePublisher(sqlite: Sqlite.Database, subscribers: Subscribers): Publisher {
  const insertMessage = sqlite.prepare(
    `INSERT INTO message (id, kind, "to", created_at, run_id, effect, data, key)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertDelivery = sqlite.prepare(
    `INSERT INTO delivery (id, message_id, hook_id, status, attempts, retries, created_at, due_at)
     VALUES (?, ?, ?, ${DELIVERY_STATUS_CODES.pending}, 0, 0, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const findByKey = sqlite.prepare<[string], Known>(
    'SELECT id, kind, "to", data FROM message WHERE key = ?',
  );

  function deliver(
    message: Pick<NewMessage, 'id' | 'createdAt'>,
    hookId: string,
    at: number,
  ): boolean {
    const id = derivedId('dlv', message.createdAt, `${message.id}/${hookId}`);
    return insertDelivery.run(id, message.id, hookId, at, at).changes > 0;
  }

  function publish(
    message: NewMessage,
    addition: Addition,
    { run, key, except }: PublishOptions = {},
  ): Published {
    const known = key === undefined ? undefined : findByKey.get(key);
    if (known !== undefined) return duplicateOf(known, message);
    const hooks = subscribers.of(message, except);
    const { id, kind, to, createdAt, data, depth } = message;
    insertMessage.run(id, kind, to, createdAt, run?.id ?? '', run?.effect ?? 0, data, key ?? null);
    for (const hook of hooks) deliver(message, hook.id, createdAt);
    if (depth !== undefined) addition.capture(topicEvent({ id, to, data, createdAt, depth }));
    addition.count(data.length);
    return { id, duplicate: false };
  }

  return { publish, deliver };
}

function duplicateOf(known: Known, { kind, to, data }: NewMessage): Published {
  if (known.kind === kind && known.to === to && known.data === data) {
    return { id: known.id, duplicate: true };
  }
  throw new HookwrightError(
    'message.key_reused',
    `Expected the same message under an Idempotency-Key that was used, got another one than ${known.id}.`,
    { next: 'Use a new key for each message, and the same one only to repeat it.' },
  );
}
