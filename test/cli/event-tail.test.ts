import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { TOKEN } from '../http/api/fake.ts';
import { FakeShell } from './fake.ts';

let shell: FakeShell;
/** Streams that were opened, with the id after which each began. */
let streams: { last: string | null; query: string }[];
let serving: boolean;

beforeEach(() => {
  shell = new FakeShell();
  streams = [];
  serving = true;
  const note = { url: 'http://127.0.0.1:9000', pid: 1, token: TOKEN };
  writeFileSync(join(shell.dataDir, 'server.json'), JSON.stringify(note));
  shell.fetch = async (url, init) => {
    if (!serving) throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
    if (url.includes('/stream')) {
      streams.push({
        last: new Headers(init.headers).get('last-event-id'),
        query: new URL(url).search,
      });
    }
    const answer = await shell.engine.api.fetch(new Request(url, init));
    if (init.signal != null && answer.body !== null && url.includes('/stream')) {
      return new Response(answer.body.pipeThrough(new TransformStream(), { signal: init.signal }));
    }
    return answer;
  };
});

async function listening(): Promise<void> {
  await expect.poll(() => shell.engine.listeners.size).toBe(1);
}

test('events are printed when they are settled, until the person ends it', async () => {
  const event = shell.engine.addEvent(shell.engine.addWebhook('orders'), { path: '/\x1b[2J' });
  const tail = shell.run('event', 'tail', '--webhook', 'orders');
  await listening();
  shell.engine.notice({ ...event, status: 'pending' });
  shell.engine.notice(event, [shell.engine.addRun(event)]);
  await expect.poll(() => shell.out.text).toContain('\n');
  shell.ended.abort();
  expect(await tail).toEqual({
    code: 0,
    out: `2026-05-04T03:02:01.000Z  orders  POST /\\u001b[2J  orders.paid 5 ms  ${event.id}\n`,
    err: expect.any(String),
  });
  expect(streams).toEqual([{ last: null, query: '?webhook=orders' }]);
});

test('--json prints one line for each notice, settled or not', async () => {
  const event = shell.engine.addEvent(shell.engine.addWebhook('orders'));
  const tail = shell.run('event', 'tail', '--json');
  await listening();
  shell.engine.notice({ ...event, status: 'pending' });
  shell.engine.notice(event);
  await expect.poll(() => shell.out.text.split('\n')).toHaveLength(3);
  shell.ended.abort();
  const lines = (await tail).out.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).status)).toEqual(['pending', 'done']);
});

test('without a running server it says so, and opens nothing', async () => {
  serving = false;
  expect(await shell.run('event', 'tail')).toEqual({
    code: 6,
    out: '',
    err: `hookwright: expected a running server on the data folder ${shell.dataDir}, got none.\n  Start one with \`hookwright serve\`, or name its folder with --data-dir.\n`,
  });
  expect(shell.started).toEqual([]);
});

test('after a restart it goes on where it was, asking ever more gently', async () => {
  const orders = shell.engine.addWebhook('orders');
  const [first, second] = [shell.engine.addEvent(orders), shell.engine.addEvent(orders)];
  let attempts = 0;
  const plain = shell.fetch;
  shell.fetch = async (url, init) => {
    if (url.endsWith('/server')) {
      attempts += 1;
      // The server is gone after its first stream, and back at the fifth question.
      if (attempts > 1 && attempts < 5) throw new TypeError('fetch failed');
    } else if (attempts === 1) {
      const data = `id: ${first.id}\nevent: event\ndata: ${JSON.stringify({ id: first.id, runs: [] })}\n\n`;
      streams.push({ last: null, query: '' });
      return new Response(data);
    }
    return plain(url, init);
  };
  const tail = shell.run('event', 'tail');
  await expect.poll(() => shell.out.text).toContain(second.id);
  shell.ended.abort();
  const { code, err } = await tail;
  expect(code).toBe(0);
  expect(err).toContain('hookwright: the server went away; waiting for it to come back.\n');
  expect(shell.slept.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
  expect(streams[1]?.last).toBe(first.id);
});
