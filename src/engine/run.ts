import type { Clock } from '../core/clock.ts';
import type { CapturedEvent } from '../core/event.ts';
import { derivedId, type IdShift, idShift, shiftedId } from '../core/ids.ts';
import type { Execution, ExecutionResult, Failed, Needs, RunRecord } from '../core/run.ts';
import { Journal } from './journal.ts';
import type { Sandbox } from './ports.ts';
import { endedRecord, newRecord } from './records.ts';
import { failedWith } from './refusal.ts';
import type { Leg, Route, RunnableAutomation } from './route.ts';
import type { SecretSource } from './secret-source.ts';
import { type SeenEvent, seenOf, shownTo } from './seen.ts';
import { executionOf, type RunState, type Subject } from './subject.ts';

/** A run whose first execution was its last: it had no effects. */
export interface EndedRun {
  readonly how: 'ended';
  readonly record: RunRecord;
  readonly result: Exclude<ExecutionResult, Needs>;
  /** Absent where there was nothing to execute. */
  readonly subject: Subject | undefined;
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
  readonly seen: SeenEvent;
}

export function openPassage(route: Route, event: CapturedEvent): Passage {
  return { route, event, seen: seenOf(event) };
}

/** Stage `run`: the first execution of bindings and conditions. Never throws for what scripts do. */
export class Runner {
  readonly #sandbox: Sandbox;
  readonly #clock: Clock;
  readonly #secrets: SecretSource;
  readonly #shifts = new WeakMap<Leg, IdShift>();

  constructor(sandbox: Sandbox, clock: Clock, secrets: SecretSource) {
    this.#sandbox = sandbox;
    this.#clock = clock;
    this.#secrets = secrets;
  }

  async run(passage: Passage, leg: Leg): Promise<EndedRun | BegunRun> {
    const record = this.#record(passage, leg);
    const { target } = leg;
    if (!target.ready) {
      const { code, message } = target;
      return this.#ended(record, failedWith({ code, message, status: 500 }), undefined);
    }
    const subject = subjectOf(passage, target.automation);
    const result = await this.#sandbox.execute(executionOf(subject, record, [], this.#secrets));
    if (result.status === 'needs') {
      const { logs, cpuMs, answer, secretUse } = result;
      const begun = {
        ...record,
        logs,
        cpuMs,
        ...(answer === undefined ? {} : { answer }),
        ...(secretUse === undefined ? {} : { secretUse }),
      };
      return {
        how: 'begun',
        state: { record: begun, subject, journal: new Journal() },
        first: result,
      };
    }
    return this.#ended(record, result, subject);
  }

  /** A run that ends as failed before its automation was reached: its condition threw. */
  refuse(passage: Passage, leg: Leg, result: Failed): EndedRun {
    return this.#ended(this.#record(passage, leg), result, undefined);
  }

  /** Whether a leg's condition holds; a condition that throws gives the failed result instead. */
  async holds(passage: Passage, leg: Leg): Promise<boolean | Failed> {
    if (leg.condition === undefined) return true;
    const { event, seen } = passage;
    const id = derivedId('run', event.receivedAt, `${event.id}/${leg.index}/when`);
    const execution: Execution = {
      runId: id,
      seed: id,
      now: event.receivedAt,
      program: leg.condition,
      inputs: leg.inputsJson,
      journal: [],
      ...shownTo(leg.condition, seen),
    };
    const result = await this.#sandbox.execute(execution);
    if (result.status === 'finished') return result.value === 'true';
    if (result.status === 'failed') return result;
    const message = 'Expected a condition without effects, got one that has them.';
    return failedWith({ code: 'effect.invalid', message, status: 500 }, result.logs);
  }

  #record({ route, event }: Passage, leg: Leg): RunRecord {
    return newRecord({
      id: this.#runId(event, leg),
      eventId: event.id,
      webhookId: route.webhook.id,
      automation: leg.automation,
      revision: leg.target.ready ? leg.target.automation.revision : '',
      binding: leg.index,
      inputs: leg.inputsJson,
      startedAt: this.#clock(),
    });
  }

  /**
   * The same whenever a leg is run again: what a crash has made forget is computed anew under the same id, with
   * the same random source, and is what the caller may have been told already.
   */
  #runId(event: CapturedEvent, leg: Leg): string {
    let shift = this.#shifts.get(leg);
    if (shift === undefined) {
      shift = idShift(`${leg.index}/${leg.automation}`);
      this.#shifts.set(leg, shift);
    }
    return shiftedId('run', event.id, shift);
  }

  #ended(
    record: RunRecord,
    result: Exclude<ExecutionResult, Needs>,
    subject: Subject | undefined,
  ): EndedRun {
    const ended = endedRecord(record, result, this.#clock(), result);
    return { how: 'ended', record: ended, result, subject };
  }
}

function subjectOf(
  { event, seen }: Passage,
  { program, policy, retry }: RunnableAutomation,
): Subject {
  return { program, policy, retry, seen, now: event.receivedAt };
}
