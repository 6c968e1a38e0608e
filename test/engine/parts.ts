import type { CapturedEvent, EventStatus } from '../../src/core/event.ts';
import { idMaker } from '../../src/core/ids.ts';
import { RUN_LIMITS } from '../../src/core/limits.ts';
import type { Log } from '../../src/core/log.ts';
import type { Program } from '../../src/core/program.ts';
import type { Execution, ExecutionResult, RunRecord } from '../../src/core/run.ts';
import type { Binding, Webhook } from '../../src/core/webhook.ts';
import type { EventStore, Sandbox } from '../../src/engine/ports.ts';
import type { Leg, Route } from '../../src/engine/route.ts';

const makeId = idMaker();

export function testWebhook(change: Partial<Webhook> = {}): Webhook {
  return {
    id: makeId('wh', 0),
    token: 'ab'.repeat(20),
    name: 'Orders',
    description: '',
    paused: false,
    respond: 'run',
    bindings: [],
    settings: {},
    createdAt: 0,
    updatedAt: 0,
    ...change,
  };
}

function testProgram(source: string): Program {
  return { id: source, source, reach: {}, steps: [], lines: [], limits: RUN_LIMITS, library: [] };
}

export interface TestLeg extends Pick<Binding, 'automation' | 'also'> {
  readonly condition?: string;
}

/** A route whose programs are told apart by their source. */
export function testRoute(legs: readonly TestLeg[], change: Partial<Webhook> = {}): Route {
  const bindings = legs.map(({ automation }) => ({ automation }));
  const webhook = testWebhook({ bindings, ...change });
  return {
    webhook,
    map: undefined,
    effectful: false,
    legs: legs.map(
      ({ automation, also = false, condition }, index): Leg => ({
        index,
        automation,
        also,
        condition: condition === undefined ? undefined : testProgram(condition),
        inputsJson: '{}',
        target: {
          ready: true,
          automation: {
            revision: 'r1',
            inputs: [],
            program: testProgram(automation),
            trigger: 'webhook',
            policy: { http: [], hooks: [], state: [], secrets: [], functions: [] },
            retry: undefined,
          },
        },
      }),
    ),
    conditional: legs.some((leg) => leg.condition !== undefined),
  };
}

export function testEvent(change: Partial<CapturedEvent> = {}): CapturedEvent {
  return {
    id: makeId('evt', 0),
    webhookId: 'wh_1',
    receivedAt: 0,
    method: 'POST',
    path: '',
    query: null,
    headers: '[]',
    clientIp: '203.0.113.9',
    body: new Uint8Array(0),
    data: null,
    webhookName: 'test',
    webhookUrl: 'https://hooks.example/webhooks/abc',
    webhookAccount: null,
    ...change,
  };
}

/** Programs by source; those not named answer 200 with their own name. */
export class ScriptedSandbox implements Sandbox {
  readonly executed: string[] = [];
  readonly executions: Execution[] = [];
  readonly results: Record<string, ExecutionResult | Promise<ExecutionResult>> = {};

  async execute(execution: Execution): Promise<ExecutionResult> {
    const { program } = execution;
    this.executions.push(execution);
    this.executed.push(program.source);
    return this.results[program.source] ?? answered(program.source);
  }

  async close(): Promise<void> {}
}

export function answered(body: string, status = 200): ExecutionResult {
  return { status: 'finished', answer: { status, headers: [], body }, logs: [], cpuMs: 1 };
}

export function valued(value: unknown): ExecutionResult {
  return { status: 'finished', value: JSON.stringify(value), logs: [], cpuMs: 1 };
}

/** Remembers what it was given; commits when told to. */
export class RememberingStore
  implements Pick<EventStore, 'capture' | 'settle' | 'runsOf' | 'event' | 'pendingEvents'>
{
  readonly steps: string[] = [];
  readonly events = new Map<string, CapturedEvent & { status: EventStatus }>();
  readonly runs: RunRecord[] = [];
  commit: Promise<void> = Promise.resolve();

  async capture(event: CapturedEvent, status: EventStatus): Promise<void> {
    await this.commit;
    this.events.set(event.id, { ...event, status });
    this.steps.push(`captured ${status}`);
  }

  async settle(id: string, status: EventStatus, runs: readonly RunRecord[]): Promise<void> {
    await this.commit;
    const event = this.events.get(id);
    if (event !== undefined) this.events.set(id, { ...event, status });
    this.runs.push(...runs);
    this.steps.push(`settled ${status}`);
  }

  async runsOf(eventId: string): Promise<readonly RunRecord[]> {
    return this.runs.filter((run) => run.eventId === eventId);
  }

  async event(id: string): Promise<(CapturedEvent & { status: EventStatus }) | undefined> {
    return this.events.get(id);
  }

  async pendingEvents(
    before: number,
    countMax: number,
  ): Promise<readonly (CapturedEvent & { status: EventStatus })[]> {
    return [...this.events.values()]
      .filter((event) => event.status === 'pending' && event.receivedAt < before)
      .slice(0, countMax);
  }
}

export class RememberingLog implements Log {
  readonly lines: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] =
    [];

  write(level: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.lines.push({ level, message, fields });
  }
}
