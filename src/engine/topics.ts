import type { CapturedEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import { isTopicEvent } from '../core/topic-event.ts';
import type { Automations } from './automations.ts';
import type { Subscriptions } from './effects/internal.ts';
import type { Receiver } from './receive.ts';
import { backgroundRoute, type Route } from './route.ts';

export interface TopicsParts {
  readonly automations: Pick<Automations, 'startedBy' | 'runnable'>;
  /** Read at each event, because what runs events holds these subscriptions too. */
  readonly receiver: () => Pick<Receiver, 'resume'>;
  readonly log: Log;
}

/** Starts the runs of automations with `trigger: topic`. */
export class Topics implements Subscriptions {
  readonly #parts: TopicsParts;
  #closed = false;

  constructor(parts: TopicsParts) {
    this.#parts = parts;
  }

  has(topic: string): boolean {
    return this.#parts.automations.startedBy(topic).length > 0;
  }

  /** What the event of a message is due; `undefined` for events of webhooks. */
  route(event: CapturedEvent): Route | undefined {
    if (!isTopicEvent(event)) return undefined;
    const { automations } = this.#parts;
    return backgroundRoute(automations.startedBy(event.path), (name) => automations.runnable(name));
  }

  /** Does not refuse where too many runs are open: the message is stored, and requests are refused instead. */
  take(event: CapturedEvent): void {
    const { receiver, log } = this.#parts;
    const route = this.route(event);
    if (this.#closed || route === undefined) return;
    receiver()
      .resume(route, event)
      .catch((error: unknown) =>
        log.write('error', 'event.left_pending', { event: event.id, error }),
      );
  }

  /** From now on events stay pending, for the next process to take up. */
  close(): void {
    this.#closed = true;
  }
}
