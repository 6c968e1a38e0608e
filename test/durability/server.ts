import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Life, type LifeOptions, type Listening } from './life.ts';
import { type Open, readSnapshot, type Snapshot, Window } from './snapshot.ts';
import { createWebhooks, WEBHOOKS, writeAutomations } from './workload.ts';

/** How long something may take that has to come: a busy machine is slow. */
const EVENTUALLY_MS_MAX = 20_000;

/** By how much a clock is moved on at a time. */
const STEP_MS = 60_000;
/** What is due within it is left to come by itself. */
const SOON_MS = 1000;

/** A data folder and the lives on it that a test starts one after the other. */
export class Server {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'hookwright-durability-'));
  #life: Life | undefined;
  #lives = 0;

  /** Starts with the automations and webhooks of the workload. Returns the webhooks' URLs as well. */
  async startWorkload(receiver: string): Promise<{ life: Life; urls: Record<string, string> }> {
    writeAutomations(this.dir, receiver);
    const { life, listening } = await this.start(0);
    const paths = Object.entries(await createWebhooks(listening, WEBHOOKS));
    return {
      life,
      urls: Object.fromEntries(paths.map(([name, path]) => [name, listening.url + path])),
    };
  }

  automation(name: string, yaml: string): void {
    mkdirSync(join(this.dir, 'automations'), { recursive: true });
    writeFileSync(join(this.dir, 'automations', `${name}.yaml`), yaml);
  }

  async start(
    clockOffsetMs: number,
    options: Partial<LifeOptions> = {},
  ): Promise<{ life: Life; listening: Listening }> {
    const number = ++this.#lives;
    const life = new Life({ dir: this.dir, number, clockOffsetMs, ...options });
    this.#life = life;
    const listening = await life.listening;
    if (listening === undefined) throw new Error(`It did not start: ${life.output}`);
    return { life, listening };
  }

  /** Waits until the running server has nothing left to do. */
  async untilIdle(): Promise<void> {
    await this.untilOpen(
      ({ pendingEvents, running, sending, lastDueAt }) =>
        pendingEvents + running + sending === 0 && lastDueAt === null,
    );
  }

  /**
   * Moves the clock of a life on until it has nothing left to do. Not while anything is under way: on a busy machine
   * that would be over its limit of time.
   *
   * @param offsetMs how far its clock is ahead
   */
  async untilEnded(life: Life, offsetMs: number): Promise<void> {
    for (let offset = offsetMs; ; offset += STEP_MS) {
      const { firstDueAt } = await this.untilOpen(
        ({ pendingEvents, running, sending, firstDueAt }) =>
          pendingEvents + running + sending === 0 &&
          (firstDueAt === null || firstDueAt > Date.now() + offset + SOON_MS),
      );
      if (firstDueAt === null) return;
      life.later(STEP_MS);
    }
  }

  /** Ends the life and gives its exit code, `null` where a signal ended it. */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.#life?.signal(signal);
    return (await this.#life?.ended)?.code ?? null;
  }

  /** Waits until what the running server has to do is so. */
  untilOpen(holds: (open: Open) => boolean): Promise<Open> {
    return this.#watch((window) => window.open(), holds);
  }

  /** Waits until the state has these keys. */
  untilKeys(holds: (keys: readonly string[]) => boolean): Promise<readonly string[]> {
    return this.#watch((window) => window.keys(), holds);
  }

  async #watch<T>(look: (window: Window) => T, holds: (value: T) => boolean): Promise<T> {
    const window = new Window(this.dir);
    try {
      return await eventually(() => look(window), holds);
    } finally {
      window.close();
    }
  }

  /** What the last life left. */
  snapshot(): Snapshot {
    const snapshot = readSnapshot(this.dir);
    if (snapshot === undefined) throw new Error('Expected a database, got none.');
    return snapshot;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Asks until the answer is right; fails with the last one. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  holds: (value: T) => boolean,
): Promise<T> {
  for (const began = Date.now(); ; await sleep(20)) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() - began > EVENTUALLY_MS_MAX) throw new Error(`Still ${JSON.stringify(value)}.`);
  }
}
