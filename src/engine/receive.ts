import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import type { CapturedEvent, EventStatus, EventSummary } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { NewMessage } from '../core/message.ts';
import type { Answer, RunRecord } from '../core/run.ts';
import type { Timer } from '../core/timer.ts';
import { topicEvent } from '../core/topic-event.ts';
import type { Binding } from '../core/webhook.ts';
import { acknowledgement, NO_CONTENT, UNRECORDED } from './answers.ts';
import type { Reception } from './callers/callers.ts';
import { type First, firstOf } from './callers/duplicate.ts';
import { dispatch, dispatchUnconditional, type Plan } from './dispatch.ts';
import type { Subscriptions } from './effects/internal.ts';
import type { OpenFeed } from './feed.ts';
import { type Capture, captured, HeldCapture } from './held-capture.ts';
import { type LegEnd, type LegParts, runLeg } from './leg.ts';
import { forwardedMessage } from './payload.ts';
import { PendingAnswer } from './pending-answer.ts';
import type { CallerStore, EventStore, SenderKey } from './ports.ts';
import type { RunQueue } from './queue.ts';
import type { Leg, Route } from './route.ts';
import { openPassage, type Passage } from './run.ts';

export interface ReceiverParts extends Omit<LegParts, 'store' | 'queue'> {
  readonly store: EventStore & LegParts['store'] & Pick<CallerStore, 'firstEvent'>;
  readonly queue: LegParts['queue'] & Pick<RunQueue, 'full'>;
  readonly feed: OpenFeed;
  /** Called with each message that a webhook forwards, once it is stored: hooks are due it. */
  readonly published: (message: NewMessage) => void;
  /** Told of those that start automations. */
  readonly subscriptions: Subscriptions;
  readonly log: Log;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Milliseconds until the caller gets the acknowledgement instead of the run's answer. */
  readonly answerDeadlineMs: number;
}

/** Answers that tell a sender that what it sent was not done, so that it sends it again. */
const FAILURE_STATUS_MIN = 500;
/** Of a message that no run has emitted. */
const FIRST_DEPTH = 1;

/** What a caller is told. */
export interface Reply {
  readonly answer: Answer;
  /** The event that its request is; of a duplicate the first one's. Absent where that is not there any more. */
  readonly eventId: string | undefined;
}

/**
 * The way of one event: capture, dispatch, run, answer. An execution is pure, so that it need not wait for
 * the event's commit: it goes on beside it, or before it where it will ask for effects, which one commit then
 * takes with the event. The answer waits for the commit, and so does the first effect. What a crash has made
 * forget is computed again. A run with effects, once it is written down, goes its own way (`drive.ts`).
 */
