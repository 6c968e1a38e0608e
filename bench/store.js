// How much of raw SQLite's speed is left when each event crosses to the store's thread and is answered by
// a promise: captures per second through the store, with 64 callers that each wait for their own, against
// plain loops that commit the same rows 64 at a time.
//
// On 2 cores, each against the raw loop: drizzle's statement 0.95 of the rate for 1.07 of the CPU;
// captures through the store 0.77 for 1.32; each captured and then settled with a run 0.41 for 2.7; each
// captured and then a run with one state effect (two steps and the effect) 0.32 for 5.4.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { idMaker } from '../dist/core/ids.js';
import { connect, makeDataDir } from '../dist/store/sqlite/connection.js';
import { openSqliteStore } from '../dist/store/sqlite/open.js';
import { eventTable } from '../dist/store/sqlite/schema.js';
import { median } from './load.js';

const CALLERS = 64;
const EVENTS = CALLERS * 500;
const ROUNDS = 3;
const BODY = Buffer.alloc(1200, 'x');
const HEADERS = JSON.stringify(
  Array.from({ length: 10 }, (_, i) => [`X-Header-${i}`, `the value of header ${i}`]).flat(),
);
const WEBHOOK_URL = `https://hooks.example.com/webhooks/${'0'.repeat(40)}`;
const makeId = idMaker();

function someEvent() {
  const receivedAt = Date.now();
  const event = { id: makeId('evt', receivedAt), webhookId: 'wh_00000000000000000000000001' };
  const request = { method: 'POST', path: '', query: 'a=b', headers: HEADERS, clientIp: '::1' };
  const webhook = { webhookName: 'orders', webhookUrl: WEBHOOK_URL };
  return { ...event, receivedAt, ...request, body: BODY, ...webhook };
}

/** @returns a loop that inserts events, 64 to a transaction, by `prepare(sqlite)`'s function */
function loop(prepare) {
  return async (dataDir) => {
    makeDataDir(dataDir);
    const sqlite = connect(dataDir);
    const insert = prepare(sqlite);
    return {
      run: () => {
        for (let i = 0; i < EVENTS; i += CALLERS) {
          sqlite.exec('BEGIN IMMEDIATE');
          for (let j = 0; j < CALLERS; j++) insert(someEvent());
          sqlite.exec('COMMIT');
        }
      },
      close: () => sqlite.close(),
    };
  };
}

function rawInsert(sqlite) {
  const insert = sqlite.prepare('INSERT INTO event VALUES (?, ?, ?, 2, ?, ?, ?, ?, ?, ?, ?, ?)');
  return (e) =>
    insert.run(
      e.id,
      e.webhookId,
      e.receivedAt,
      e.method,
      e.path,
      e.query,
      e.headers,
      e.clientIp,
      e.body,
      e.webhookName,
      e.webhookUrl,
    );
}

function drizzleInsert(sqlite) {
  const names = Object.keys(someEvent());
  const values = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)]));
  const insert = drizzle({ client: sqlite })
    .insert(eventTable)
    .values({ ...values, status: 'pending' })
    .prepare();
  return (event) => insert.run(event);
}

/** Each of the callers captures, and then does as well what is asked, one event after the other. */
function through(then) {
  return async (dataDir) => {
    const store = await openSqliteStore({ dataDir });
    const caller = async () => {
      for (let i = 0; i < EVENTS / CALLERS; i++) {
        const event = someEvent();
        await store.capture(event, 'pending');
        const done = then(store, event);
        if (done !== undefined) await done;
      }
    };
    return {
      run: () => Promise.all(Array.from({ length: CALLERS }, caller)),
      close: () => store.close(),
    };
  };
}

function nothing() {}

function settle(store, event) {
  void store.settle(event.id, 'done', [someRun(event)]);
}

/** A run with one effect that the store performs: begun, performed, ended. */
async function count(store, event) {
  const { endedAt: at, answer: _, ...run } = someRun(event);
  const lease = { owner: 'bench', until: at };
  const effect = { number: 0, step: 0, kind: 'state', args: '{"op":"increment","key":"n","by":1}' };
  const begun = [{ effect, at }];
  await store.advance({ run: { ...run, status: 'running' }, begun, ended: [], lease });
  const place = { runId: run.id, number: 0, at, arrival: 0 };
  await store.performState(place, { op: 'increment', key: 'n', by: 1 });
  const ended = { ...someRun(event), id: run.id };
  const settled = { id: event.id, status: 'done' };
  void store.advance({ run: ended, begun: [], ended: [], event: settled, lease });
}

function someRun(event) {
  const { webhookId, receivedAt: startedAt } = event;
  const answer = { status: 200, headers: [['content-type', 'application/json']], body: '{"a":1}' };
  const run = { id: makeId('run', startedAt), eventId: event.id, webhookId, automation: 'echo' };
  const times = { startedAt, endedAt: startedAt + 1, cpuMs: 0.1 };
  return {
    ...run,
    revision: 'a'.repeat(64),
    binding: 0,
    inputs: '{}',
    attempt: 1,
    status: 'succeeded',
    ...times,
    answer,
    logs: [],
  };
}

async function measure(open) {
  const dataDir = mkdtempSync(join(tmpdir(), 'hookwright-bench-'));
  const subject = await open(dataDir);
  const cpu = process.cpuUsage();
  const start = performance.now();
  await subject.run();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await subject.close();
  rmSync(dataDir, { recursive: true });
  return { rate: EVENTS / seconds, cpu: (user + system) / EVENTS };
}

const subjects = {
  'raw statement in a loop': loop(rawInsert),
  'drizzle statement in a loop': loop(drizzleInsert),
  'capture through the store': through(nothing),
  'capture and settle through the store': through(settle),
  'capture and a run with one effect': through(count),
};
const YARDSTICK = 'raw statement in a loop';

export async function store(report) {
  const results = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  // In turns, so that a slow moment of the machine meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, open] of Object.entries(subjects)) results[name].push(await measure(open));
  }
  const middle = (name, key) => median(results[name].map((result) => result[key]));
  for (const name of Object.keys(results)) {
    const [rate, cpu] = [middle(name, 'rate'), middle(name, 'cpu')];
    const cost = (cpu / middle(YARDSTICK, 'cpu')).toFixed(2);
    report({
      title: name,
      ratio: rate / middle(YARDSTICK, 'rate'),
      detail: `${rate.toFixed(0)}/s for ${cpu.toFixed(1)} µs of CPU each, ${cost} of the loop's`,
    });
  }
}
