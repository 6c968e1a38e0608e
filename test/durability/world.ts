import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkEnd } from './check-end.ts';
import { checkHooksEnd, checkHooksLife } from './check-hooks.ts';
import { checkLife, recordedKeys } from './check-life.ts';
import { type Sent, sendAll } from './client.ts';
import { createHooks, sendMessages } from './hooks.ts';
import { BOUNDARIES, type Boundary, type Kill, randomKill } from './kill.ts';
import { Life, type LifeOptions } from './life.ts';
import { integer, type Random, seeded } from './random.ts';
import { Receiver } from './receiver.ts';
import { readSnapshot, type Snapshot, Window } from './snapshot.ts';
import { createWebhooks, draft, WEBHOOKS, writeAutomations } from './workload.ts';

/** Requests to one life at most. Most die long before the last. */
const REQUESTS_MAX = 60;
/** Requests under way at once. */
const AT_ONCE_MAX = 8;
/** Messages that one life is sent by the API at most, one after the other. */
const MESSAGES_MAX = 60;
/** How long a life may go on when all its requests are sent, to die at effects in the background. */
const LINGER_MS = 500;
/** The server's leases are 15 s; a later life takes up what this one leaves when its clock is past them. */
const BETWEEN_LIVES_MS = { least: 16_000, most: 40_000 } as const;
/** How long a life may take to end what it has, and how many lives may take turns at it. */
const END_MS_MAX = 60_000;
const END_LIVES_MAX = 30;

/** What came of a world. */
export interface Verdict {
  readonly seed: number;
  readonly kills: Readonly<Partial<Record<Boundary, number>>>;
  readonly acknowledged: number;
  readonly runs: number;
  readonly effects: number;
  /** Effects that were sent again because a kill had lost their result. */
  readonly repeats: number;
  /** What it broke of the promises; none where all is well. */
  readonly broken: readonly string[];
  readonly messages: number;
  readonly deliveries: number;
  /** Attempts of deliveries whose success a kill had lost. */
  readonly attemptsAgain: number;
}

/**
 * One data folder, the lives of the server that follow each other on it, and what the world outside knows:
 * the receiver's log, and what senders were answered.
 */
export class World {
  readonly #seed: number;
  readonly #random: Random;
  readonly #dir = mkdtempSync(join(tmpdir(), 'hookwright-durability-'));
  readonly #sent: Sent[] = [];
  readonly #broken: string[] = [];
  readonly #kills: Partial<Record<Boundary, number>> = {};
  readonly #onKill: () => void;
  readonly #boundaries: readonly Boundary[];
  #receiver!: Receiver;
  #life: Life | undefined;
  #lives = 0;
  #clockOffsetMs = 0;
  #recorded = new Set<string>();
  #snapshot: Snapshot | undefined;
  /** Of messages that were sent by the API and acknowledged. */
  readonly #messages: string[] = [];
  #secrets: ReadonlyMap<string, string> = new Map();
  /** Paths of the webhooks by name. */
  #paths: Readonly<Record<string, string>> = {};

  /**
   * @param onKill called after each kill
   * @param boundaries where it is killed, but for the first two times
   */
  constructor(
    seed: number,
    onKill: () => void = () => {},
    boundaries: readonly Boundary[] = BOUNDARIES,
  ) {
    this.#seed = seed;
    this.#boundaries = boundaries;
    this.#random = seeded(seed);
    this.#onKill = onKill;
  }

