// Captures and settles events without end in the data folder given, each with a message under its id as
// topic, several at a time, and prints each id once its promise has resolved: `captured ID`, `settled ID`.
// Made to be killed.
import { idMaker } from '../../dist/bundle/core/ids.js';
import { openSqliteStore } from '../../dist/bundle/store/sqlite/open.js';

const AT_ONCE = 20;
const store = await openSqliteStore({ dataDir: process.argv[2] });
const makeId = idMaker();

async function captureForever() {
  for (;;) {
    const receivedAt = Date.now();
    const id = makeId('evt', receivedAt);
    const body = Buffer.from(id.repeat(40));
    const event = { id, webhookId: 'wh_1', receivedAt, method: 'POST', path: '', query: null };
    const webhook = { webhookName: 'orders', webhookUrl: 'http://localhost/webhooks/0' };
    const seen = { ...webhook, webhookAccount: null, data: null };
    const captured = { ...event, headers: '[]', clientIp: '::1', body, ...seen };
    await store.capture(captured, 'pending', {
      id: makeId('msg', receivedAt),
      kind: 'emit',
      to: id,
      data: 'null',
      createdAt: receivedAt,
      depth: 1,
    });
    process.stdout.write(`captured ${id}\n`);
    await store.settle(id, 'filtered', []);
    process.stdout.write(`settled ${id}\n`);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, captureForever));
