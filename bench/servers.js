// Starts servers as a user would: their own process, their own folder.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;
const BARE = new URL('./bare-server.js', import.meta.url).pathname;

/** Starts the yardstick. */
export function startBare() {
  return startScript(BARE);
}

/** Starts a program that prints `{ "url": … }` when it listens. */
export async function startScript(file, ...args) {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise((resolve) => child.stdout.once('data', resolve));
  return { url: JSON.parse(line).url, pid: child.pid, stop: () => stop(child) };
}

/**
 * Starts Hookwright on a new folder with the given automations.
 *
 * @param {Record<string, string>} automations YAML by file name
 * @param {Record<string, string>} settings further `HOOKWRIGHT_*` variables
 */
export async function startHookwright(automations, settings = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'hookwright-bench-'));
  mkdirSync(join(dir, 'automations'));
  for (const [file, text] of Object.entries(automations)) {
    writeFileSync(join(dir, 'automations', file), text);
  }
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0'], {
    cwd: dir,
    // The log is on, as in production, and goes where it costs nothing to write.
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, HOOKWRIGHT_DATA_DIR: join(dir, 'data'), ...settings },
  });
  const note = await serverNote(join(dir, 'data', 'server.json'));
  return {
    url: note.url,
    pid: child.pid,
    api: (method, path, body) => api(note, method, path, body),
    async stop() {
      await stop(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function serverNote(file) {
  for (;;) {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

async function api({ url, token }, method, path, body) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function stop(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

export function residentBytes(pid) {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes) * 1024;
}

/**
 * Milliseconds of CPU that a process has used, which other work on the machine changes less than its rate:
 * of all its threads, and of its main one. Linux alone tells; elsewhere both are NaN.
 */
export function cpuMs(pid) {
  try {
    const of = (task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    const all = readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + of(task), 0);
    return { all, main: of(pid) };
  } catch {
    return { all: Number.NaN, main: Number.NaN };
  }
}
