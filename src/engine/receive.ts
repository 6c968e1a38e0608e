import type { Clock } from '../core/clock.ts';
import type { CapturedEvent, EventStatus, EventSummary } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { Answer, RunRecord } from '../core/run.ts';
import { acknowledgement, answerOf, NO_CONTENT } from './answers.ts';
import { dispatch, dispatchUnconditional, type Match, type Plan } from './dispatch.ts';
import type { OpenFeed } from './feed.ts';
import type { EventStore } from './ports.ts';
import type { Route } from './route.ts';
import { type EndedRun, openPassage, type Passage, type Runner } from './run.ts';

export interface ReceiverParts {
  readonly store: EventStore;
  readonly runner: Runner;
  readonly feed: OpenFeed;
  readonly log: Log;
  readonly clock: Clock;
  /** Milliseconds until the caller gets the acknowledgement instead of the run's answer. */
  readonly answerDeadlineMs: number;
}

/**
 * The way of one event: capture, dispatch, run, answer. Executions without effects run while the
 * event's commit is under way; the answer waits for both. What a run did is written by a later commit:
 * a run is a pure function, so after a crash it is simply computed again.
 */
export class Receiver {
  readonly #parts: ReceiverParts;
  #eventsUnderWay = 0;
  #bytesUnderWay = 0;
  #idle: (() => void) | undefined;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
  }

  /** Events received and not yet settled: what the ingress weighs against its limit. */
  get eventsUnderWay(): number {
    return this.#eventsUnderWay;
  }

  /** Bytes of their bodies. */
  get bytesUnderWay(): number {
    return this.#bytesUnderWay;
  }

  /** Resolves when nothing is under way. */
  async drained(): Promise<void> {
    if (this.#eventsUnderWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  /**
   * Takes one request in and gives its answer. No answer below 500 leaves before the event is on disk.
   * Throws `store.failed` where the event could not be stored.
   */
  async receive(route: Route, event: CapturedEvent, url: string): Promise<Answer> {
    const { store } = this.#parts;
    if (route.webhook.bindings.length === 0) {
      await this.#hold(event, store.capture(event, 'captured'));
      this.#publish(event, 'captured', []);
      return acknowledgement(event.id);
    }
    const stored = store.capture(event, 'pending');
    const passage = openPassage(route, event, url);
    if (route.webhook.respond === 'ack') {
      await this.#hold(event, stored);
      void this.#hold(event, this.#process(passage, stored));
      return acknowledgement(event.id);
    }
    return this.#answerByRun(passage, stored);
  }

  /** Takes an event up again that a crash left without an end; runs already recorded are not repeated. */
  async resume(route: Route, event: CapturedEvent, url: string): Promise<void> {
    const recorded = await this.#parts.store.runsOf(event.id);
    const done = new Set(recorded.map((run) => run.binding));
    const passage = openPassage(route, event, url);
    await this.#hold(event, this.#process(passage, Promise.resolve(), done));
  }

  async #answerByRun(passage: Passage, stored: Promise<void>): Promise<Answer> {
    const { event } = passage;
    let answered: (answer: Answer) => void = () => {};
    const answer = new Promise<Answer>((resolve) => {
      answered = resolve;
    });
    const deadline = setTimeout(
      () => answered(acknowledgement(event.id)),
      this.#parts.answerDeadlineMs,
    );
    const processed = this.#process(passage, stored, undefined, answered);
    void this.#hold(event, processed);
    try {
      await stored;
      return await answer;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Dispatches and runs an event and records how it ended. Never rejects: the event stays pending. */
  async #process(
    passage: Passage,
    stored: Promise<void>,
    done: ReadonlySet<number> = new Set(),
    answered: (answer: Answer) => void = () => {},
  ): Promise<void> {
    const { log, store } = this.#parts;
    const { event } = passage;
    try {
      const plan = await this.#plan(passage);
      const first = plan.answering && this.#run(passage, plan.answering, done);
      const others = plan.background.map((match) => this.#run(passage, match, done));
      const ended = await first;
      answered(ended === undefined ? NO_CONTENT : answerOf(ended.result, ended.record.id));
      const runs = [ended, ...(await Promise.all(others))].flatMap((run) =>
        run === undefined ? [] : [run.record],
      );
      const status: EventStatus =
        plan.answering === undefined && plan.background.length === 0 ? 'filtered' : 'done';
      if (!(await succeeded(stored))) return; // `receive` reports it; there is nothing to settle.
      await store.settle(event.id, status, runs);
      this.#publish(event, status, runs);
    } catch (error) {
      log.write('error', 'event.left_pending', { event: event.id, error });
      answered(failed());
    }
  }

  #plan(passage: Passage): Plan | Promise<Plan> {
    return passage.route.conditional
      ? dispatch(passage, this.#parts.runner)
      : dispatchUnconditional(passage);
  }

  async #run(
    passage: Passage,
    { leg, refused }: Match,
    done: ReadonlySet<number>,
  ): Promise<EndedRun | undefined> {
    if (done.has(leg.index)) return undefined;
    const { runner, log } = this.#parts;
    const ended = refused ? runner.refuse(passage, leg, refused) : await runner.run(passage, leg);
    log.write(ended.record.status === 'failed' ? 'warn' : 'info', 'run', runFields(ended.record));
    return ended;
  }

  async #hold<T>(event: CapturedEvent, work: Promise<T>): Promise<T> {
    this.#eventsUnderWay++;
    this.#bytesUnderWay += event.body.length;
    try {
      return await work;
    } finally {
      this.#eventsUnderWay--;
      this.#bytesUnderWay -= event.body.length;
      if (this.#eventsUnderWay === 0) this.#idle?.();
    }
  }

  #publish(event: CapturedEvent, status: EventStatus, runs: readonly RunRecord[]): void {
    const { feed } = this.#parts;
    if (!feed.watched) return;
    const { body, ...rest } = event;
    const summary: EventSummary = { ...rest, status, bodySize: body.length };
    feed.publish(summary, runs);
  }
}

function succeeded(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

function failed(): Answer {
  const error = {
    code: 'internal',
    message: 'The event is stored; its run could not be recorded and will be taken up again.',
  };
  return {
    status: 500,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ error }),
  };
}

function runFields(run: RunRecord): Record<string, unknown> {
  const { id, eventId, automation, status, startedAt, endedAt, cpuMs, failure } = run;
  return {
    run: id,
    event: eventId,
    automation,
    status,
    ms: endedAt - startedAt,
    cpu_ms: Math.round(cpuMs * 1000) / 1000,
    ...(failure === undefined
      ? {}
      : { code: failure.code, reason: failure.message, line: failure.line }),
  };
}
