import { expect, test } from 'vitest';
import { BASE, FakeEngine, TOKEN } from './fake.ts';

interface Stream {
  /** Text from now on until it holds `part`. */
  readonly until: (part: string) => Promise<string>;
  readonly cancel: () => Promise<void>;
}

async function open(engine: FakeEngine, query = '', last?: string): Promise<Stream> {
  const answer = await engine.api.fetch(
    new Request(`${BASE}/api/v1/events/stream${query}`, {
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(last === undefined ? {} : { 'last-event-id': last }),
      },
    }),
  );
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const until = async (part: string): Promise<string> => {
    let text = '';
    while (!text.includes(part)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`The stream ended before ${part}: ${text}`);
      text += decoder.decode(value, { stream: true });
    }
    return text;
  };
  await until(': live\n\n');
  return { until, cancel: () => reader.cancel() };
}

test('notices are told as they come, with the event’s id', async () => {
  const engine = new FakeEngine();
  const event = engine.addEvent(engine.addWebhook('orders'));
  const stream = await open(engine);
  engine.notice({ ...event, status: 'pending' });
  engine.notice(event, [engine.addRun(event)]);
  const text = (await stream.until('"pending"')) + (await stream.until('"done"'));
  const data = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json as string));
  expect(data).toMatchObject([
    { id: event.id, webhook: 'orders', status: 'pending', runs: [] },
    { id: event.id, webhook: 'orders', status: 'done', runs: [{ status: 'succeeded' }] },
  ]);
  expect(text.match(/^event: event$/gm)).toHaveLength(2);
  expect(text.match(new RegExp(`^id: ${event.id}$`, 'gm'))).toHaveLength(2);
  await stream.cancel();
});

test('a filter lets only one webhook’s events through', async () => {
  const engine = new FakeEngine();
  const [orders, other] = ['orders', 'other'].map((name) => engine.addWebhook(name));
  const stream = await open(engine, '?webhook=orders');
  engine.notice(engine.addEvent(other!, { path: '/no' }));
  engine.notice(engine.addEvent(orders!, { path: '/yes' }));
  expect(await stream.until('/yes')).not.toContain('/no');
  await stream.cancel();
});

test('an unknown webhook is answered 404 and not with a stream', async () => {
  expect((await new FakeEngine().call('GET', '/events/stream?webhook=x')).status).toBe(404);
});

test('a client that comes back is told what it missed, oldest first', async () => {
  const engine = new FakeEngine();
  const orders = engine.addWebhook('orders');
  const [seen] = ['/seen', '/one', '/two'].map((path) => engine.addEvent(orders, { path }));
  const stream = await open(engine, '', seen!.id);
  const text = (await stream.until('/one')) + (await stream.until('/two'));
  expect(text).not.toContain('/seen');
  expect(text.indexOf('/one')).toBeLessThan(text.indexOf('/two'));
  await stream.cancel();
});

test('a client that reads too slowly keeps what waits and learns how much it missed', async () => {
  const engine = new FakeEngine();
  const orders = engine.addWebhook('orders');
  const stream = await open(engine);
  for (let i = 1; i <= 1010; i++) engine.notice(engine.addEvent(orders, { path: `/${i}.` }));
  const text = await stream.until('event: missed');
  expect(text).toContain('"path":"/1000."');
  expect(text).not.toContain('"path":"/1001."');
  expect(text).toContain('data: {"missed":10}');
  await stream.cancel();
});

test('a quiet stream shows signs of life', async () => {
  const stream = await open(new FakeEngine({ heartbeatMs: 1 }));
  expect(await stream.until(': still here\n\n')).toContain(': still here\n\n');
  await stream.cancel();
});

test('a client that goes away is no longer listened for', async () => {
  const engine = new FakeEngine();
  const stream = await open(engine);
  expect(engine.listeners.size).toBe(1);
  await stream.cancel();
  await expect.poll(() => engine.listeners.size).toBe(0);
  expect(engine.logged).toEqual([]);
});
