import { expect, test } from 'vitest';
import { Server } from './server.ts';
import { bound, createWebhooks } from './workload.ts';

const MINUTE_MS = 60_000;

const WAIT = `automation: wait
policy: { state: ["ended/**"] }
steps:
  - respond: { status: 202 }
  - wait: \${{ request.json.wait }}
  - state: { increment: "ended/\${{ request.json.wait }}" }
`;

test('a run that waits ends at its time though the server is killed in between, and at once where it is down then', async () => {
  await using server = new Server();
  server.automation('wait', WAIT);
  const first = await server.start(0);
  const paths = await createWebhooks(first.listening, [bound('wait')]);
  const begin = async (url: string, wait: string): Promise<void> => {
    const response = await fetch(`${url}${paths.wait}`, {
      method: 'POST',
      body: JSON.stringify({ wait }),
    });
    expect(response.status).toBe(202);
  };
  await begin(first.listening.url, '10m');
  await begin(first.listening.url, '20m');
  const { firstDueAt, lastDueAt } = await server.untilOpen(
    ({ running, firstDueAt, lastDueAt }) => running === 0 && firstDueAt !== lastDueAt,
  );
  await server.stop('SIGKILL');
  expect([...server.snapshot().state]).toEqual([]);

  // A minute before the first one's time. Once a later wait has ended, the due ones were looked for.
  const second = await server.start(9 * MINUTE_MS);
  await begin(second.listening.url, '50ms');
  expect(await server.untilKeys(({ length }) => length > 0)).toEqual(['ended/50ms']);
  second.life.later(MINUTE_MS);
  await server.untilKeys((keys) => keys.includes('ended/10m'));
  await server.stop('SIGKILL');
  const atTen = server.snapshot();
  const wait = atTen.journal.find(({ args }) => args === JSON.stringify({ until: firstDueAt }));
  expect(wait?.endedAt).toBeGreaterThanOrEqual(firstDueAt!);
  expect(atTen.state.has('ended/20m')).toBe(false);

  await server.start(25 * MINUTE_MS);
  await server.untilKeys((keys) => keys.includes('ended/20m'));
  expect(await server.stop('SIGTERM')).toBe(0);
  expect(Object.fromEntries(server.snapshot().state)).toEqual({
    'ended/50ms': 1,
    'ended/10m': 1,
    'ended/20m': 1,
  });
  expect(lastDueAt! - firstDueAt!).toBeGreaterThan(9 * MINUTE_MS);
});
