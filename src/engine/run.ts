import type { Clock } from '../core/clock.ts';
import type { CapturedEvent } from '../core/event.ts';
import type { IdPrefix } from '../core/ids.ts';
import type { Program } from '../core/program.ts';
import type { Execution, ExecutionResult, Failed, RequestParts, RunRecord } from '../core/run.ts';
import type { Sandbox } from './ports.ts';
import type { Leg, Route } from './route.ts';

/** A run that has ended, with the time it took. */
export interface EndedRun {
  readonly record: RunRecord;
  readonly result: ExecutionResult;
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
  const { method, path, query, headers, clientIp, body } = event;
  const receivedAt = new Date(event.receivedAt).toISOString();
  return {
    route,
    event,
    request: { method, path, query, headers, url, clientIp, body },
    eventJson: `{"id":"${event.id}","received_at":"${receivedAt}"}`,
  };
}

/** Stage `run`: executes bindings and conditions in the sandbox. Never throws for what scripts do. */
export class Runner {
  readonly #sandbox: Sandbox;
  readonly #clock: Clock;
  readonly #makeId: (prefix: IdPrefix, now: number) => string;

  constructor(sandbox: Sandbox, clock: Clock, makeId: (prefix: IdPrefix, now: number) => string) {
    this.#sandbox = sandbox;
    this.#clock = clock;
    this.#makeId = makeId;
  }

  async run(passage: Passage, leg: Leg): Promise<EndedRun> {
    const startedAt = this.#clock();
    const id = this.#makeId('run', startedAt);
    const { target } = leg;
    if (!target.ready) return this.#ended(passage, leg, id, startedAt, unrunnable(target));
    const result = await this.#sandbox.execute(execution(passage, leg, target.program, id));
    return this.#ended(passage, leg, id, startedAt, result);
  }

  /** A run that ends as failed before its automation was reached: its condition threw. */
  refuse(passage: Passage, leg: Leg, result: Failed): EndedRun {
    const now = this.#clock();
    return this.#ended(passage, leg, this.#makeId('run', now), now, result);
  }

  /** Whether a leg's condition holds; a condition that throws gives the failed result instead. */
  async holds(passage: Passage, leg: Leg): Promise<boolean | Failed> {
    if (leg.condition === undefined) return true;
    const id = this.#makeId('run', this.#clock());
    const result = await this.#sandbox.execute(execution(passage, leg, leg.condition, id));
    return result.status === 'finished' ? result.value === 'true' : result;
  }

  #ended(
    { route, event }: Passage,
    leg: Leg,
    id: string,
    startedAt: number,
    result: ExecutionResult,
  ): EndedRun {
    const { answer } = result;
    const record: RunRecord = {
      id,
      eventId: event.id,
      webhookId: route.webhook.id,
      automation: leg.automation,
      revision: leg.target.ready ? leg.target.revision : '',
      binding: leg.index,
      status: result.status === 'finished' ? 'succeeded' : 'failed',
      startedAt,
      endedAt: this.#clock(),
      cpuMs: result.cpuMs,
      logs: result.logs,
      ...(answer === undefined ? {} : { answer }),
      ...(result.status === 'failed' ? { failure: result.failure } : {}),
    };
    return { record, result };
  }
}

function execution(passage: Passage, leg: Leg, program: Program, runId: string): Execution {
  return {
    runId,
    seed: runId,
    now: passage.event.receivedAt,
    program,
    request: passage.request,
    webhook: passage.route.webhookJson,
    event: passage.eventJson,
    inputs: leg.inputsJson,
  };
}

function unrunnable({
  code,
  message,
}: {
  code: Failed['failure']['code'];
  message: string;
}): Failed {
  return { status: 'failed', failure: { code, message, status: 500 }, logs: [], cpuMs: 0 };
}
