// What isolation costs: one run in a restored instance, against the same call without restoring and
// against a fresh QuickJS context for each run.
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { RUN_LIMITS } from '../dist/core/limits.js';
import { bootGuest, makeBase } from '../dist/sandbox/guest/boot.js';
import { Executor } from '../dist/sandbox/guest/executor.js';
import { connect, emptyExchange } from '../dist/sandbox/guest/host-functions.js';
import { restore } from '../dist/sandbox/guest/picture.js';
import { Programs } from '../dist/sandbox/guest/programs.js';
import { QuickJs } from '../dist/sandbox/guest/quickjs.js';
import { THREAD_STACK_MB } from '../dist/sandbox/limits.js';

const ROUNDS = 7;
const RUNS = 1000;
const PROGRAMS = 1000;
const WALL_BYTES = 64 * 1024 * 1024;

async function measure() {
  const base = await makeBase();
  const programs = new Programs(64 * 1024 * 1024);
  const executor = new Executor({ base, programs, setClock: () => {}, random: randomUUID() });
  const program = echo(0);
  await executor.prepare();
  const known = keep(programs, program);
  const isolated = () => expectEcho(executor.execute(known, INPUT));

  const bare = await withoutRestoring(base, program);
  const fresh = await freshContext(base, true);
  const least = await freshContext(base, false);
  const many = Array.from({ length: PROGRAMS }, (_, i) => keep(programs, echo(i)));
  for (const one of many) executor.execute(one, INPUT);
  let next = 0;
  const rotating = () => expectEcho(executor.execute(many[next++ % PROGRAMS], INPUT));

  const restoring = () => restore(restoringInstance, base.picture, known.differences);
  const restoringInstance = await instance(base);

  const [a, b, d, e, f, c] = compare([
    [isolated, RUNS],
    [bare, RUNS],
    [rotating, RUNS],
    [restoring, RUNS],
    [least, RUNS],
    [fresh, RUNS / 100],
  ]);
  const { picture } = base;
  const kilobytes = (bytes) => `${Math.round(bytes / 1024)} kB`;
  const pictured = kilobytes(picture.low.length + picture.heap.length);
  const own = kilobytes(known.differences.at(-1).size);
  return [
    {
      title: 'one isolated run (1.2 kB JSON echoed), of the same call without restoring',
      ratio: a / b,
      most: 2,
      detail: `${a.toFixed(0)} µs against ${b.toFixed(0)} µs; restoring alone ${e.toFixed(0)} µs`,
    },
    {
      title: 'a fresh context with the library that every run has, of an isolated run',
      ratio: c / a,
      least: 5,
      detail: `${c.toFixed(0)} µs`,
    },
    {
      title: 'a fresh context with nothing in it, of an isolated run',
      ratio: f / a,
      detail: `${f.toFixed(0)} µs`,
    },
    {
      title: `${PROGRAMS} programs in rotation, of one program`,
      ratio: d / a,
      detail: `picture ${pictured}, each program's own part ${own}`,
    },
  ];
}

/** Rounds of each in turn, so that a busy moment of the machine hits all of them; the best round counts. */
function compare(functions) {
  const best = functions.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    functions.forEach(([run, runs], i) => {
      const start = performance.now();
      for (let n = 0; n < runs; n++) run();
      best[i] = Math.min(best[i], ((performance.now() - start) / runs) * 1000);
    });
  }
  return best;
}

/** The same code on an instance that is never restored after its first run: all of `restore` is left out. */
async function withoutRestoring(base, program) {
  const open = { ...base };
  const programs = new Programs(64 * 1024 * 1024);
  const executor = new Executor({ base: open, programs, setClock: () => {}, random: randomUUID() });
  await executor.prepare();
  let known;
  let count = 0;
  return () => {
    // What it leaves behind fills the memory; start over before it grows.
    if (count++ % RUNS === 0) {
      open.picture = base.picture;
      known = keep(programs, program);
      executor.execute(known, INPUT);
      known.differences = [];
      const { layout } = base.picture;
      // No stack to clear, no picture to copy, and a heap whose top (the word 0) never moves.
      const nothing = { ...layout, stackStart: layout.heapStart, topAt: 0 };
      const none = new Uint8Array(0);
      open.picture = { ...base.picture, layout: nothing, low: none, heap: none };
    }
    expectEcho(executor.execute(known, INPUT));
  };
}

