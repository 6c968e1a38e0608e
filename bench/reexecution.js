// What a run with many effects costs to execute again: the program from its start, with every result
// handed out of the journal, as happens once for each effect.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { compile } from '../dist/language/compile.js';
import { makeBase } from '../dist/sandbox/guest/boot.js';
import { Executor } from '../dist/sandbox/guest/executor.js';
import { Programs } from '../dist/sandbox/guest/programs.js';
import { THREAD_STACK_MB } from '../dist/sandbox/limits.js';

const ROUNDS = 9;
const RUNS = 500;
const EFFECTS = 50;
const NOW = 1_700_000_000_000;

/** The parts of a step of each kind, and what its effect gives. */
const KINDS = {
  http: {
    policy: 'http: [ "https://api.example.com/**" ]',
    step: (n) => `  - http: { url: "https://api.example.com/orders/${n}" }\n    as: reply`,
    read: '${{ reply.json.ref }}',
    value: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ref":7}' },
  },
  call: {
    policy: 'functions: [ price ]',
    step: (n) => `  - call: price\n    with: { sku: "A-${n}" }\n    as: reply`,
    read: '${{ reply }}',
    value: 7,
  },
};

function programOf(kind, count) {
  const { policy, step, read } = KINDS[kind];
  const steps = Array.from({ length: count }, (_, n) => step(n)).join('\n');
  const text = `automation: bench
policy: { ${policy} }
steps:
${steps}
  - return: { json: { last: "${read}" } }
`;
  const { automation, diagnostics } = compile(text, 'bench.yaml');
  if (automation === undefined) throw new Error(JSON.stringify(diagnostics));
  return automation.program;
}

/** A run's last execution, with the journal that the ones before it made. */
function lastExecution(executor, programs, kind, count) {
  const program = programOf(kind, count);
  programs.add(program);
  const known = programs.get(program.id);
  const journal = [];
  for (;;) {
    const result = executor.execute(known, { ...INPUT, journal });
    if (result.status === 'finished') break;
    if (result.status !== 'needs') throw new Error(JSON.stringify(result));
    for (const effect of result.effects) {
      const arrival = journal.length;
      const value = JSON.stringify(KINDS[kind].value);
      const ended = { at: NOW + arrival, arrival, result: { ok: true, value } };
      journal.push({ ...effect, beganAt: NOW + arrival, ended });
    }
  }
  if (journal.length !== count) throw new Error(`Expected ${count} effects, got ${journal.length}`);
  return () => executor.execute(known, { ...INPUT, journal });
}

async function measure() {
  const programs = new Programs(64 * 1024 * 1024);
  const executor = new Executor({
    base: await makeBase(),
    programs,
    setClock: () => {},
    random: randomUUID(),
  });
  await executor.prepare();
  const contenders = Object.keys(KINDS).flatMap((kind) => [
    lastExecution(executor, programs, kind, 1),
    lastExecution(executor, programs, kind, EFFECTS),
  ]);
  const best = contenders.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    contenders.forEach((run, i) => {
      const began = performance.now();
      for (let n = 0; n < RUNS; n++) run();
      best[i] = Math.min(best[i], ((performance.now() - began) / RUNS) * 1000);
    });
  }
  return Object.keys(KINDS).map((kind, i) => ({
    title: `executing again with ${EFFECTS} recorded effects (${kind}), of the same with one`,
    ratio: best[2 * i + 1] / best[2 * i],
    most: 10,
    detail: `${best[2 * i + 1].toFixed(0)} µs against ${best[2 * i].toFixed(0)} µs`,
  }));
}

const INPUT = {
  seed: 'run_01J0000000000000000000000A',
  now: NOW,
  request: {
    method: 'POST',
    path: '',
    query: null,
    headers: '["content-type","application/json"]',
    url: 'http://127.0.0.1:8420/webhooks/token',
    clientIp: '127.0.0.1',
    body: Buffer.from('{}'),
  },
  webhook: '{"id":"wh_1","name":"orders","account":null}',
  event: '{"id":"evt_1","received_at":"2026-01-02T03:04:05.000Z","data":null}',
  inputs: '{}',
};

/** QuickJS needs the stack of a sandbox thread, so the thread measures and this one reports. */
export async function reexecution(report) {
  const resourceLimits = { stackSizeMb: THREAD_STACK_MB };
  const worker = new Worker(new URL(import.meta.url), { resourceLimits });
  const [results] = await once(worker, 'message');
  for (const result of results) report(result);
}

if (!isMainThread) parentPort.postMessage(await measure());
