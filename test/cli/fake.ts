import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { App } from '../../src/app.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import type { Output, StopSignal, Surroundings } from '../../src/cli/surroundings.ts';
import type { Config } from '../../src/config/config.ts';
import { BASE, FakeEngine, NOW, TOKEN } from '../http/api/fake.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookwright-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A new empty folder that is gone after the file's tests. */
export function emptyFolder(): string {
  return mkdtempSync(join(folder, 'f'));
}

export class CapturedOutput implements Output {
  terminal = false;
  columns: number | undefined;
  readonly chunks: Buffer[] = [];

  write(data: string | Uint8Array): void {
    this.chunks.push(Buffer.from(data as string));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }
}

/** A command line whose surroundings are in memory; the data folder is an empty one on disk. */
export class FakeShell {
  readonly engine = new FakeEngine();
  readonly dataDir = emptyFolder();
  out = new CapturedOutput();
  err = new CapturedOutput();
  env: Record<string, string> = {};
  inputTerminal = false;
  inputBytes: Uint8Array = new Uint8Array();
  answers: string[] = [];
  readonly questions: string[] = [];
  readonly exits: number[] = [];
  readonly slept: number[] = [];
  readonly started: { config: Config; listen: boolean }[] = [];
  readonly stopListeners = new Set<(signal: StopSignal) => void>();
  readonly ended = new AbortController();
  closed = 0;
  app: Partial<App> = {};
  /** Called when an app is about to start. */
  onStart: () => void = () => {};
  /** What starts of an app throw, in turn, before one succeeds. */
  readonly refusals: Error[] = [];
  fetch: Surroundings['fetch'] = async () => {
    throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
  };

  /** Runs a command line, each time with new outputs. */
  async run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
    const { terminal } = this.out;
    this.out = Object.assign(new CapturedOutput(), { terminal });
    this.err = Object.assign(new CapturedOutput(), { terminal: this.err.terminal });
    const code = await runCommandLine(argv, this.surroundings());
    return { code, out: this.out.text, err: this.err.text };
  }

  /** The same with outputs that a test looks at while the command runs. */
  runWith(out: CapturedOutput, err: CapturedOutput, ...argv: string[]): Promise<number> {
    this.out = out;
    this.err = err;
    return runCommandLine(argv, this.surroundings());
  }

  signal(signal: StopSignal): void {
    for (const listener of this.stopListeners) listener(signal);
  }

  surroundings(): Surroundings {
    return {
      env: { HOOKWRIGHT_DATA_DIR: this.dataDir, ...this.env },
      out: this.out,
      err: this.err,
      input: {
        terminal: this.inputTerminal,
        read: async () => this.inputBytes,
        ask: async (question) => {
          this.questions.push(question);
          return this.answers.shift() ?? '';
        },
        askHidden: async (question) => {
          this.questions.push(question);
          return this.answers.shift() ?? '';
        },
      },
      clock: () => NOW,
      fetch: (url, init) => this.fetch(url, init),
      startApp: async (config, options) => {
        this.started.push({ config, listen: options?.listen ?? true });
        this.onStart();
        const refusal = this.refusals.shift();
        if (refusal !== undefined) throw refusal;
        return {
          url: BASE,
          apiToken: TOKEN,
          lost: new Promise(() => {}),
          fetch: async (request) => this.engine.api.fetch(request),
          close: async () => {
            this.closed += 1;
          },
          ...this.app,
        } as App;
      },
      sleep: async (ms) => {
        this.slept.push(ms);
      },
      ended: this.ended.signal,
      onStop: (listener) => {
        this.stopListeners.add(listener);
        return () => this.stopListeners.delete(listener);
      },
      exit: (code) => this.exits.push(code),
    };
  }
}