  /** Lives and dies that many times, then ends in peace. The folder stays where something is broken. */
  async run(kills: number): Promise<Verdict> {
    this.#receiver = await Receiver.open();
    writeAutomations(this.#dir, this.#receiver.url);
    try {
      // The first start of all, on an empty folder, is killed too.
      await this.#die({ boundary: 'before commit', number: integer(this.#random, 1, 4) });
      await this.#prepare();
      for (let kill = 2; kill < kills; kill++) {
        await this.#die(randomKill(this.#random, this.#boundaries));
      }
      await this.#end();
      if (this.#snapshot === undefined) this.#broken.push('the database is gone');
      else this.#broken.push(...this.#checkEnd(this.#snapshot));
    } finally {
      this.#life?.signal('SIGKILL'); // Where something threw, it is still there.
      await this.#receiver[Symbol.asyncDispose]();
    }
    if (this.#broken.length === 0) rmSync(this.#dir, { recursive: true });
    else this.#broken.push(`The files are in ${this.#dir}`);
    return this.#verdict();
  }

  #checkEnd(end: Snapshot): string[] {
    const { log, arrived } = this.#receiver;
    return [
      ...checkEnd(this.#sent, log, end),
      ...checkHooksEnd(this.#messages, arrived, this.#secrets, end),
    ];
  }

  /** Makes the webhooks and hooks, and is killed as soon as that is acknowledged. */
  async #prepare(): Promise<void> {
    const life = this.#start();
    const listening = (await life.listening) ?? this.#fail(life);
    this.#paths = await createWebhooks(listening, WEBHOOKS);
    this.#secrets = await createHooks(listening, this.#receiver.url);
    life.signal('SIGKILL');
    await this.#died(life, 'any moment', []);
  }

  /** One life under load, killed at the point given or, where it never reaches that, at another. */
  async #die(kill: Kill): Promise<void> {
    const fromOutside = ['any moment', 'effect received', 'attempt received'];
    const life = this.#start(fromOutside.includes(kill.boundary) ? undefined : kill);
    let left = kill.number;
    const count = (boundary: Boundary) => () => {
      if (kill.boundary === boundary && --left === 0) life.signal('SIGKILL');
    };
    this.#receiver.onReceived = count('effect received');
    this.#receiver.onArrived = count('attempt received');
    const timer =
      kill.boundary === 'any moment'
        ? setTimeout(() => life.signal('SIGKILL'), kill.number)
        : undefined;
    const sent = this.#drafts();
    const listening = await life.listening;
    let { boundary } = kill;
    if (listening !== undefined) {
      const urls = Object.entries(this.#paths).map(([name, path]) => [name, listening.url + path]);
      const atOnce = integer(this.#random, 1, AT_ONCE_MAX);
      const gone = (): boolean => life.over;
      const [, messages] = await Promise.all([
        sendAll(Object.fromEntries(urls), sent, atOnce, gone),
        this.#secrets.size === 0 ? [] : sendMessages(listening, MESSAGES_MAX, gone),
      ]);
      this.#messages.push(...messages);
      await Promise.race([life.ended, sleep(LINGER_MS)]);
      if (!life.over) boundary = 'any moment';
      life.signal('SIGKILL');
    }
    await this.#died(life, boundary, sent);
    clearTimeout(timer);
  }

  async #died(life: Life, boundary: Boundary, sent: readonly Sent[]): Promise<void> {
    const { code, signal } = await life.ended;
    if (signal !== 'SIGKILL') this.#broken.push(`ended with ${code}: ${life.output}`);
    this.#kills[boundary] = (this.#kills[boundary] ?? 0) + 1;
    await this.#look(life, sent);
    this.#clockOffsetMs += integer(this.#random, BETWEEN_LIVES_MS.least, BETWEEN_LIVES_MS.most);
    this.#onKill();
  }

  /** Compares what the outside knows with what a life has left on the disk. */
  async #look(life: Life, sent: readonly Sent[]): Promise<void> {
    await this.#receiver.quiet();
    const ofLife = (one: { readonly life: number }): boolean => one.life === this.#lives;
    const received = this.#receiver.log.filter(ofLife);
    const arrived = this.#receiver.arrived.filter(ofLife);
    const after = readSnapshot(this.#dir);
    const recorded = this.#recorded;
    const broken = [
      ...life.errors.map((line) => `logged: ${line}`),
      ...checkLife({ sent, received, recorded, after }),
      ...checkHooksLife(arrived, this.#snapshot, after),
    ];
    this.#broken.push(...broken.map((text) => `life ${this.#lives}: ${text}`));
    for (const key of recordedKeys(after)) recorded.add(key);
    this.#snapshot = after;
  }

  /** Lets the server end what it has, its clock moved on to whatever is due, stopping it by SIGTERM. */
  async #end(): Promise<void> {
    for (let lives = 0; lives < END_LIVES_MAX; lives++) {
      const life = this.#start();
      if ((await life.listening) === undefined) this.#fail(life);
      const dueAt = await this.#untilIdle();
      life.signal('SIGTERM');
      const { code } = await life.ended;
      if (code !== 0) this.#broken.push(`SIGTERM ended it with ${code}: ${life.output}`);
      await this.#look(life, []);
      if (dueAt === undefined) return;
      this.#clockOffsetMs = Math.max(this.#clockOffsetMs, dueAt - Date.now());
    }
    this.#broken.push(`runs are still due after ${END_LIVES_MAX} more lives`);
  }

  /** Waits until nothing is under way. Returns when the last run is due, `undefined` where none is. */
  async #untilIdle(): Promise<number | undefined> {
    const window = new Window(this.#dir);
    try {
      for (const began = Date.now(); ; await sleep(20)) {
        const { pendingEvents, running, sending, firstDueAt, lastDueAt } = window.open();
        const soon = Date.now() + this.#clockOffsetMs + LINGER_MS;
        const resting = firstDueAt === null || firstDueAt > soon;
        if (pendingEvents + running + sending === 0 && resting) return lastDueAt ?? undefined;
        if (Date.now() - began < END_MS_MAX) continue;
        this.#broken.push(
          `does not end: ${pendingEvents} events pending, ${running} runs running, ${sending} deliveries sent`,
        );
        return undefined;
      }
    } finally {
      window.close();
    }
  }

  #start(kill?: Kill): Life {
    this.#lives++;
    const options: LifeOptions = {
      dir: this.#dir,
      number: this.#lives,
      clockOffsetMs: this.#clockOffsetMs,
      kill,
    };
    this.#life = new Life(options);
    return this.#life;
  }

  /** Requests for the next life; none before there are webhooks. */
  #drafts(): Sent[] {
    if (Object.keys(this.#paths).length === 0) return [];
    const first = this.#sent.length;
    const drafts: Sent[] = Array.from({ length: REQUESTS_MAX }, (_, i) => ({
      ...draft(this.#random, first + i),
    }));
    this.#sent.push(...drafts);
    return drafts;
  }

  #fail(life: Life): never {
    throw new Error(`Expected the server to start, got: ${life.output}`);
  }

  #verdict(): Verdict {
    const { log, arrived } = this.#receiver;
    const taken = arrived.filter((one) => one.taken);
    const delivered = new Set(taken.map(({ hook, id }) => `${hook} ${id}`));
    const keys = new Set(log.map(({ key, life }) => `${life} ${key}`));
    const effects = new Set(log.map(({ key }) => key));
    return {
      seed: this.#seed,
      kills: this.#kills,
      acknowledged: this.#sent.filter(({ status = 0 }) => status >= 200 && status < 300).length,
      runs: this.#snapshot?.runs.size ?? 0,
      effects: effects.size,
      repeats: keys.size - effects.size,
      messages: this.#snapshot?.messages.length ?? 0,
      deliveries: delivered.size,
      attemptsAgain: taken.length - delivered.size,
      broken: this.#broken,
    };
  }
}
