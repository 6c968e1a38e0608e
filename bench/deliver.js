// What it costs that a delivery is claimed, attempted and written down, against a plain loop that sends the
// same requests with the same client and as many at once; and whether claiming minds a million that wait.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { idMaker } from '../dist/core/ids.js';
import { systemTimer } from '../dist/core/timer.js';
import { Vault } from '../dist/core/vault.js';
import { Deliverer } from '../dist/engine/deliver/deliverer.js';
import { Hooks } from '../dist/engine/hooks/hooks.js';
import { Profiles } from '../dist/hook/profiles.js';
import { buildRequest } from '../dist/hook/request.js';
import { openOutbound } from '../dist/outbound/open.js';
import { openSqliteStore } from '../dist/store/sqlite/open.js';
import { median } from './load.js';
import { startScript } from './servers.js';

const AT_ONCE = 64;
const MESSAGES = 6_000;
const ROUNDS = 3;
const DATA = JSON.stringify({ id: 7, text: 'x'.repeat(1_150) });
const LIMITS = { connections: 256, connectionsPerAddress: 256 };

const MILLION = 1_000_000;
/** Enough that both stores have more than is claimed. */
const FEW = 20_000;
const CLAIMS = 200;
const CLAIMED_AT_ONCE = 64;

const profiles = new Profiles(
  readdirSync('profiles').map((file) => ({ file, text: readFileSync(`profiles/${file}`, 'utf8') })),
);

async function withStore(work) {
  const dataDir = mkdtempSync(join(tmpdir(), 'hookwright-bench-'));
  const store = await openSqliteStore({ dataDir });
  try {
    const makeId = idMaker();
    const vault = new Vault(randomBytes(32));
    const parts = { store, vault, profiles, clock: Date.now, makeId, random: randomBytes };
    return await work({ store, makeId, dataDir, hooks: await Hooks.open(parts) });
  } finally {
    await store.close().catch(() => {});
    rmSync(dataDir, { recursive: true });
  }
}

function outboundTo() {
  return openOutbound({ allow: ['127.0.0.0/8'], deny: [], ownListeners: () => [], limits: LIMITS });
}

const facts = () => ({
  deliveryId: 'dlv_1',
  attempt: 1,
  now: Date.now(),
  source: '',
  version: '1',
});

/** @returns requests per second */
function loop(url) {
  return withStore(async ({ hooks, makeId }) => {
    const hook = await hooks.create({ url, concurrency: AT_ONCE });
    const outbound = outboundTo();
    let left = MESSAGES;
    const sender = async () => {
      while (left-- > 0) {
        const message = { id: makeId('msg', Date.now()), kind: 'emit', to: 'a.b', data: DATA };
        const request = buildRequest(
          hook,
          hooks.profileOf(hook),
          { ...message, createdAt: 0 },
          facts(),
        );
        const rest = { timeoutMs: 15_000, responseBytesMax: 65_536, redirectsMax: 0 };
        await outbound.send({ ...request, ...rest });
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    const seconds = (performance.now() - began) / 1000;
    await outbound.close();
    return MESSAGES / seconds;
  });
}

/** @returns deliveries per second, all of them stored before */
function delivered(url) {
  return withStore(async ({ store, hooks, makeId }) => {
    await hooks.create({ url, topics: ['a.*'], concurrency: AT_ONCE });
    const messages = Array.from({ length: MESSAGES }, () => {
      const createdAt = Date.now();
      return { id: makeId('msg', createdAt), kind: 'emit', to: 'a.b', data: DATA, createdAt };
    });
    await Promise.all(messages.map((message) => store.publish(message)));
    const outbound = outboundTo();
    let done = 0;
    let whenDone;
    const all = new Promise((resolve) => {
      whenDone = resolve;
    });
    const deliverer = new Deliverer({
      store,
      hooks,
      outbound,
      profileOf: (hook) => hooks.profileOf(hook),
      clock: Date.now,
      timer: systemTimer,
      random: Math.random,
      source: () => 'http://127.0.0.1',
      version: '1',
      log: { write: () => {} },
      owner: 'bench',
      limits: { fastMax: 128, slowMax: 256 },
      starts: () => false,
      notify: () => {},
      attempted: () => {
        done += 1;
        if (done === MESSAGES) whenDone();
      },
    });
    const began = performance.now();
    await deliverer.open(true);
    await all;
    const seconds = (performance.now() - began) / 1000;
    await deliverer.close();
    await outbound.close();
    return MESSAGES / seconds;
  });
}

/** @returns milliseconds of one claim, of a hook with that many deliveries that are due */
function claiming(waiting) {
  return withStore(async ({ store, hooks, dataDir }) => {
    const hook = await hooks.create({ url: 'http://127.0.0.1', topics: ['a.*'] });
    await store.publish({ id: 'msg_1', kind: 'emit', to: 'x', data: DATA, createdAt: 1 });
    const sqlite = new Sqlite(join(dataDir, 'hookwright.db'));
    sqlite
      .prepare(
        `INSERT INTO delivery (id, message_id, hook_id, status, attempts, retries, created_at, due_at)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         SELECT 'dlv_' || i, 'msg_1', ?, 2, 0, 0, i, i FROM n`,
      )
      .run(waiting, hook.id);
    sqlite.close();
    const want = { hookId: hook.id, countMax: CLAIMED_AT_ONCE, ordered: false };
    const times = [];
    for (let i = 0; i < CLAIMS; i++) {
      const began = performance.now();
      const { deliveries } = await store.claimDeliveries('bench', MILLION * 2, 60_000, [want]);
      times.push(performance.now() - began);
      if (deliveries.length !== CLAIMED_AT_ONCE) throw new Error(`claimed ${deliveries.length}`);
    }
    return median(times);
  });
}

export async function deliver(report) {
  const receiver = await startScript(new URL('./receiver.js', import.meta.url).pathname);
  try {
    const url = `${receiver.url}/in`;
    const rates = { loop: [], delivered: [] };
    // In turns, so that a slow moment of the machine meets both.
    for (let round = 0; round < ROUNDS; round++) {
      rates.loop.push(await loop(url));
      rates.delivered.push(await delivered(url));
    }
    const [plain, ours] = [median(rates.loop), median(rates.delivered)];
    report({
      title: `deliveries, ${AT_ONCE} at once, of a loop with the same client`,
      ratio: ours / plain,
      least: 0.5,
      detail: `${ours.toFixed(0)}/s against ${plain.toFixed(0)}/s`,
    });
  } finally {
    await receiver.stop();
  }
  const [few, many] = [await claiming(FEW), await claiming(MILLION)];
  report({
    title: `claiming ${CLAIMED_AT_ONCE} of a million deliveries, of the same with ${FEW}`,
    ratio: many / few,
    most: 2,
    detail: `${many.toFixed(2)} ms against ${few.toFixed(2)} ms`,
  });
}
