import type { Answer } from '../../core/run.ts';
import type { CallerStore, EventStore } from '../ports.ts';

/** What is known of the first of several equal requests. */
type First = { readonly eventId: string | undefined } & (
  | { readonly is: 'answered'; readonly answer: Answer }
  /** Its runs have ended, and none has answered. */
  | { readonly is: 'unanswered' }
  /** It was only acknowledged, or is still under way, or is too old to be there. */
  | { readonly is: 'open' }
);

export async function firstAnswer(
  store: Pick<CallerStore, 'firstEvent'> & Pick<EventStore, 'event' | 'runsOf'>,
  webhookId: string,
  key: string,
): Promise<First> {
  const eventId = await store.firstEvent(webhookId, key);
  const event = eventId === undefined ? undefined : await store.event(eventId);
  if (event === undefined || event.status === 'pending' || event.status === 'captured') {
    return { is: 'open', eventId };
  }
  const runs = await store.runsOf(event.id);
  const own = runs.filter(({ caller }) => caller === undefined);
  const answer = own.find((run) => run.answer !== undefined)?.answer;
  if (answer !== undefined) return { is: 'answered', answer, eventId };
  const isOpen = own.some(({ endedAt }) => endedAt === undefined);
  return { is: isOpen ? 'open' : 'unanswered', eventId };
}
