import type { Clock } from '../../core/clock.ts';
import type { EmitArgs, HookArgs, StateArgs } from '../../core/effect.ts';
import type { CapturedEvent } from '../../core/event.ts';
import { derivedId } from '../../core/ids.ts';
import type { NewMessage } from '../../core/message.ts';
import { depthOf, topicEvent } from '../../core/topic-event.ts';
import { TOPIC_DEPTH_MAX } from '../limits.ts';
import type { EffectPlace, RunStore } from '../ports.ts';
import type { EffectContext, Perform } from './performer.ts';

export interface InternalParts {
  readonly store: Pick<RunStore, 'performState' | 'storeMessage'>;
  readonly clock: Clock;
}

/** `state`: the store performs it and writes its result in one transaction, so exactly once. */
export function statePerformer({ store, clock }: InternalParts): Perform {
  return async (context) => {
    const place = placeOf(context, clock);
    const args = JSON.parse(context.entry.args) as StateArgs;
    const result = await store.performState(place, args);
    return { how: 'stored', result, at: place.at, arrival: place.arrival };
  };
}

/** Automations that run when a message is emitted. */
export interface Subscriptions {
  /** Whether there are any for this topic now. */
  has(topic: string): boolean;
  /** Takes up the event of a message, which is on disk. */
  take(event: CapturedEvent): void;
}

export interface MessageParts extends InternalParts {
  readonly subscriptions: Subscriptions;
  /** Told of each message that was stored, so that its deliveries are sent. */
  readonly published: (message: NewMessage) => void;
}

/**
 * `emit` and `hook`: the message is stored with the result, with its deliveries, and with the event of the
 * runs that it starts; `deliver/` sends it.
 */
export function messagePerformer(parts: MessageParts): Perform {
  const { store, clock, subscriptions, published } = parts;
  return async (context) => {
    const message = messageOf(context);
    const depth =
      message.kind === 'emit' && subscriptions.has(message.to) ? depthAfter(context) : undefined;
    if (depth !== undefined && depth > TOPIC_DEPTH_MAX) {
      const text = `Expected at most ${TOPIC_DEPTH_MAX} messages that start each other’s runs, got another under \`${message.to}\`.`;
      return { how: 'result', result: { ok: false, code: 'effect.failed', message: text } };
    }
    const place = placeOf(context, clock);
    const stored = depth === undefined ? message : { ...message, depth };
    const result = await store.storeMessage(place, stored);
    if (result.ok) published(stored);
    if (depth !== undefined && result.ok) subscriptions.take(topicEvent({ ...message, depth }));
    return { how: 'stored', result, at: place.at, arrival: place.arrival };
  };
}

/** The depth of a message that this run emits. */
function depthAfter({ run, subject }: EffectContext): number {
  const { method, headers } = subject.seen.request;
  return depthOf({ webhookId: run.webhookId, method, headers }) + 1;
}

function placeOf({ run, entry, reserveArrival }: EffectContext, clock: Clock): EffectPlace {
  return { runId: run.id, number: entry.number, at: clock(), arrival: reserveArrival() };
}

function messageOf({ run, entry }: EffectContext): NewMessage {
  const args = JSON.parse(entry.args) as EmitArgs | HookArgs;
  return {
    id: derivedId('msg', entry.beganAt, `${run.id}/${run.attempt}/${entry.number}`),
    kind: 'topic' in args ? 'emit' : 'hook',
    to: 'topic' in args ? args.topic : args.hook,
    data: JSON.stringify(args.data ?? null),
    createdAt: entry.beganAt,
  };
}
