// Runs with effects without end in the data folder given, several at a time. Prints, once each promise has
// resolved: `run ID` (its first effect has begun), `ended ID NUMBER` (that effect has its result and the next
// one has begun), `counted ID NUMBER KEY COUNT` (a state effect was performed). Made to be killed.
import { idMaker } from '../../dist/bundle/core/ids.js';
import { openSqliteStore } from '../../dist/bundle/store/sqlite/open.js';

const AT_ONCE = 20;
const EFFECTS = 10;
const store = await openSqliteStore({ dataDir: process.argv[2] });
const makeId = idMaker();

async function advanceForever(_, caller) {
  for (;;) {
    const startedAt = Date.now();
    const id = makeId('run', startedAt);
    const run = {
      id,
      eventId: 'evt_1',
      webhookId: 'wh_1',
      automation: 'a',
      revision: '',
      binding: 0,
    };
    const record = {
      ...run,
      inputs: '{}',
      attempt: 1,
      status: 'running',
      startedAt,
      cpuMs: 0,
      logs: [],
    };
    const lease = { owner: 'child', until: startedAt };
    const begin = (number) => [
      { effect: { number, step: 0, kind: 'state', args: `"${id}"` }, at: startedAt },
    ];
    await store.advance({ run: record, begun: begin(0), ended: [], lease });
    process.stdout.write(`run ${id}\n`);
    for (let number = 0; number < EFFECTS; number++) {
      const key = `caller ${caller}`;
      if (number % 2 === 0) {
        const place = { runId: id, number, at: startedAt, arrival: number };
        const { value } = await store.performState(place, { op: 'increment', key, by: 1 });
        process.stdout.write(`counted ${id} ${number} ${caller} ${value}\n`);
        await store.advance({ run: record, begun: begin(number + 1), ended: [], lease });
      } else {
        const result = { ok: true, value: `"${id}"` };
        const ended = [{ number, at: startedAt, arrival: number, result }];
        await store.advance({ run: record, begun: begin(number + 1), ended, lease });
        process.stdout.write(`ended ${id} ${number}\n`);
      }
    }
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, advanceForever));
