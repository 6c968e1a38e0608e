import type { CapturedEvent } from '../../src/core/event.ts';
import { RUN_LIMITS } from '../../src/core/limits.ts';
import {
  OutboundError,
  type OutboundRequest,
  type OutboundResponse,
} from '../../src/core/outbound.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { Answer, RunRecord } from '../../src/core/run.ts';
import type { Schedule } from '../../src/core/schedule.ts';
import type { CancelTimer, Timer } from '../../src/core/timer.ts';
import { createFeed } from '../../src/engine/feed.ts';
import { openRuns, type Runs } from '../../src/engine/open-runs.ts';
import type { Store } from '../../src/engine/ports.ts';
import { Receiver } from '../../src/engine/receive.ts';
import { recover } from '../../src/engine/recover.ts';
import type { Route, RunnableAutomation } from '../../src/engine/route.ts';
import { Runner } from '../../src/engine/run.ts';
import { Schedules } from '../../src/engine/schedules.ts';
import { NO_SECRETS } from '../../src/engine/secret-source.ts';
import { Topics } from '../../src/engine/topics.ts';
import type { Retry } from '../../src/language/settings.ts';
import { GuestSandbox, turn } from './guest.ts';
import { RememberingLog, testEvent, testRoute } from './parts.ts';
import { Disk, MemoryRuns } from './run-memory.ts';

const ALL: Policy = {
  http: ['https://api.example.com/**'],
  hooks: ['**'],
  state: ['**'],
  secrets: [],
  functions: ['**'],
};

/** A clock that moves only when a test says so, and the timers on it. */
class TestTime {
  now = 1_000_000;
  readonly #timers = new Set<{ at: number; wake: () => void }>();

