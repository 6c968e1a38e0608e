import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { ERRORS, type ErrorCode, HookwrightError } from '../../../src/core/errors.ts';
import { errorAnswer } from '../../../src/http/errors.ts';
import { BASE, FakeEngine, TOKEN } from './fake.ts';

const engine = new FakeEngine();

async function plain(path: string, init: RequestInit = {}): Promise<Response> {
  return engine.api.fetch(new Request(BASE + path, init));
}

describe('the bearer token', () => {
  test.each([
    '/api/v1/server',
    '/api/v1/webhooks',
    '/api/v1/events/stream',
    '/api/v1/nothing',
    '/api/v1',
  ])('is asked for on %s', async (path) => {
    const answer = await plain(path);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.json()).toEqual({
      error: {
        code: 'request.unauthorized',
        message: 'Expected the API token as "authorization: Bearer …", got none.',
        next: 'The running server keeps its token in server.json in its data folder.',
      },
    });
  });

  test.each([`Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN, 'Bearer', 'Bearer  '])(
    'is not %s',
    async (authorization) => {
      expect((await plain('/api/v1/server', { headers: { authorization } })).status).toBe(401);
    },
  );

  test('may be introduced in any case', async () => {
    const headers = { authorization: `bearer ${TOKEN}` };
    expect((await plain('/api/v1/server', { headers })).status).toBe(200);
  });
});

test('an unknown path is answered 404 in the shape of all errors', async () => {
  const answer = await engine.call('GET', '/webhoks');
  expect(answer.status).toBe(404);
  expect(await answer.json()).toEqual({
    error: {
      code: 'request.not_found',
      message: 'Expected a path of the API, got /api/v1/webhoks.',
    },
  });
});

test('a known path with another method is answered 405 and what is allowed', async () => {
  const answer = await engine.call('PUT', '/webhooks/orders');
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET, PATCH, DELETE');
  expect(await answer.json()).toEqual({
    error: {
      code: 'request.method_not_allowed',
      message: 'Expected GET or PATCH or DELETE for /api/v1/webhooks/orders, got PUT.',
    },
  });
});

test('the routes and their errors are the same when mounted in another application', async () => {
  const outer = new Hono().get('/healthz', (c) => c.text('ok')).route('/', engine.api);
  const get = (path: string, token: string) =>
    outer.request(path, { headers: { authorization: `Bearer ${token}` } });
  expect((await get('/healthz', '')).status).toBe(200);
  expect((await get('/elsewhere', '')).status).toBe(404);
  expect((await get('/api/v1/server', 'x')).status).toBe(401);
  expect((await get('/api/v1/server', TOKEN)).status).toBe(200);
  const missing = await get('/api/v1/nothing', TOKEN);
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({ error: { code: 'request.not_found' } });
});

test('a body over 1 MB is refused, whether or not it says its length', async () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const body = JSON.stringify({ description: 'x'.repeat(1024 * 1024) });
  const stream = new Response(body).body as ReadableStream;
  for (const init of [
    { headers: { ...headers, 'content-length': String(body.length) }, body },
    { headers, body: stream, duplex: 'half' as const },
  ]) {
    const answer = await plain('/api/v1/webhooks', { method: 'POST', ...init });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual({
      error: {
        code: 'request.body_too_large',
        message: 'Expected a body of at most 1048576 bytes, got more.',
      },
    });
  }
});

test('answers are neither cached nor sniffed', async () => {
  for (const answer of [await engine.call('GET', '/server'), await plain('/api/v1/server')]) {
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('the server tells its version, its URL, how long it has run and what it holds', async () => {
  const own = new FakeEngine();
  own.addWebhook('orders');
  own.addAutomation('orders.paid');
  own.now += 61_000;
  expect(await (await own.call('GET', '/server')).json()).toEqual({
    version: '1.2.3',
    url: BASE,
    started_at: '2026-05-04T03:02:01.000Z',
    uptime_ms: 61_000,
    webhooks: 1,
    automations: 1,
  });
});

test('what fails inside is logged and told to nobody else', async () => {
  const own = new FakeEngine();
  const failure = new Error('the disk of /srv/data is full');
  own.registry.webhooks = () => {
    throw failure;
  };
  const answer = await own.call('GET', '/webhooks');
  expect(answer.status).toBe(500);
  expect(await answer.json()).toEqual({
    error: {
      code: 'internal',
      message: 'The server failed to do this.',
      next: 'The server’s log says why.',
    },
  });
  expect(own.logged).toEqual([
    ['error', 'api.failed', { method: 'GET', path: '/api/v1/webhooks', error: failure }],
  ]);
});

test.each(Object.keys(ERRORS) as ErrorCode[])('%s has the status of the catalogue', (code) => {
  const { status, body } = errorAnswer(
    new HookwrightError(code, 'Expected a, got b.', { next: 'c' }),
  );
  expect(status).toBe(ERRORS[code].status);
  expect(body).toEqual({ error: { code, message: 'Expected a, got b.', next: 'c' } });
});
