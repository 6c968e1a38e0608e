import type { CapturedEvent } from './event.ts';
import { derivedId } from './ids.ts';
import { ON_TIME_MS } from './schedule.ts';

/** The method of events that schedules make. No sender can forge one: they belong to no webhook. */
export const SCHEDULE_METHOD = 'SCHEDULE';

/** What is known of one time of a schedule. */
export interface DueTime {
  readonly automation: string;
  /** Milliseconds since the epoch: what the schedule says. */
  readonly scheduledAt: number;
  /** When it was taken up, which may be later. */
  readonly receivedAt: number;
}

/**
 * The event that an automation with `trigger: schedule` runs for. The same time of the same automation has
 * the same id, so that a second machine, or a clock that was put back, does not make it twice.
 *
 * @param id another one, for a start by hand
 */
export function scheduleEvent(due: DueTime, id: string = idOf(due)): CapturedEvent {
  const { automation, scheduledAt, receivedAt } = due;
  const fields = { scheduled_at: new Date(scheduledAt).toISOString() };
  return {
    id,
    webhookId: '',
    receivedAt,
    method: SCHEDULE_METHOD,
    path: automation,
    query: null,
    headers: JSON.stringify(['content-type', 'application/json']),
    clientIp: '',
    body: new TextEncoder().encode(JSON.stringify(fields)),
    webhookName: '',
    webhookUrl: '',
  };
}

/**
 * Ids sort by time, and pruning and readers go by that: one that was missed has the time at which it was
 * taken up. What repeats it is recognised by how far the schedule has come.
 */
function idOf({ automation, scheduledAt, receivedAt }: DueTime): string {
  const time = receivedAt - scheduledAt < ON_TIME_MS ? scheduledAt : receivedAt;
  return derivedId('evt', time, `schedule/${automation}/${scheduledAt}`);
}

/** Whether an event was made by a schedule, and not by a request. */
export function isScheduleEvent({
  webhookId,
  method,
}: Pick<CapturedEvent, 'webhookId' | 'method'>): boolean {
  return webhookId === '' && method === SCHEDULE_METHOD;
}
