// Drives a server with 32 connections and reports requests per second. wrk where it is installed,
// because it takes a tenth of the CPU that autocannon takes from the two servers it compares.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import autocannon from 'autocannon';
import { cpuMs } from './servers.js';

const CONNECTIONS = 32;
const run = promisify(execFile);

export const tool = hasWrk() ? 'wrk' : 'autocannon';

function hasWrk() {
  try {
    execFileSync('wrk', ['-v'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return error.code !== 'ENOENT';
  }
}

/**
 * @param {string} origin such as http://127.0.0.1:8420
 * @param {string[]} paths requested in turn
 * @param {string} body JSON that is posted
 * @param {number} seconds
 * @param {Record<string, string>} headers beside the type
 * @returns {Promise<number>} requests per second; throws where an answer is not 2xx
 */
export async function load(origin, paths, body, seconds, headers = {}) {
  return tool === 'wrk'
    ? loadWithWrk(origin, paths, body, seconds, headers)
    : loadWithAutocannon(origin, paths, body, seconds, headers);
}

async function loadWithWrk(origin, paths, body, seconds, headers) {
  const dir = mkdtempSync(join(tmpdir(), 'hookwright-bench-'));
  const script = join(dir, 'post.lua');
  writeFileSync(join(dir, 'body.json'), body);
  writeFileSync(join(dir, 'paths'), paths.join('\n'));
  writeFileSync(
    script,
    `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = io.open("${dir}/body.json"):read("*a")
local requests = {}
local n = 0
init = function()
  for path in io.lines("${dir}/paths") do requests[#requests + 1] = wrk.format(nil, path) end
  math.randomseed(1)
end
request = function()
  n = n % #requests + 1
  return requests[n]
end
`,
  );
  const more = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const { stdout } = await run('wrk', [
    ...more,
    '-t1',
    `-c${CONNECTIONS}`,
    `-d${seconds}s`,
    '-s',
    script,
    origin,
  ]);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
  if (bad !== null) throw new Error(`Expected only 2xx answers, got ${bad[1]} others.`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]);
}

async function loadWithAutocannon(origin, paths, body, seconds, headers) {
  const result = await autocannon({
    url: origin,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    requests: paths.map((path) => ({ path })),
  });
  if (result.non2xx > 0) throw new Error(`Expected only 2xx answers, got ${result.non2xx} others.`);
  return result.requests.average;
}

/**
 * As `load`, and keeps what each request costs its server.
 *
 * @param {{ url: string, pid: number }} server
 * @param {{ all: number[], main: number[] }} costs microseconds of CPU for each request, a number for each call
 */
export async function loadAndCost(server, paths, body, seconds, costs) {
  const before = cpuMs(server.pid);
  const rate = await load(server.url, paths, body, seconds);
  const after = cpuMs(server.pid);
  for (const part of ['all', 'main']) {
    costs[part].push(((after[part] - before[part]) * 1000) / (rate * seconds));
  }
  return rate;
}

/** Says how the cost of one server compares with another's, whose main thread does all. */
export function costText(costs, yardstick) {
  const times = (part) => (median(costs[part]) / median(yardstick.main)).toFixed(2);
  return `CPU for each request ${times('all')} times the yardstick's, on the main thread ${times('main')}`;
}

/**
 * Loads several servers in turn, so that a noisy neighbour hits all of them, and compares medians.
 *
 * @param {Record<string, () => Promise<number>>} contenders
 * @param {number} rounds
 * @returns {Promise<Record<string, number>>} the median of each
 */
export async function compare(contenders, rounds) {
  const rates = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(contenders)) rates[name].push(await measure());
  }
  return Object.fromEntries(Object.entries(rates).map(([name, list]) => [name, median(list)]));
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
