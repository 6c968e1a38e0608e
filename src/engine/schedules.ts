import type { Clock } from '../core/clock.ts';
import type { CapturedEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import { ON_TIME_MS, type Schedule, scheduleDefinition } from '../core/schedule.ts';
import { isScheduleEvent, scheduleEvent } from '../core/schedule-event.ts';
import type { CancelTimer, Timer } from '../core/timer.ts';
import { type ScheduleTimes, timesOf } from '../language/schedule/times.ts';
import type { Automations } from './automations.ts';
import { LOOK_MS_MAX } from './limits.ts';
import type { ScheduleStore } from './ports.ts';
import type { Receiver } from './receive.ts';
import {
  backgroundRoute,
  type FindAutomation,
  type Route,
  type RunnableAutomation,
} from './route.ts';

export interface SchedulesParts {
  readonly automations: Pick<Automations, 'scheduled' | 'runnable'>;
  readonly store: ScheduleStore;
  readonly receiver: Pick<Receiver, 'resume'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly log: Log;
  /** Milliseconds after which a missed time is not made up for any more. */
  readonly lateMsMax: number;
}

/** A schedule and how far it has come. */
interface Planned {
  readonly name: string;
  readonly schedule: Schedule;
  readonly definition: string;
  readonly times: ScheduleTimes;
  /** All times up to this one are decided. */
  last: number;
  /** The first one that is not; `undefined` where none comes any more. */
  next: number | undefined;
}

/**
 * Starts the runs of automations with `trigger: schedule`. Each due time is decided once, in the store, by
 * whichever process comes first: it makes an event, or is passed over and logged. Where several have passed
 * since the last look, only the latest is taken up.
 */
export class Schedules {
  readonly #parts: SchedulesParts;
  readonly #planned = new Map<string, Planned>();
  #cancelLook: CancelTimer = () => {};
  #closed = false;
  #isStale = false;
  /** Looks take turns. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: SchedulesParts) {
    this.#parts = parts;
  }

  /** Takes in the automations as they are now, and takes up what is due. Throws what the store throws. */
  async open(): Promise<void> {
    await this.#keep();
    this.#look();
  }

  /** The automations have changed. */
  refresh(): void {
    this.#isStale = true;
    this.#look();
  }

  /** What the event of a schedule is due; `undefined` for other events. */
  route(event: CapturedEvent): Route | undefined {
    if (!isScheduleEvent(event)) return undefined;
    return backgroundRoute([event.path], (name) =>
      scheduled(name, (known) => this.#parts.automations.runnable(known)),
    );
  }

  /** Runs what the event of a schedule is due; it is on disk. */
  take(event: CapturedEvent): void {
    const { receiver, log } = this.#parts;
    const route = this.route(event);
    if (this.#closed || route === undefined) return;
    receiver
      .resume(route, event)
      .catch((error: unknown) =>
        log.write('error', 'event.left_pending', { event: event.id, error }),
      );
  }

  /** From now on times are left to the next process. Resolves when none is being decided. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelLook();
    await this.#turn;
  }

  async #keep(): Promise<void> {
    const { automations, store, clock } = this.#parts;
    this.#isStale = false;
    const found = automations.scheduled().map(({ name, schedule }) => ({
      name,
      schedule,
      definition: scheduleDefinition(schedule),
    }));
    const known = found.map(({ name, definition }) => ({ automation: name, definition }));
    const lasts = await store.keepSchedules(known, clock()).catch((error: unknown) => {
      this.#isStale = true;
      throw error;
    });
    this.#planned.clear();
    for (const [index, entry] of found.entries()) {
      const last = lasts[index] as number;
      const times = timesOf(entry.schedule);
      this.#planned.set(entry.name, { ...entry, times, last, next: times.after(last) });
    }
  }

  /** Decides what is due, then sleeps until something is. */
  #look(): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#closed) return;
      try {
        await this.#decideAll();
        this.#sleep(this.#msToNext());
      } catch (error) {
        if (this.#closed) return;
        this.#parts.log.write('error', 'schedules.failed', { error });
        this.#sleep(LOOK_MS_MAX);
      }
    });
  }

  async #decideAll(): Promise<void> {
    const { clock } = this.#parts;
    const now = clock();
    // A clock that was put back counts as it is: what was done already has its event.
    const isAhead = [...this.#planned.values()].some(({ last }) => last > now);
    if (this.#isStale || isAhead) await this.#keep();
    for (const planned of this.#planned.values()) {
      if (this.#closed) return;
      await this.#decide(planned, clock());
    }
  }

  #msToNext(): number {
    const now = this.#parts.clock();
    const nexts = [...this.#planned.values()].flatMap(({ next }) => next ?? []);
    return nexts.reduce((ms, next) => Math.min(ms, next - now), LOOK_MS_MAX);
  }

  #sleep(ms: number): void {
    this.#cancelLook();
    if (!this.#closed) this.#cancelLook = this.#parts.timer(Math.max(0, ms), () => this.#look());
  }

  async #decide(planned: Planned, now: number): Promise<void> {
    const { times, next } = planned;
    if (next === undefined || next > now) return;
    const due = Math.max(next, times.before(now + 1) ?? next);
    this.#tellPassed(planned, due);
    await this.#claim(planned, due, now);
    planned.last = due;
    planned.next = times.after(due);
  }

  async #claim(planned: Planned, scheduledAt: number, receivedAt: number): Promise<void> {
    const { store, log } = this.#parts;
    const { name: automation, definition, schedule } = planned;
    const late = receivedAt - scheduledAt;
    const reason = this.#passedOver(schedule, late);
    const event =
      reason === undefined ? scheduleEvent({ automation, scheduledAt, receivedAt }) : undefined;
    const alone = schedule.overlap === 'skip';
    const claim = { automation, definition, scheduledAt, alone };
    const outcome = await store.claimDueTime(event === undefined ? claim : { ...claim, event });
    if (outcome === 'gone') return;
    const fields = { automation, scheduled_at: new Date(scheduledAt).toISOString() };
    if (outcome === 'overlap') {
      log.write('warn', 'schedule.skipped', { ...fields, reason: 'an earlier run is still open' });
    } else if (event === undefined) log.write('warn', 'schedule.skipped', { ...fields, reason });
    else this.take(event);
  }

  /** Why a time is not to be run, in words for the log. */
  #passedOver({ missed }: Schedule, lateMs: number): string | undefined {
    if (lateMs < ON_TIME_MS) return undefined;
    if (missed === 'skip') return 'it was missed, and the automation skips missed times';
    return lateMs > this.#parts.lateMsMax ? 'it was missed for too long' : undefined;
  }

  /** Times before the latest one are passed over without a claim of their own. */
  #tellPassed({ name, times, next }: Planned, due: number): void {
    if (next === undefined || next >= due) return;
    const until = times.before(due) ?? next;
    this.#parts.log.write('warn', 'schedule.missed', {
      automation: name,
      from: new Date(next).toISOString(),
      until: new Date(until).toISOString(),
    });
  }
}

function scheduled(name: string, find: FindAutomation): RunnableAutomation | string {
  const found = find(name);
  if (typeof found === 'string' || found.trigger === 'schedule') return found;
  return `Expected an automation with \`trigger: schedule\`, got "${name}", which has \`trigger: ${found.trigger}\`.`;
}