export class Receiver {
  readonly #parts: ReceiverParts;
  /** Events being taken up, by id: an emitted one is found by recovery too. */
  readonly #resuming = new Map<string, Promise<void>>();
  /** Ids of those between their commit, or their being taken up, and their end. */
  readonly #underWay = new Set<string>();
  #bytesUnderWay = 0;
  #idle: (() => void) | undefined;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
  }

  /** Events received and not yet settled: what the ingress weighs against its limit. */
  get eventsUnderWay(): number {
    return this.#underWay.size;
  }

  /** Bytes of their bodies. */
  get bytesUnderWay(): number {
    return this.#bytesUnderWay;
  }

  /** Whether this process works on an event, so that nobody else needs to take it up. */
  worksOn(eventId: string): boolean {
    return this.#underWay.has(eventId) || this.#resuming.has(eventId);
  }

  /** Resolves when nothing is under way. */
  async drained(): Promise<void> {
    if (this.#underWay.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  /**
   * Takes one request in and gives its reply. No answer below 500 leaves before the event is on disk.
   * Throws `store.failed` where the event could not be stored, and `request.queue_full` where too many
   * runs are open.
   *
   * @param reception how its sender is served; a duplicate gets the answer of the first, and runs nothing
   * unless that was a failure of ours
   */
  async receive(route: Route, event: CapturedEvent, reception: Reception = {}): Promise<Reply> {
    const { answerDeadlineMs = Number.POSITIVE_INFINITY, acknowledgement: own } = reception;
    const deadlineMs = Math.min(this.#parts.answerDeadlineMs, answerDeadlineMs);
    let { key } = reception;
    for (let again = false; ; again = true) {
      try {
        const given = await this.#receive(route, event, key, own, deadlineMs);
        return { answer: given === NO_CONTENT ? (own ?? given) : given, eventId: event.id };
      } catch (error) {
        if (key === undefined || !isDuplicate(error)) throw error;
        const first = await firstOf(this.#parts.store, route.webhook, key.key, deadlineMs);
        const isToRepeat = first.is === 'failed' && first.answer.status >= FAILURE_STATUS_MIN;
        if (again || !isToRepeat) return this.#repeat(event, first, own);
        // Its sender was told that it failed, and sends it again so that it is done after all.
        key = { ...key, instead: first.eventId };
      }
    }
  }

  /** The reply of the first of several equal requests. */
  #repeat(event: CapturedEvent, first: First, own: Answer | undefined): Reply {
    const { eventId } = first;
    this.#parts.log.write('info', 'duplicate', { webhook: event.webhookId, event: eventId });
    if ('answer' in first) return { answer: first.answer, eventId };
    const isOpen = first.is === 'open' && eventId !== undefined;
    return { answer: own ?? (isOpen ? acknowledgement(eventId) : NO_CONTENT), eventId };
  }

  async #receive(
    route: Route,
    event: CapturedEvent,
    key: SenderKey | undefined,
    own: Answer | undefined,
    deadlineMs: number,
  ): Promise<Answer> {
    const acknowledged = own ?? acknowledgement(event.id);
    const { subscriptions } = this.#parts;
    const { bindings, settings, respond } = route.webhook;
    const startsRuns = settings.forward !== undefined && subscriptions.has(settings.forward);
    if (this.#parts.queue.full && (bindings.length > 0 || startsRuns)) {
      throw new HookwrightError('request.queue_full', 'Too many runs are open. Try again soon.');
    }
    const message = forwardedMessage(route, event, startsRuns ? FIRST_DEPTH : undefined);
    if (bindings.length === 0) {
      await this.#hold(event, this.#capture(event, 'captured', message, key));
      this.#publish(event, 'captured', []);
      return acknowledged;
    }
    const passage = openPassage(route, event);
    const capture = (): Promise<void> => this.#capture(event, 'pending', message, key);
    if (respond === 'ack') {
      const stored = capture();
      // Held as one, because an event between its commit and its runs looks like one that was left.
      const processed = stored.then(() => this.#process(passage, captured(stored)));
      this.#hold(event, processed).catch(() => {}); // It is `stored` that fails, and is thrown here.
      await stored;
      return acknowledged;
    }
    const held = route.effectful
      ? new HeldCapture(capture, this.#parts.timer)
      : captured(capture());
    return this.#answerByRun(passage, held, acknowledged, deadlineMs);
  }

  /** Stores an event with the message that it makes; then hooks are sent it, and the automations of its topic begin. */
  #capture(
    event: CapturedEvent,
    status: 'pending' | 'captured',
    message: NewMessage | undefined,
    key: SenderKey | undefined,
  ): Promise<void> {
    const { store, subscriptions, published } = this.#parts;
    const stored = store.capture(event, status, message, key);
    if (message === undefined) return stored;
    return stored.then(() => {
      published(message);
      const { depth } = message;
      if (depth !== undefined) subscriptions.take(topicEvent({ ...message, depth }));
    });
  }

  /**
   * Takes up an event that is stored: one that a crash left without an end, or one that no request made.
   * Runs already recorded are not repeated. Resolves when all are recorded. Throws `store.failed`.
   */
  resume(route: Route, event: CapturedEvent): Promise<void> {
    const known = this.#resuming.get(event.id);
    if (known !== undefined) return known;
    const work = this.#resume(route, event).finally(() => this.#resuming.delete(event.id));
    this.#resuming.set(event.id, work);
    return work;
  }

  async #resume(route: Route, event: CapturedEvent): Promise<void> {
    const recorded = await this.#parts.store.runsOf(event.id);
    const own = recorded.filter(({ caller }) => caller === undefined);
    const { bindings } = route.webhook;
    const done = (leg: Leg): boolean => own.some((run) => isRunOf(run, leg, bindings));
    const passage = openPassage(route, event);
    await new Promise<void>((resolve) => {
      const stored = captured(Promise.resolve());
      const work = this.#process(passage, stored, undefined, done, resolve);
      void this.#hold(event, work).finally(resolve);
    });
  }

  async #answerByRun(
    passage: Passage,
    capture: Capture,
    acknowledged: Answer,
    deadlineMs: number,
  ): Promise<Answer> {
    const { event } = passage;
    const caller = new PendingAnswer();
    const cancel = this.#parts.timer(deadlineMs, () => caller.give(acknowledged));
    void this.#hold(event, this.#process(passage, capture, caller));
    try {
      await capture.stored;
      return await caller.answer;
    } finally {
      cancel();
    }
  }

  /**
   * Dispatches and runs an event and records how it ended. Never rejects: the event stays pending.
   *
   * @param done tells the bindings whose runs are recorded already
   * @param dispatched called when every run is recorded, though some may still be under way
   */
  async #process(
    passage: Passage,
    capture: Capture,
    caller?: PendingAnswer,
    done: (leg: Leg) => boolean = () => false,
    dispatched: () => void = () => {},
  ): Promise<void> {
    const { log } = this.#parts;
    const { event } = passage;
    try {
      const plan = passage.route.conditional
        ? await dispatch(passage, this.#parts.runner)
        : dispatchUnconditional(passage);
      const legs = await all(this.#legs(passage, plan, capture, caller, done));
      const unwritten = legs.flatMap((leg) => leg.unwritten ?? []);
      const status: EventStatus =
        plan.answering === undefined && plan.background.length === 0 ? 'filtered' : 'done';
      if (!legs.some((leg) => leg.eventWritten)) {
        capture.release();
        await this.#parts.store.settle(event.id, status, unwritten);
      }
      dispatched();
      if (unwritten.length === legs.length) return this.#publish(event, status, unwritten);
      const runs = await Promise.all(legs.map((leg) => leg.unwritten ?? leg.left));
      this.#publish(
        event,
        status,
        runs.flatMap((run) => run ?? []),
      );
    } catch (error) {
      if (!(await succeeded(capture.stored))) return; // `receive` reports it; there is nothing to settle.
      log.write('error', 'event.left_pending', { event: event.id, error });
      caller?.give(UNRECORDED);
    }
  }

  #legs(
    passage: Passage,
    { answering, background }: Plan,
    capture: Capture,
    caller: PendingAnswer | undefined,
    done: (leg: Leg) => boolean,
  ): Promise<LegEnd>[] {
    if (answering === undefined) caller?.give(NO_CONTENT);
    const matches = answering === undefined ? background : [answering, ...background];
    // A single run takes the event's new status along with its own first step.
    const event =
      matches.length === 1 ? { id: passage.event.id, status: 'done' as const } : undefined;
    return matches
      .filter(({ leg }) => !done(leg))
      .map((match) =>
        runLeg(this.#parts, passage, match, {
          capture,
          caller: match === answering ? caller : undefined,
          event,
        }),
      );
  }

  async #hold<T>(event: CapturedEvent, work: Promise<T>): Promise<T> {
    this.#underWay.add(event.id);
    this.#bytesUnderWay += event.body.length;
    try {
      return await work;
    } finally {
      this.#underWay.delete(event.id);
      this.#bytesUnderWay -= event.body.length;
      if (this.#underWay.size === 0) this.#idle?.();
    }
  }

  #publish(event: CapturedEvent, status: EventStatus, runs: readonly RunRecord[]): void {
    const { feed } = this.#parts;
    if (!feed.watched) return;
    const {
      body,
      data: _,
      webhookName: __,
      webhookUrl: ___,
      webhookAccount: ____,
      ...rest
    } = event;
    const summary: EventSummary = { ...rest, status, bodySize: body.length };
    feed.publish(summary, runs);
  }
}

/**
 * Whether a recorded run is that of a leg. Bindings may have been changed since it was recorded: then it is known by
 * its automation, and what has answered in a leg's place has answered. Without bindings, automations have no order
 * that stays.
 */
function isRunOf(run: RunRecord, leg: Leg, bindings: readonly Binding[]): boolean {
  const isInPlace = run.binding === leg.index;
  if (run.automation !== leg.automation) return isInPlace && leg.index >= 0 && !leg.also;
  return isInPlace || bindings[run.binding]?.automation !== run.automation;
}

function isDuplicate(error: unknown): boolean {
  return error instanceof HookwrightError && error.code === 'event.duplicate';
}

function succeeded(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** Most routes have one leg, for which `Promise.all` is the dearest part of a dispatch. */
async function all<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  const [first] = works;
  return first !== undefined && works.length === 1 ? [await first] : Promise.all(works);
}
