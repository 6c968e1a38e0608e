import { expect, onTestFinished, test } from 'vitest';
import { prepareAlerts } from '../../src/store/sqlite/alerts.ts';
import { connect } from '../../src/store/sqlite/connection.ts';
import { someFolder } from './folder.ts';

const MOST = 1000;

test(`at most ${MOST} mails wait, those that came first, and a place is free when one has ended`, () => {
  const sqlite = connect(someFolder());
  onTestFinished(() => void sqlite.close());
  const insert = sqlite.prepare(
    `INSERT INTO message (id, kind, "to", created_at, run_id, effect, data)
     VALUES (?, 'emit', 'hookwright.hook.disabled', 0, '', 0, '{}')`,
  );
  const alerts = prepareAlerts(sqlite);
  sqlite.transaction(() => {
    for (let n = 0; n < MOST + 5; n++) {
      insert.run(`msg_${n}`);
      alerts.add(`msg_${n}`, 'hk_1', n);
    }
  })();
  const taken = alerts.take(MOST * 2, [MOST * 3], MOST * 2);
  expect(taken.map(({ notice }) => notice.id)).toEqual(
    Array.from({ length: MOST }, (_, n) => `msg_${n}`),
  );
  alerts.end('msg_0');
  alerts.add('msg_1001', 'hk_1', 7);
  expect(alerts.next()).toBe(7);
});
