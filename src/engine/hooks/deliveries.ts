import type { Clock } from '../../core/clock.ts';
import type { Delivery } from '../../core/delivery.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { Hook } from '../../core/hook.ts';
import type { IdPrefix } from '../../core/ids.ts';
import { isOwnTopic, type NewMessage, topicMistake } from '../../core/message.ts';
import { topicEvent } from '../../core/topic-event.ts';
import type { Subscriptions } from '../effects/internal.ts';
import type { DeliveryStore, MessageStore, Published } from '../ports/hook-store.ts';
import type { Hooks } from './hooks.ts';

/** Deliveries changed in one transaction; other commits wait for it. */
const BATCH = 500;
/** Characters of an Idempotency-Key. */
const KEY_CHARS_MAX = 255;
/** Pings under way at once: each holds a connection beside those of the queue, for a person who waits. */
const PINGS_MAX = 16;
/** Bytes of a message's data: as of an effect's arguments. */
export const DATA_BYTES_MAX: number = 1024 * 1024;

/** Whoever sends what is due; absent in a command that works on the data itself. */
interface Sending {
  published(message: Pick<NewMessage, 'kind' | 'to'>): void;
  changed(hookId: string): void;
  attemptNow(deliveryId: string): Promise<void>;
}

export interface DeliveriesParts {
  readonly store: MessageStore & DeliveryStore;
  readonly hooks: Hooks;
  readonly clock: Clock;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  readonly sending: () => Sending | undefined;
  readonly subscriptions: () => Subscriptions | undefined;
}

