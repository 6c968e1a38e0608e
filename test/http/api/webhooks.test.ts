import { beforeEach, describe, expect, test } from 'vitest';
import { BASE, FakeEngine } from './fake.ts';

let engine: FakeEngine;

beforeEach(() => {
  engine = new FakeEngine();
});

test('a webhook is told with its whole URL, and its token stands nowhere else', async () => {
  const { id, token } = engine.addWebhook('orders', { bindings: [{ automation: 'orders.paid' }] });
  const answer = await engine.call('GET', '/webhooks/orders');
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    id,
    name: 'orders',
    description: '',
    url: `${BASE}/webhooks/${token}`,
    paused: false,
    respond: 'run',
    source: null,
    bindings: [{ automation: 'orders.paid' }],
    account: null,
    methods: null,
    content_types: null,
    paths: true,
    limits: null,
    map: null,
    forward: null,
    created_at: '2026-05-04T03:02:01.000Z',
    updated_at: '2026-05-04T03:02:01.000Z',
  });
});

test('webhooks are listed, and found by id, by token and by a name with odd characters', async () => {
  const odd = engine.addWebhook('a/b c?d%é');
  engine.addWebhook('second');
  const list = (await (await engine.call('GET', '/webhooks')).json()) as { webhooks: unknown[] };
  expect(list.webhooks).toHaveLength(2);
  for (const ref of [odd.id, odd.token, odd.name]) {
    const answer = await engine.call('GET', `/webhooks/${encodeURIComponent(ref)}`);
    expect(await answer.json()).toMatchObject({ id: odd.id });
  }
});

test('an unknown webhook is answered 404 with the suggestion', async () => {
  engine.addWebhook('orders');
  const answer = await engine.call('GET', '/webhooks/ordres');
  expect(answer.status).toBe(404);
  expect(await answer.json()).toEqual({
    error: {
      code: 'webhook.not_found',
      message: 'Expected a webhook’s id, name or token, got "ordres".',
      next: 'Did you mean "orders"?',
    },
  });
});

test('a webhook is made with all that its draft says', async () => {
  const draft = {
    name: 'orders',
    description: 'From the shop',
    respond: 'ack',
    bindings: [
      { automation: 'a', when: 'a condition', disabled: true, inputs: { deep: [1, { x: null }] } },
      { automation: 'b', also: true },
    ],
  };
  const answer = await engine.call('POST', '/webhooks', draft);
  expect(answer.status).toBe(201);
  expect(await answer.json()).toMatchObject(draft);
  expect((await engine.call('POST', '/webhooks', draft)).status).toBe(409);
});

test('a webhook is made of an empty body too', async () => {
  expect((await engine.call('POST', '/webhooks')).status).toBe(201);
});

test('a webhook is changed, paused, rotated and deleted', async () => {
  const { id, token } = engine.addWebhook('orders');
  engine.now += 1000;
  const changed = await engine.call('PATCH', '/webhooks/orders', { paused: true, name: 'paid' });
  expect(await changed.json()).toMatchObject({
    paused: true,
    name: 'paid',
    updated_at: '2026-05-04T03:02:02.000Z',
  });
  const rotated = await engine.call('POST', '/webhooks/paid/rotate');
  expect(await rotated.json()).toMatchObject({ id, url: `${BASE}/webhooks/${'f'.repeat(40)}` });
  expect((await engine.call('GET', `/webhooks/${token}`)).status).toBe(404);
  expect(await (await engine.call('DELETE', '/webhooks/paid')).json()).toMatchObject({ id });
  expect(engine.webhooks).toEqual([]);
});

describe('a body that does not fit', () => {
  async function refused(body: unknown): Promise<string> {
    const answer = await engine.call('POST', '/webhooks', body);
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe('request.malformed');
    expect(engine.webhooks).toEqual([]);
    return error.message;
  }

  test('is told with all its mistakes at once', async () => {
    const body = { name: 7, respond: 'later', bindings: [{ automation: 'a', also: 'yes' }, {}] };
    expect(await refused(body)).toBe(
      [
        'Expected name to be a text, got 7.',
        'Expected respond to be "run" or "ack", got "later".',
        'Expected bindings[0].also to be true or false, got "yes".',
        'Expected bindings[1].automation to be a text, got nothing.',
      ].join('\n'),
    );
  });

  test('is told which key is unknown, with the nearest', async () => {
    expect(await refused({ binding: [] })).toBe(
      'Expected the body to have only the keys name, description, respond, bindings, methods, content_types, paths, limits, map, forward, account, source, got "binding". Did you mean "bindings"?',
    );
    expect(await refused({ bindings: [{ automation: 'a', wen: 'x' }] })).toBe(
      'Expected bindings[0] to have only the keys automation, when, disabled, also, inputs, got "wen". Did you mean "when"?',
    );
  });

  test('may be no object at all', async () => {
    expect(await refused([1])).toBe('Expected the body to be an object, got [1].');
    expect(await refused(null)).toBe('Expected the body to be an object, got null.');
    expect(await refused({ bindings: 'a' })).toBe('Expected bindings to be a list, got "a".');
  });

  test('may be nested too deep', async () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100; i++) deep = [deep];
    expect(await refused({ bindings: [{ automation: 'a', inputs: { deep } }] })).toBe(
      'Expected the body to be nested at most 64 levels deep, got more.',
    );
  });

  test('may be no JSON', async () => {
    const request = new Request(`${BASE}/api/v1/webhooks`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-of-the-test' },
      body: '{"name":',
    });
    const answer = await engine.api.fetch(request);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { message: expect.stringMatching(/^Expected the body to be JSON: Unexpected end/) },
    });
  });

  test('cannot pause what is not made yet', async () => {
    expect(await refused({ paused: true })).toMatch(/^Expected the body to have only the keys /);
  });
});
