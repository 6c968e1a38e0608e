// Time from `node` to the first answered request, on a data folder that exists.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './load.js';

const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;
const AUTOMATIONS = new URL('../automations', import.meta.url).pathname;
const ROUNDS = 7;

/** The yardstick: Node with Hono and its adapter, listening and answering. */
const BARE = new URL('./bare-server.js', import.meta.url).pathname;

export async function start(report) {
  const dir = mkdtempSync(join(tmpdir(), 'hookwright-bench-'));
  cpSync(AUTOMATIONS, join(dir, 'automations'), { recursive: true });
  const path = await firstWebhookPath(dir);
  const bare = [];
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await timeBare());
    times.push(await timeServer(dir, path));
  }
  rmSync(dir, { recursive: true, force: true });
  report({
    title: 'from `node` to the first answered request, of 1 s',
    ratio: median(times) / 1000,
    most: 1,
    detail: `${median(times).toFixed(0)} ms; a bare Hono server ${median(bare).toFixed(0)} ms`,
  });
}

async function firstWebhookPath(dir) {
  const child = serve(dir);
  const url = await answeredUrl(dir);
  const { token } = JSON.parse(readFileSync(join(dir, 'data/server.json'), 'utf8'));
  const headers = { authorization: `Bearer ${token}` };
  const { webhooks } = await (await fetch(`${url}/api/v1/webhooks`, { headers })).json();
  await stop(child);
  return new URL(webhooks[0].url).pathname;
}

async function timeServer(dir, path) {
  const began = performance.now();
  const child = serve(dir);
  const url = await answeredUrl(dir);
  const response = await fetch(`${url}${path}`, { method: 'POST', body: '{}' });
  await response.text();
  const took = performance.now() - began;
  if (response.status !== 200) throw new Error(`Expected 200, got ${response.status}.`);
  await stop(child);
  return took;
}

async function timeBare() {
  const began = performance.now();
  const child = spawn(process.execPath, [BARE], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { url } = JSON.parse(await new Promise((resolve) => child.stdout.once('data', resolve)));
  await (await fetch(`${url}/echo`, { method: 'POST', body: '{}' })).text();
  const took = performance.now() - began;
  await stop(child);
  return took;
}

function serve(dir) {
  return spawn(process.execPath, [MAIN, 'serve', '--port', '0'], { cwd: dir, stdio: 'ignore' });
}

/** The server's address, as soon as it has written it down. */
async function answeredUrl(dir) {
  for (;;) {
    try {
      return JSON.parse(readFileSync(join(dir, 'data/server.json'), 'utf8')).url;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

async function stop(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