/**
 * A new context for each run in one runtime: the program evaluated, the event parsed, the value written.
 *
 * @param withLibrary whether the context gets what every run here has: the standard library, no way from
 *   text to code, no globals beside; otherwise it is as QuickJS makes it, and the least that it can cost
 */
async function freshContext(base, withLibrary) {
  const quickjs = await QuickJs.start(base.code, WALL_BYTES * 4);
  quickjs.begin();
  connect(quickjs, emptyExchange());
  const { calls, runtime } = quickjs;
  const code = withLibrary ? echo(0).source : '(text) => JSON.stringify(JSON.parse(text))';
  const facts = JSON.stringify({ outputBytes: 1e6, logBytes: 1e6, lines: [3, 4] });
  return () => {
    const context = calls.QTS_NewContext(runtime, 0);
    quickjs.context = context;
    const made = [];
    const make = (value) => {
      made.push(value);
      return value;
    };
    let echoed;
    const text = make(quickjs.newString(JSON_TEXT));
    if (withLibrary) {
      const guest = bootGuest(quickjs);
      for (const value of Object.values(guest)) make(value);
      const program = make(quickjs.evaluate(code, 'automation', 'script'));
      make(quickjs.call(guest.load, [program, make(quickjs.newString(facts))]));
      const nothing = quickjs.undefined;
      const seed = make(quickjs.newString(INPUT.seed));
      const list = [nothing, text, nothing, nothing, nothing, nothing, seed];
      echoed = quickjs.string(make(quickjs.call(guest.run, list))).split('\n')[1];
    } else {
      const fn = make(quickjs.evaluate(code, 'fresh', 'script'));
      echoed = quickjs.string(make(quickjs.call(fn, [text])));
    }
    if (echoed.length !== JSON_TEXT.length) throw new Error(`Expected an echo, got ${echoed}`);
    for (const value of made) calls.QTS_FreeValuePointer(context, value);
    calls.QTS_FreeContext(context);
  };
}

async function instance(base) {
  const quickjs = await QuickJs.start(base.code, WALL_BYTES);
  quickjs.adopt(base.picture.addresses);
  return quickjs;
}

function keep(programs, program) {
  programs.add(program);
  return programs.get(program.id);
}

function expectEcho(result) {
  if (result.status !== 'finished' || result.value.length !== JSON_TEXT.length) {
    throw new Error(`Expected an echo, got ${JSON.stringify(result).slice(0, 500)}`);
  }
}

// Gives a value rather than an answer: a run that is not restored has answered already the second time.
function echo(number) {
  const source = `(($, request, webhook, event, inputs) => {
  $.step = 0; const order = request.json;
  $.step = 1; /* ${number} */
  return order;
})`;
  return {
    id: createHash('sha256').update(source).digest('hex'),
    source,
    reach: { json: true },
    steps: [
      { kind: 'set', line: 3, column: 3 },
      { kind: 'return', line: 4, column: 3 },
    ],
    lines: [0, 3, 4, 4, 0],
    limits: RUN_LIMITS,
    library: [],
  };
}

const JSON_TEXT = JSON.stringify({
  id: 4711,
  type: 'order.paid',
  customer: { name: 'Ada Lovelace', email: 'ada@example.com', address: 'St James’s Square 12' },
  lines: Array.from({ length: 12 }, (_, i) => {
    return { sku: `SKU-${1000 + i}`, price: 9.5 + i, quantity: i + 1, title: 'A thing to buy' };
  }),
  note: 'Leave it at the door, please, and ring twice.',
});
const INPUT = {
  seed: 'run_01J0000000000000000000000A',
  now: 1_700_000_000_000,
  request: {
    method: 'POST',
    path: '',
    query: null,
    headers: '["content-type","application/json"]',
    url: 'http://127.0.0.1:8420/webhooks/token',
    clientIp: '127.0.0.1',
    body: Buffer.from(JSON_TEXT),
  },
  webhook: '{"id":"wh_1","name":"orders"}',
  event: '{"id":"evt_1","received_at":"2026-01-02T03:04:05.000Z"}',
  inputs: '{}',
  journal: [],
};

/** QuickJS needs the stack of a sandbox thread, so the thread measures and this one reports. */
export async function isolation(report) {
  const resourceLimits = { stackSizeMb: THREAD_STACK_MB };
  const worker = new Worker(new URL(import.meta.url), { resourceLimits });
  const [results] = await once(worker, 'message');
  for (const result of results) report(result);
}

if (!isMainThread) parentPort.postMessage(await measure());
