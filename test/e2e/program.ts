import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program, which `npm test` makes first. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The project's own automations. */
export const AUTOMATIONS = fileURLToPath(new URL('../../automations', import.meta.url));

/** Long enough for a start on a busy machine; a start that hangs fails instead of waiting for ever. */
const START_MS_MAX = 20_000;

export interface ProgramOptions {
  /** The folder to run in; a new one where none is given. */
  readonly dir?: string;
  /** YAML by file name, written to the folder's `automations/`. */
  readonly automations?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** `hookwright serve` as a process of its own, on a port of its own, in a folder of its own. */
export class Program {
  readonly dir: string;
  readonly child: ChildProcess;
  readonly url: string;
  readonly #token: string;
  #output = '';

  readonly #errors: () => string;

  private constructor(
    dir: string,
    child: ChildProcess,
    { url, token }: { url: string; token: string },
    errors: () => string,
  ) {
    this.dir = dir;
    this.child = child;
    this.url = url;
    this.#token = token;
    this.#errors = errors;
    child.stdout?.on('data', (chunk) => {
      this.#output += chunk;
    });
  }

  static async start({
    dir = newFolder(),
    automations = {},
    env = {},
  }: ProgramOptions = {}): Promise<Program> {
    mkdirSync(join(dir, 'automations'), { recursive: true });
    for (const [file, text] of Object.entries(automations)) {
      writeFileSync(join(dir, 'automations', file), text);
    }
    const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0'], {
      cwd: dir,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    const note = await serverNote(join(dir, 'data/server.json'), child, () => errors);
    return new Program(dir, child, note, () => errors);
  }

  /** What it wrote to standard output so far. */
  get output(): string {
    return this.#output;
  }

  /** What it wrote to standard error so far. */
  get errors(): string {
    return this.#errors();
  }

  /** Lines of the log with this message. */
  log(message: string): Record<string, unknown>[] {
    const lines = this.#output.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === message);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async api(method: string, path: string, body?: unknown): Promise<Record<string, any>> {
    const response = await this.fetchApi(method, path, body);
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  fetchApi(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Makes a webhook bound to automations in order, and gives its URL. */
  async webhook(...automations: readonly string[]): Promise<string> {
    const bindings = automations.map((automation) => ({ automation }));
    return (await this.api('POST', '/webhooks', { bindings })).url;
  }

  /** Sends bytes as they are and gives all that came back until the other side closed. */
  async raw(...chunks: readonly (string | Uint8Array)[]): Promise<string> {
    const socket = createConnection(this.port, '127.0.0.1');
    const answer: Buffer[] = [];
    socket.on('data', (chunk) => answer.push(chunk));
    socket.on('error', () => {}); // A refused upload may end in a reset; what was answered counts.
    await once(socket, 'connect');
    for (const chunk of chunks) socket.write(chunk);
    // Not `once`, which rejects where an error came first.
    await new Promise((resolve) => socket.once('close', resolve));
    return Buffer.concat(answer).toString('latin1');
  }

  /** Ends the process and gives its exit code. The folder stays. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = await ended;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'hookwright-test-'));
}

/** Runs a command on the data folder below `dir`, in a process of its own. */
export async function commandLine(
  dir: string,
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: dir,
    env: { ...process.env, ...env },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, out, err };
}

/** What the server wrote down when it listened; the process must be the one that was started. */
async function serverNote(
  file: string,
  child: ChildProcess,
  errors: () => string,
): Promise<{ url: string; token: string }> {
  for (const began = Date.now(); Date.now() - began < START_MS_MAX; ) {
    if (child.exitCode !== null) throw new Error(`The program ended at once: ${errors()}`);
    try {
      const note = JSON.parse(readFileSync(file, 'utf8'));
      if (note.pid === child.pid) return note;
    } catch {
      // Not there yet, or half written.
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`The program did not listen: ${errors()}`);
}

/** Waits until something holds, and fails with its last value after a while. */
export async function eventually<T>(
  probe: () => Promise<T> | T,
  holds: (value: T) => boolean,
): Promise<T> {
  let value = await probe();
  for (const began = Date.now(); !holds(value); value = await probe()) {
    if (Date.now() - began > START_MS_MAX) throw new Error(`Still ${JSON.stringify(value)}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return value;
}