/** What people do with messages and deliveries. */
export class Deliveries {
  readonly #parts: DeliveriesParts;
  #pings = 0;

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
  }

  /**
   * Stores a message under a topic, for hooks and automations.
   *
   * @param key the same for repeats of the same message
   * @throws HookwrightError `message.invalid`, `message.key_reused`
   */
  async emit(topic: string, data: unknown, key?: string): Promise<Published> {
    const mistake = topicMistake(topic) ?? (isOwnTopic(topic) ? OTHER_TOPIC : undefined);
    if (mistake !== undefined) throw invalid(`the topic to be ${mistake}`, JSON.stringify(topic));
    if (key !== undefined && (key === '' || key.length > KEY_CHARS_MAX)) {
      throw invalid(`an Idempotency-Key of 1 to ${KEY_CHARS_MAX} characters`, `${key.length}`);
    }
    const text = JSON.stringify(data ?? null);
    const bytes = Buffer.byteLength(text);
    if (bytes > DATA_BYTES_MAX) {
      throw invalid(`data of at most ${DATA_BYTES_MAX} bytes of JSON`, `${bytes} bytes`);
    }
    return this.#publish(this.#message('emit', topic, text), key);
  }

  /**
   * Sends a ping to a hook, whatever its status: it tries the endpoint, and never counts against the hook.
   *
   * @throws HookwrightError `hook.not_found`; `hook.invalid` where nothing could be sent;
   *   `request.queue_full`
   */
  async ping(ref: string): Promise<Delivery> {
    const { hooks, store, sending } = this.#parts;
    const hook = hooks.get(ref);
    const reason = hooks.holdReason(hook.id);
    if (reason !== undefined) throw unpingable(hook, `one that cannot send: ${reason}`);
    // Without a server it would lie with what the hook holds, and be sent when nobody waits for it.
    if (hook.status !== 'active' && sending() === undefined) {
      throw unpingable(hook, `one that is ${hook.status} while no server runs`);
    }
    if (this.#pings >= PINGS_MAX) {
      throw new HookwrightError(
        'request.queue_full',
        `Expected at most ${PINGS_MAX} pings under way, got one more.`,
      );
    }
    const { id } = await store.publish(hooks.ping(hook));
    const [delivery] = await store.deliveries({ messageId: id, countMax: 1 });
    if (delivery === undefined) throw new Error(`Expected a delivery of ${id}, got none.`);
    void this.#attemptPing(delivery.id);
    return delivery;
  }

  /** Sends one delivery now, again where it has ended, and that is not under way. Throws `delivery.not_found`, `hook.not_found`. */
  async resend(id: string): Promise<Delivery> {
    const { store, hooks, clock, sending } = this.#parts;
    const { hookId } = await this.#own(id);
    hooks.get(hookId); // A deleted one takes nothing more.
    await store.resendDeliveries({ ids: [id] }, clock(), 1);
    sending()?.changed(hookId);
    return this.#own(id);
  }

  /** Sends again what has failed since then, of one hook or of all. Returns how many. */
  async resendFailed(since: number, ref?: string): Promise<number> {
    const { store, hooks, clock, sending } = this.#parts;
    // One moment for all batches: what has failed again meanwhile is not sent a second time.
    const now = clock();
    let sum = 0;
    for (const { id } of ref === undefined ? hooks.list() : [hooks.get(ref)]) {
      const count = await all(() => store.resendDeliveries({ hookId: id, since }, now, BATCH));
      if (count > 0) sending()?.changed(id);
      sum += count;
    }
    return sum;
  }

  /** Sends now what a hook has open that waits for a later time: its receiver is well again. */
  async hasten(hookId: string): Promise<void> {
    const { store, clock, sending } = this.#parts;
    const now = clock();
    await all(() => store.resendDeliveries({ waitingOf: hookId }, now, BATCH));
    sending()?.changed(hookId);
  }

  /**
   * Makes the deliveries that a hook would have got of what was emitted since then, and sends again what
   * has failed. Returns how many.
   */
  async recover(hook: Hook, since: number): Promise<number> {
    const { store, clock, sending } = this.#parts;
    let sum = await this.resendFailed(since, hook.id);
    let after: string | undefined = '';
    while (after !== undefined) {
      const step: { made: number; last?: string } = await store.deliverMissed(
        hook.id,
        since,
        after,
        clock(),
        BATCH,
      );
      sum += step.made;
      after = step.last;
    }
    sending()?.changed(hook.id);
    return sum;
  }

  /** Cancels one delivery that is open. Throws `delivery.not_found`. */
  async cancel(id: string): Promise<Delivery> {
    const { store, clock, sending } = this.#parts;
    const { hookId } = await this.#own(id);
    await store.cancelDeliveries({ ids: [id] }, clock(), 1);
    sending()?.changed(hookId);
    return this.#own(id);
  }

  /** Cancels every open delivery of a hook, which may be deleted by now. Returns how many. */
  cancelOf(hookId: string): Promise<number> {
    const { store, clock } = this.#parts;
    return all(() => store.cancelDeliveries({ hookId }, clock(), BATCH));
  }

  async #attemptPing(deliveryId: string): Promise<void> {
    this.#pings += 1;
    await this.#parts.sending()?.attemptNow(deliveryId);
    this.#pings -= 1;
  }

  async #own(id: string): Promise<Delivery> {
    const delivery = await this.#parts.store.delivery(id);
    if (delivery !== undefined) return delivery;
    throw new HookwrightError(
      'delivery.not_found',
      `Expected the id of a delivery, got ${JSON.stringify(id)}.`,
      { next: 'List them with `hookwright delivery list`.' },
    );
  }

  #message(kind: 'emit', to: string, data: string): NewMessage {
    const { clock, makeId, subscriptions } = this.#parts;
    const createdAt = clock();
    const message = { id: makeId('msg', createdAt), kind, to, data, createdAt };
    return subscriptions()?.has(to) === true ? { ...message, depth: 1 } : message;
  }

  async #publish(message: NewMessage, key?: string): Promise<Published> {
    const { store, sending, subscriptions } = this.#parts;
    const published = await store.publish(message, key);
    if (published.duplicate) return published;
    sending()?.published(message);
    const { depth } = message;
    if (depth !== undefined) subscriptions()?.take(topicEvent({ ...message, depth }));
    return published;
  }
}

const OTHER_TOPIC = 'one that does not begin with hookwright.';

function invalid(expected: string, got: string): HookwrightError {
  return new HookwrightError('message.invalid', `Expected ${expected}, got ${got}.`);
}

function unpingable({ name }: Hook, got: string): HookwrightError {
  return new HookwrightError(
    'hook.invalid',
    `Expected a hook that can be pinged, got "${name}", ${got}.`,
  );
}

/** Batch after batch, until one is not full. */
async function all(batch: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (let count = BATCH; count === BATCH; sum += count) count = await batch();
  return sum;
}
