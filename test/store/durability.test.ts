import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RunRecord, RunSummary } from '../../src/core/run.ts';
import type { Store } from '../../src/engine/ports.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { seeded } from '../durability/random.ts';
import { someFolder } from './folder.ts';

const KILLS = 20;
const KILLS_OF_RUNS = 12;
const AFTER_MS_MAX = 150;
const seed = Date.now() % 1_000_000;

test(`a process killed at ${KILLS} random moments has lost nothing that it acknowledged (seed ${seed})`, async () => {
  const dataDir = someFolder();
  const random = seeded(seed);
  const settled = new Set<string>();
  const captured = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    for (const line of await runAndKill('capture-forever', dataDir, random() * AFTER_MS_MAX)) {
      const [what, id] = line.split(' ') as [string, string];
      (what === 'settled' ? settled : captured).add(id);
    }
  }
  const store = await openSqliteStore({ dataDir });
  const all = await store.events({ countMax: 1_000_000 });
  const stored = all.filter(({ webhookId }) => webhookId !== '');
  const topics = all.filter(({ webhookId }) => webhookId === '').map(({ path }) => path);
  // Each event and what its message starts are one commit.
  expect(topics.sort()).toEqual(stored.map(({ id }) => id).sort());
  const status = new Map(stored.map((event) => [event.id, event.status]));
  expect([...captured].filter((id) => !status.has(id))).toEqual([]);
  expect([...settled].filter((id) => status.get(id) !== 'filtered')).toEqual([]);
  const last = await store.event(stored[0]!.id);
  expect(Buffer.from(last!.body).toString()).toBe(last!.id.repeat(40));
  await store.close();
  expect(captured.size).toBeGreaterThan(KILLS); // Otherwise nothing was under way when they died.
});

test(`a process killed at ${KILLS_OF_RUNS} random moments has kept every begun effect, every result and every count (seed ${seed})`, async () => {
  const dataDir = someFolder();
  const random = seeded(seed);
  let acknowledged = 0;
  const counts = new Map<string, number>();
  const results = new Map<string, Map<number, string>>();
  for (let kill = 0; kill < KILLS_OF_RUNS; kill++) {
    for (const line of await runAndKill('advance-forever', dataDir, random() * AFTER_MS_MAX)) {
      const [what, id, number, caller, count] = line.split(' ') as [string, string, ...string[]];
      acknowledged++;
      const known = results.get(id) ?? new Map<number, string>();
      results.set(id, known);
      if (what === 'ended') known.set(Number(number), JSON.stringify(id));
      if (what !== 'counted') continue;
      known.set(Number(number), count!);
      counts.set(caller!, Number(count));
    }
  }
  const store = await openSqliteStore({ dataDir });
  let journaled = 0;
  for (const run of await store.runs({ countMax: 1_000_000 })) {
    const journal = await store.journal(run.id);
    const known = results.get(run.id) ?? new Map();
    // A result that was told of has its successor begun, or is a count; all of them are there, unchanged.
    for (const [number, value] of known) {
      expect(journal[number]?.ended?.result).toEqual({ ok: true, value });
    }
    expect(journal.length).toBeGreaterThan(0);
    expect(journal.every((entry) => entry.args === JSON.stringify(run.id))).toBe(true);
    journaled += journal.filter(
      ({ number, ended }) => ended !== undefined && number % 2 === 0,
    ).length;
    results.delete(run.id);
  }
  expect([...results.keys()]).toEqual([]);
  // Every count is one journal entry and every such entry one count: applied and recorded together, once.
  let counted = 0;
  const [{ id }] = (await store.runs({ countMax: 1 })) as [RunSummary];
  const first = await store.run(id);
  for (let caller = 0; caller < 20; caller++) {
    const last = await readCount(store, first!, `caller ${caller}`);
    expect(last).toBeGreaterThanOrEqual(counts.get(String(caller)) ?? 0);
    counted += last;
  }
  expect(counted).toBe(journaled);
  await store.close();
  expect(acknowledged).toBeGreaterThan(KILLS_OF_RUNS * 10);
});

/** A key's number, read by an effect of the run. */
async function readCount(store: Store, run: RunRecord, key: string): Promise<number> {
  const { length: number } = await store.journal(run.id);
  const effect = { number, step: 0, kind: 'state', args: '' } as const;
  const lease = { owner: 'child', until: 0 };
  await store.advance({ run, begun: [{ effect, at: 1 }], ended: [], lease });
  const place = { runId: run.id, number, at: 1, arrival: number };
  const result = await store.performState(place, { op: 'get', key });
  return result.ok ? Number(JSON.parse(result.value)) : Number.NaN;
}

/** The lines that a child printed before it was killed, `afterMs` after the first of them. */
async function runAndKill(program: string, dataDir: string, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [`test/store/${program}.js`, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await sleep(afterMs);
  child.kill('SIGKILL');
  expect((await closed)[1]).toBe('SIGKILL'); // Not an error of its own.
  return printed.split('\n').slice(0, -1); // The last line may be half written.
}
