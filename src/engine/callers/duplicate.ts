import type { Answer } from '../../core/run.ts';
import type { Webhook } from '../../core/webhook.ts';
import { failureAnswer } from '../answers.ts';
import type { CallerStore, EventStore } from '../ports.ts';

/** What is known of the first of several equal requests. */
export type First =
  | { readonly is: 'answered'; readonly answer: Answer; readonly eventId: string }
  /** Its run failed before it answered, and its sender was told so. */
  | { readonly is: 'failed'; readonly answer: Answer; readonly eventId: string }
  /** Its runs have ended, and none has answered. */
  | { readonly is: 'unanswered'; readonly eventId: string }
  /** It was only acknowledged, or is still under way, or is too old to be there. */
  | { readonly is: 'open'; readonly eventId: string | undefined };

/** @param deadlineMs after which its sender was sent the acknowledgement */
export async function firstOf(
  store: Pick<CallerStore, 'firstEvent'> & Pick<EventStore, 'event' | 'runsOf'>,
  webhook: Webhook,
  key: string,
  deadlineMs: number,
): Promise<First> {
  const eventId = await store.firstEvent(webhook.id, key);
  const event = eventId === undefined ? undefined : await store.event(eventId);
  const isUnended = event?.status === 'pending' || event?.status === 'captured';
  if (event === undefined || isUnended || webhook.respond === 'ack') {
    return { is: 'open', eventId };
  }
  const runs = await store.runsOf(event.id);
  const own = runs.filter(({ caller }) => caller === undefined);
  const answer = own.find((run) => run.answer !== undefined)?.answer;
  if (answer !== undefined) return { is: 'answered', answer, eventId: event.id };
  if (own.some(({ endedAt }) => endedAt === undefined)) return { is: 'open', eventId };
  const failed = own.find(({ failure, binding }) => {
    return failure !== undefined && webhook.bindings[binding]?.also !== true;
  });
  if (failed?.failure === undefined) return { is: 'unanswered', eventId: event.id };
  if ((failed.endedAt ?? 0) > event.receivedAt + deadlineMs) return { is: 'open', eventId };
  return { is: 'failed', answer: failureAnswer(failed.failure, failed.id), eventId: event.id };
}
