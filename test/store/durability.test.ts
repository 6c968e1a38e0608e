import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { someFolder } from './folder.ts';

const KILLS = 20;
const AFTER_MS_MAX = 150;
const seed = Date.now() % 1_000_000;

/** Numbers from 0 to 1 that depend on the seed alone (Park and Miller's generator). */
function seeded(state: number): () => number {
  let last = state + 1;
  return () => {
    last = (last * 48271) % 2147483647;
    return last / 2147483647;
  };
}

test(`a process killed at ${KILLS} random moments has lost nothing that it acknowledged (seed ${seed})`, async () => {
  const dataDir = someFolder();
  const random = seeded(seed);
  const settled = new Set<string>();
  const captured = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    for (const line of await runAndKill(dataDir, random() * AFTER_MS_MAX)) {
      const [what, id] = line.split(' ') as [string, string];
      (what === 'settled' ? settled : captured).add(id);
    }
  }
  const store = await openSqliteStore({ dataDir });
  const stored = await store.events({ countMax: 1_000_000 });
  const status = new Map(stored.map((event) => [event.id, event.status]));
  expect([...captured].filter((id) => !status.has(id))).toEqual([]);
  expect([...settled].filter((id) => status.get(id) !== 'filtered')).toEqual([]);
  const last = await store.event(stored[0]!.id);
  expect(Buffer.from(last!.body).toString()).toBe(last!.id.repeat(40));
  await store.close();
  expect(captured.size).toBeGreaterThan(KILLS); // Otherwise nothing was under way when they died.
});

/** The lines that a child printed before it was killed, `afterMs` after the first of them. */
async function runAndKill(dataDir: string, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['test/store/capture-forever.js', dataDir], {
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
