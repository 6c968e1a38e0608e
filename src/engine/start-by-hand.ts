import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import type { CapturedEvent } from '../core/event.ts';
import type { IdPrefix } from '../core/ids.ts';
import { scheduleEvent } from '../core/schedule-event.ts';
import type { Automations } from './automations.ts';
import type { EventStore } from './ports.ts';

export interface StartByHandParts {
  readonly automations: Pick<Automations, 'entry'>;
  readonly store: Pick<EventStore, 'capture'>;
  readonly clock: Clock;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  /** Takes up the event, which is on disk; does nothing where no server runs, and the next one will. */
  readonly take: (event: CapturedEvent) => void;
}

/**
 * Runs an automation with `trigger: schedule` now, besides its schedule and whatever is open. Throws
 * `automation.not_found`, and `automation.trigger` for one that something else starts.
 */
export async function startByHand(parts: StartByHandParts, name: string): Promise<CapturedEvent> {
  const { automations, store, clock, makeId, take } = parts;
  const { trigger } = automations.entry(name);
  if (trigger !== 'schedule') {
    throw new HookwrightError(
      'automation.trigger',
      `Expected an automation with \`trigger: schedule\`, got "${name}", which has \`trigger: ${trigger}\`.`,
      { next: NEXT[trigger] },
    );
  }
  const now = clock();
  const due = { automation: name, scheduledAt: now, receivedAt: now };
  const event = scheduleEvent(due, makeId('evt', now));
  await store.capture(event, 'pending');
  take(event);
  return event;
}

const NEXT = {
  webhook: 'Send a request to a webhook that it is bound to.',
  topic: 'Emit a message under its topic.',
  function: 'Call it from another automation.',
} as const;