  readonly timer: Timer = (ms, wake): CancelTimer => {
    const timer = { at: this.now + ms, wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Moves to the next timer and lets it fire. */
  next(): void {
    const [first] = [...this.#timers].sort((a, b) => a.at - b.at);
    if (first === undefined) return;
    this.#timers.delete(first);
    this.now = Math.max(this.now, first.at);
    first.wake();
  }

  /** Moves on at once, as when the machine slept; every timer until then fires. */
  jump(at: number): void {
    this.now = Math.max(this.now, at);
    for (const timer of [...this.#timers]) {
      if (timer.at > this.now || !this.#timers.delete(timer)) continue;
      timer.wake();
    }
  }

  /** The clock is set forward, or the machine slept: timers count on as if nothing had been. */
  set(at: number): void {
    for (const timer of this.#timers) timer.at += at - this.now;
    this.now = at;
  }

  /** Timers of a process that died. */
  clear(): void {
    this.#timers.clear();
  }
}

export interface Sent {
  readonly url: string;
  readonly key: string;
}

/** A world that outlives processes: disk, clock, and the receivers of requests. */
export class World {
  readonly disk = new Disk();
  readonly time = new TestTime();
  readonly sandbox = new GuestSandbox();
  readonly sent: Sent[] = [];
  /** What happened, over all processes: commits, requests sent, answers of theirs. */
  readonly sequence: string[] = [];
  readonly broken: string[] = [];
  readonly event: CapturedEvent;
  automation: Partial<RunnableAutomation> = {};
  respond: 'run' | 'ack' = 'run';
  also: readonly string[] = [];
  /** Topics by the name of the automation that they start. */
  readonly topics: Record<string, string> = {};
  /** Schedules by the name of the automation that they start. */
  readonly schedules: Record<string, Schedule> = {};
  replies: Record<string, (count: number) => Partial<OutboundResponse> | OutboundError> = {};
  /** The number of steps after which the process dies. */
  killAfter = Number.POSITIVE_INFINITY;

  constructor(event: Partial<CapturedEvent> = {}) {
    this.event = testEvent({ receivedAt: 999_000, ...event });
  }

  automationOf = (name: string): RunnableAutomation => ({
    revision: name,
    inputs: [{ name: 'n', type: 'any', required: false, default: null, description: '' }],
    program: {
      id: name,
      // A program that may read all that there is.
      source: `${name} webhook event inputs`,
      reach: {},
      steps: [{ kind: 'http', line: 7, column: 1 }],
      lines: [],
      limits: RUN_LIMITS,
      library: [],
    },
    trigger: name in this.schedules ? 'schedule' : name.startsWith('f') ? 'function' : 'webhook',
    policy: ALL,
    retry: undefined,
    ...this.automation,
  });

  get route(): Route {
    const names = ['main', ...this.also];
    const legs = names.map((automation, i) => ({ automation, also: i > 0 }));
    const route = testRoute(legs, { respond: this.respond });
    return {
      ...route,
      effectful: names.length === 1,
      legs: route.legs.map((leg) => ({
        ...leg,
        target: { ready: true, automation: this.automationOf(leg.automation) },
      })),
    };
  }

  retry(retry: Retry): this {
    this.automation = { ...this.automation, retry };
    return this;
  }

  run(automation = 'main'): RunRecord | undefined {
    return [...this.disk.runs.values()].find((run) => run.automation === automation);
  }
}

/** One process in that world; several can follow each other. */
export class Process {
  readonly world: World;
  readonly log = new RememberingLog();
  readonly runs: Runs;
  readonly receiver: Receiver;
  readonly #disk: Store | undefined;
  readonly topics: Topics;
  readonly schedules: Schedules;
  readonly store: Store;
  alive = true;
  answer: Answer | undefined;

  /** @param disk a real store instead of the world's */
  constructor(
    world: World,
    owner = 'p1',
    limits = { concurrentMax: 100, pendingMax: 1000 },
    disk?: Store,
  ) {
    this.world = world;
    this.#disk = disk;
    const { time, sandbox } = world;
    const clock = (): number => time.now;
    const memory = new MemoryRuns(world.disk, (name) => this.#step(name));
    const store = disk ?? (memory as unknown as Store);
    this.store = store;
    const find = (name: string): RunnableAutomation | string =>
      name in sandbox.scripts ? world.automationOf(name) : `No ${name}.`;
    const startedBy = (topic: string): string[] =>
      Object.keys(world.topics).filter((name) => world.topics[name] === topic);
    this.topics = new Topics({
      automations: { startedBy, runnable: find },
      receiver: () => this.receiver,
      log: this.log,
    });
    this.runs = openRuns({
      store,
      sandbox,
      secrets: NO_SECRETS,
      outbound: { send: (request, signal) => this.#send(request, signal) },
      find,
      subscriptions: this.topics,
      published: () => {},
      revision: async (id) => world.automationOf(id),
      seen: (event) => event,
      clock,
      timer: time.timer,
      random: () => 0.5,
      log: this.log,
      owner,
      ...limits,
    });
    this.receiver = new Receiver({
      store,
      live: this.runs.live,
      queue: this.runs.queue,
      runner: new Runner(sandbox, clock, NO_SECRETS),
      subscriptions: this.topics,
      published: () => {},
      feed: createFeed(),
      log: this.log,
      clock,
      timer: time.timer,
      answerDeadlineMs: 10_000,
    });
    this.schedules = new Schedules({
      automations: {
        scheduled: () =>
          Object.entries(world.schedules).map(([name, schedule]) => ({ name, schedule })),
        runnable: find,
      },
      store,
      receiver: this.receiver,
      clock,
      timer: time.timer,
      log: this.log,
      lateMsMax: 86_400_000,
    });
  }

  async #step(name: string): Promise<void> {
    const { world } = this;
    await turn();
    if (!this.alive) return new Promise(() => {});
    world.sequence.push(name);
    if (world.sequence.length < world.killAfter) return;
    this.die();
    return new Promise(() => {});
  }

  die(): void {
    this.alive = false;
    this.world.time.clear();
    this.world.killAfter = Number.POSITIVE_INFINITY;
  }

  async #send(request: OutboundRequest, signal?: AbortSignal): Promise<OutboundResponse> {
    const { world } = this;
    const url = request.url.split('/').at(-1) ?? '';
    const key = request.headers.find(([name]) => name === 'idempotency-key')?.[1] ?? '';
    // At once: a step later, a commit that was not waited for would have come through.
    if (this.#disk === undefined && this.alive) this.#check(url, key);
    await this.#step(`send ${url}`);
    world.sent.push({ url, key });
    const count = world.sent.filter((sent) => sent.url === url).length;
    const reply = world.replies[url]?.(count) ?? {};
    await this.#step(`sent ${url}`);
    if (signal?.aborted) throw new OutboundError('egress.cancelled', 'stopped');
    if (reply instanceof Error) throw reply;
    const body = new TextEncoder().encode(`reply to ${url}`);
    return {
      status: 200,
      headers: [],
      body,
      truncated: false,
      url: request.url,
      ms: 1,
      address: '203.0.113.1',
      ...reply,
    };
  }

  /** Nothing is performed that is not begun on disk, nor before results that the guest has seen are. */
  #check(url: string, key: string): void {
    const { disk, sandbox, broken } = this.world;
    const [, runId = '', number = ''] = /^(.*)-\d+-(\d+)$/.exec(key) ?? [];
    const entry = disk.entry(runId, Number(number));
    if (entry === undefined) broken.push(`${url} is sent before it is begun`);
    if (entry?.ended !== undefined) broken.push(`${url} is sent again though it is recorded`);
    // The execution that asked for it: the last one whose journal did not have it.
    const seen = sandbox.executed.findLast(
      (execution) =>
        execution.runId === runId &&
        execution.journal.every((known) => known.number !== Number(number)),
    );
    for (const { number: n, ended } of seen?.journal ?? []) {
      if (ended !== undefined && disk.entry(runId, n)?.ended === undefined) {
        broken.push(`${url} is sent before the result of ${n} is recorded`);
      }
    }
  }

  /** Receives the world's event; the answer is kept when there is one. */
  receive(): void {
    this.receiver.receive(this.world.route, this.world.event).then(
      ({ answer }) => {
        this.answer = answer;
      },
      () => {},
    );
  }

  async open(): Promise<void> {
    await this.runs.queue.open();
    if (Object.keys(this.world.schedules).length > 0) await this.schedules.open();
    const { store, receiver } = this;
    const route = (event: CapturedEvent): Route =>
      this.topics.route(event) ?? this.schedules.route(event) ?? this.world.route;
    const seen = (event: CapturedEvent): CapturedEvent => event;
    void recover({ store, receiver, log: this.log, route, seen }, this.world.time.now);
  }

  /** Lets everything happen that happens by itself, at the present time. */
  async settle(): Promise<void> {
    let quiet = 0;
    for (let turns = 0; quiet < 12 && turns < 5_000; turns++) {
      const before = this.world.sequence.length + this.world.sandbox.executed.length;
      await turn();
      const after = this.world.sequence.length + this.world.sandbox.executed.length;
      quiet = before === after ? quiet + 1 : 0;
    }
  }

  /** Lets time pass until something holds, or the process has died. */
  async until(holds: () => boolean): Promise<void> {
    for (let rounds = 0; rounds < 500; rounds++) {
      await this.settle();
      if (holds() || !this.alive) return;
      this.world.time.next();
    }
    throw new Error(`It never held; ${this.world.sequence.join(', ')}`);
  }
}

export function ended(world: World): boolean {
  const run = world.run();
  return run !== undefined && run.endedAt !== undefined;
}

export async function start(world: World): Promise<Process> {
  const process = new Process(world);
  await process.open();
  process.receive();
  return process;
}

export async function finish(world: World): Promise<Process> {
  const process = await start(world);
  await process.until(() => ended(world));
  if (world.broken.length > 0) throw new Error(world.broken.join('\n'));
  return process;
}

/** Commits and requests as they were done, without the moments before them. */
export function done(world: World): string[] {
  return world.sequence.filter((name) => !name.endsWith('?'));
}
