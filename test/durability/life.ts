import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Kill } from './kill.ts';

const KILL_POINTS = new URL('process/kill-points.js', import.meta.url).href;
const PROGRAM = fileURLToPath(new URL('process/life.js', import.meta.url));

/** A life of a second is over before optimised code pays: without, it takes two thirds of the CPU. */
const V8_FLAGS = ['--no-opt', '--liftoff-only', '--single-threaded-gc', '--max-semi-space-size=32'];

/** What a life may print: a process in trouble logs the same again and again. */
const OUTPUT_CHARACTERS_MAX = 256 * 1024;

export interface LifeOptions {
  /** Where `data/` and `automations/` are. */
  readonly dir: string;
  readonly number: number;
  readonly clockOffsetMs: number;
  readonly kill?: Kill | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Listening {
  readonly url: string;
  readonly token: string;
}

/** The real server as a process, from its spawn to its end. */
export class Life {
  readonly #child: ChildProcess;
  /** `undefined` where it died before it listened. */
  readonly listening: Promise<Listening | undefined>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  output = '';
  over = false;

  constructor({ dir, number, clockOffsetMs, kill, env }: LifeOptions) {
    const child = spawn(process.execPath, [...V8_FLAGS, '--import', KILL_POINTS, PROGRAM], {
      cwd: dir,
      env: {
        PATH: process.env.PATH,
        HOOKWRIGHT_PORT: '0',
        HOOKWRIGHT_SANDBOX_THREADS: '1',
        HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.1',
        HOOKWRIGHT_LOG_LEVEL: 'warn',
        DURABILITY_LIFE: String(number),
        DURABILITY_CLOCK_OFFSET: String(clockOffsetMs),
        ...(kill === undefined ? {} : { DURABILITY_KILL: JSON.stringify(kill) }),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    const print = (text: string): void => {
      this.output = (this.output + text).slice(-OUTPUT_CHARACTERS_MAX);
    };
    child.stdout?.setEncoding('utf8').on('data', print);
    child.stderr?.setEncoding('utf8').on('data', print);
    // Not `exit`: output may still come then.
    this.ended = once(child, 'close').then(([code, signal]) => {
      this.over = true;
      return { code, signal };
    });
    const told = new Promise<Listening>((resolve) => child.once('message', resolve));
    this.listening = Promise.race([told, this.ended.then(() => undefined)]);
  }

  signal(signal: 'SIGKILL' | 'SIGTERM'): void {
    this.#child.kill(signal);
  }

  /** Makes the disk of the store full, or read-only, or sound again; the commit after the next feels it. */
  disk(state: 'full' | 'read-only' | 'sound'): void {
    this.#child.send({ disk: state });
  }

  /** Moves its clock on. */
  later(ms: number): void {
    this.#child.send({ later: ms });
  }

  /** Lines of its log at level `error`; all it printed where that is no log. */
  get errors(): readonly string[] {
    return this.output
      .split('\n')
      .filter((line) => line !== '' && !/"level":"(warn|info)"/.test(line));
  }
}
