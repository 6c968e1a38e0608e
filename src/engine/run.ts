import type { Clock } from '../core/clock.ts';
import type { CapturedEvent } from '../core/event.ts';
import { derivedId, type IdPrefix } from '../core/ids.ts';
import type {
  Execution,
  ExecutionResult,
  Failed,
  Needs,
  RequestParts,
  RunRecord,
} from '../core/run.ts';
import { isTopicEvent } from '../core/topic-event.ts';
import { Journal } from './journal.ts';
import type { Sandbox } from './ports.ts';
import { endedRecord, newRecord } from './records.ts';
import { failedWith } from './refusal.ts';
import type { Leg, Route, RunnableAutomation } from './route.ts';
import { executionOf, type RunState, type Subject } from './subject.ts';

/** A run whose first execution was its last: it had no effects. */
export interface EndedRun {
  readonly how: 'ended';
  readonly record: RunRecord;
  readonly result: Exclude<ExecutionResult, Needs>;
  /** Absent where there was nothing to execute. */
  readonly subject?: Subject;
}

/** A run that needs effects to go on. Nothing of it is stored. */
export interface BegunRun {
  readonly how: 'begun';
  readonly state: RunState;
  readonly first: Needs;
}

/** An event on its way through one route, with what its executions share. */
export interface Passage {
  readonly route: Route;
  readonly event: CapturedEvent;
  readonly request: RequestParts;
  readonly eventJson: string;
}

/** @param url the whole URL as the sender sees it */
export function openPassage(route: Route, event: CapturedEvent, url: string): Passage {
  return { route, event, request: requestOf(event, url), eventJson: eventJsonOf(event) };
}

export function requestOf(event: CapturedEvent, url: string): RequestParts {
  const { method, path, query, headers, clientIp, body } = event;
  return { method, path, query, headers, url, clientIp, body };
}

/** What the guest sees as `event`, as JSON. */
export function eventJsonOf(event: CapturedEvent): string {
  const receivedAt = new Date(event.receivedAt).toISOString();
  const facts = `"id":"${event.id}","received_at":"${receivedAt}"`;
  if (!isTopicEvent(event)) return `{${facts},"data":${event.data ?? 'null'}}`;
  const data = new TextDecoder().decode(event.body);
  return `{${facts},"topic":${JSON.stringify(event.path)},"data":${data}}`;
}

/** Stage `run`: the first execution of bindings and conditions. Never throws for what scripts do. */
export class Runner {
  readonly #sandbox: Sandbox;
  readonly #clock: Clock;
  readonly #makeId: (prefix: IdPrefix, now: number) => string;

  constructor(sandbox: Sandbox, clock: Clock, makeId: (prefix: IdPrefix, now: number) => string) {
    this.#sandbox = sandbox;
    this.#clock = clock;
    this.#makeId = makeId;
  }

  async run(passage: Passage, leg: Leg): Promise<EndedRun | BegunRun> {
    const record = this.#record(passage, leg);
    const { target } = leg;
    if (!target.ready) {
      const { code, message } = target;
      return this.#ended(record, failedWith({ code, message, status: 500 }));
    }
    const subject = subjectOf(passage, target.automation);
    const result = await this.#sandbox.execute(executionOf(subject, record, []));
    if (result.status === 'needs') {
      const { logs, cpuMs, answer } = result;
      const begun = { ...record, logs, cpuMs, ...(answer === undefined ? {} : { answer }) };
      return {
        how: 'begun',
        state: { record: begun, subject, journal: new Journal() },
        first: result,
      };
    }
    return { ...this.#ended(record, result), subject };
  }

  /** A run that ends as failed before its automation was reached: its condition threw. */
  refuse(passage: Passage, leg: Leg, result: Failed): EndedRun {
    return this.#ended(this.#record(passage, leg), result);
  }

  /** Whether a leg's condition holds; a condition that throws gives the failed result instead. */
  async holds(passage: Passage, leg: Leg): Promise<boolean | Failed> {
    if (leg.condition === undefined) return true;
    const id = this.#makeId('run', this.#clock());
    const { route, event, request, eventJson } = passage;
    const execution: Execution = {
      runId: id,
      seed: id,
      now: event.receivedAt,
      program: leg.condition,
      request,
      webhook: route.webhookJson,
      event: eventJson,
      inputs: leg.inputsJson,
      journal: [],
    };
    const result = await this.#sandbox.execute(execution);
    if (result.status === 'finished') return result.value === 'true';
    if (result.status === 'failed') return result;
    const message = 'Expected a condition without effects, got one that has them.';
    return failedWith({ code: 'effect.invalid', message, status: 500 }, result.logs);
  }

  #record({ route, event }: Passage, leg: Leg): RunRecord {
    const startedAt = this.#clock();
    return newRecord({
      // What a message has started is recognised by its id, whatever was repeated.
      id: isTopicEvent(event)
        ? derivedId('run', event.receivedAt, `${event.id}/${leg.automation}`)
        : this.#makeId('run', startedAt),
      eventId: event.id,
      webhookId: route.webhook.id,
      automation: leg.automation,
      revision: leg.target.ready ? leg.target.automation.revision : '',
      binding: leg.index,
      inputs: leg.inputsJson,
      startedAt,
    });
  }

  #ended(record: RunRecord, result: Exclude<ExecutionResult, Needs>): EndedRun {
    const { cpuMs } = result;
    return {
      how: 'ended',
      record: endedRecord({ ...record, cpuMs }, result, this.#clock()),
      result,
    };
  }
}

function subjectOf(
  { event, request, route, eventJson }: Passage,
  { program, policy, retry }: RunnableAutomation,
): Subject {
  return {
    program,
    policy,
    retry,
    request,
    webhookJson: route.webhookJson,
    eventJson,
    now: event.receivedAt,
  };
}
