import { gzipSync } from 'node:zlib';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics as SegmentAnalytics } from '@segment/analytics-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually, Program } from './program.ts';
import { type Received, Receiver } from './receiver.ts';

const TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'];

let program: Program;
let writeKey: string;

beforeAll(async () => {
  program = await Program.start({
    env: { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.0/8' },
    automations: {
      'count.yaml': [
        'automation: count',
        'trigger: topic',
        'on: rudderstack.track',
        'policy: { hooks: ["counted.*"] }',
        'steps:',
        '  - emit: { topic: counted.track, data: { of: "${{ event.data.event }}", user: "${{ event.data.userId }}" } }',
      ].join('\n'),
    },
  });
  ({ token: writeKey } = await program.api('POST', '/tokens', { name: 'sdk', scopes: ['track'] }));
});

afterEach(async () => {
  const { hooks } = await program.api('GET', '/hooks');
  for (const { id } of hooks) await program.api('DELETE', `/hooks/${id}`);
});

afterAll(() => program[Symbol.asyncDispose]());

/** A receiver of all calls, as RudderStack's webhook destination sends them. */
async function destination(more: object = {}): Promise<Receiver> {
  const receiver = await Receiver.open();
  const topics = ['rudderstack.*'];
  await program.api('POST', '/hooks', {
    topics,
    profile: 'rudderstack',
    url: receiver.url,
    ...more,
  });
  return receiver;
}

const bodies = (list: readonly Received[]): Record<string, any>[] =>
  list.map(({ body }) => JSON.parse(body));

async function arrived(receiver: Receiver, count: number): Promise<Record<string, any>[]> {
  await eventually(
    () => receiver.accepted.length,
    (length) => length >= count,
  );
  const sorted = bodies(receiver.accepted);
  return sorted.sort((a, b) => TYPES.indexOf(a.type) - TYPES.indexOf(b.type));
}

/** A request as an SDK makes it. */
function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`;
  return fetch(`${program.url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body,
  });
}

describe.each([true, false])('RudderStack’s SDK for Node, gzip: %s', (gzip) => {
  test('is pointed at the server, and every kind of call reaches a receiver whole', async () => {
    const receiver = await destination();
    const counted = await Receiver.open();
    await program.api('POST', '/hooks', { topics: ['counted.*'], url: counted.url });
    const sdk = new RudderAnalytics(writeKey, {
      dataPlaneUrl: program.url,
      flushAt: 100,
      flushInterval: 60_000,
      gzip,
    });
    const userId = 'my-user-id';
    sdk.identify({ userId, traits: { email: 'user@domain.com', company: { id: 'company-A' } } });
    sdk.track({ userId, event: 'Product Purchased', properties: { order_ID: '1', tags: ['a'] } });
    sdk.page({ userId, name: 'Cart', properties: { url: 'http://localhost:1111/' } });
    sdk.screen({ userId, name: 'Main', properties: {} });
    sdk.group({ userId, groupId: 'group1', traits: { plan: 'Enterprise' } });
    sdk.alias({ userId, previousId: 'old-id' });
    await sdk.flush();
    const calls = await arrived(receiver, 6);
    expect(calls.map(({ type }) => type)).toEqual(TYPES);
    expect(calls[1]).toMatchObject({
      type: 'track',
      event: 'Product Purchased',
      userId,
      properties: { order_ID: '1', tags: ['a'] },
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      request_ip: '127.0.0.1',
      receivedAt: expect.stringMatching(/^\d{4}-/),
      sentAt: expect.stringMatching(/^\d{4}-/),
      context: { library: { name: 'analytics-node' }, ip: '127.0.0.1' },
    });
    expect(calls[0]!.traits ?? calls[0]!.context.traits).toMatchObject({
      company: { id: 'company-A' },
    });
    expect(receiver.accepted[0]!.headers['user-agent']).toBe('RudderLabs');
    await eventually(
      () => bodies(counted.accepted),
      (list) => list.length === 1,
    );
    expect(bodies(counted.accepted)).toEqual([{ of: 'Product Purchased', user: userId }]);
  });
});

describe('Segment’s SDK for Node', () => {
  test('is pointed at the server, and every kind of call reaches a receiver whole', async () => {
    const receiver = await destination();
    const sdk = new SegmentAnalytics({ writeKey, host: program.url, flushAt: 4, maxRetries: 0 });
    const failures: unknown[] = [];
    sdk.on('error', (error) => failures.push(error));
    const answers: unknown[] = [];
    sdk.on('http_response', ({ status, body }) => answers.push([status, body]));
    const userId = 'u1';
    sdk.identify({ userId, traits: { plan: 'pro' } });
    sdk.track({ userId, event: 'Order Completed', properties: { total: 7.5 } });
    sdk.page({ anonymousId: 'a1', name: 'Home' });
    sdk.screen({ userId, name: 'Main' });
    sdk.group({ userId, groupId: 'g1' });
    sdk.alias({ userId, previousId: 'a1' });
    await sdk.closeAndFlush();
    const calls = await arrived(receiver, 6);
    expect(calls.map(({ type }) => type)).toEqual(TYPES);
    expect(calls[1]).toMatchObject({
      event: 'Order Completed',
      properties: { total: 7.5 },
      sentAt: expect.stringMatching(/^\d{4}-/),
      context: { library: { name: '@segment/analytics-node' } },
    });
    expect(failures).toEqual([]);
    expect(answers).toHaveLength(2);
  });

  test('tells its caller that the write key is wrong', async () => {
    const sdk = new SegmentAnalytics({ writeKey: 'hwt_no', host: program.url, maxRetries: 3 });
    const failed = new Promise<{ code?: string; reason?: unknown }>((resolve) =>
      sdk.on('error', resolve as never),
    );
    sdk.track({ userId: 'u', event: 'e' });
    await sdk.closeAndFlush();
    expect(String((await failed).reason)).toContain('[401] Unauthorized');
  });
});

describe('the tracking API', () => {
  test.each(TYPES)('takes %s alone, and gives a number to what has none', async (type) => {
    const receiver = await destination();
    const answer = await post(type, JSON.stringify({ userId: 7, traits: { a: null } }));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ success: true });
    const [call] = await arrived(receiver, 1);
    expect(call).toMatchObject({ type, userId: 7, messageId: expect.stringMatching(/^msg_/) });
    expect(call!.traits).toEqual({ a: null });
  });

  test('stores what is sent twice once, by its messageId, though it differs', async () => {
    const receiver = await destination();
    const call = (messageId: string, sentAt: string) => ({
      type: 'track',
      event: 'e',
      userId: 'u',
      messageId,
      sentAt,
    });
    const first = { batch: [call('m-1', '1'), call('m-2', '1'), call('m-2', '2')] };
    expect((await post('batch', JSON.stringify(first))).status).toBe(200);
    const again = { batch: [call('m-1', '3'), call('m-3', '3')] };
    expect((await post('batch', JSON.stringify(again))).status).toBe(200);
    await arrived(receiver, 3);
    const { messages } = await program.api('GET', '/messages?topic=rudderstack.track&limit=3');
    const shown = await Promise.all(
      messages.map(({ id }: { id: string }) => program.api('GET', `/messages/${id}`)),
    );
    expect(shown.map(({ data }) => [data.messageId, data.sentAt]).sort()).toEqual([
      ['m-1', '1'],
      ['m-2', '1'],
      ['m-3', '3'],
    ]);
  });

  test('sends properties of GET hooks flattened', async () => {
    const receiver = await destination({ method: 'GET' });
    const properties = { items: [{ sku: 'a b' }], total: 7.5 };
    await post('track', JSON.stringify({ userId: 'u', event: 'e', properties }));
    await eventually(
      () => receiver.accepted.length,
      (count) => count === 1,
    );
    expect(receiver.accepted[0]!.path).toBe('/?items%5B0%5D.sku=a+b&total=7.5');
  });

  test('takes all of a batch or nothing, and says what is wrong with which', async () => {
    const good = { type: 'track', userId: 'u', event: 'e', messageId: 'never' };
    const wrong: readonly [unknown, string][] = [
      [{ batch: [good, { ...good, type: 'order' }] }, 'batch[1].type to be one of identify, page'],
      [{ batch: [good, { type: 'track', event: 'e' }] }, 'batch[1] to have a userId or an anon'],
      [{ batch: [good, 7] }, 'batch[1] to be an object, got 7'],
      [{ batch: [] }, 'batch to be a list of calls, got a list of 0'],
      [{ batch: new Array(1001).fill(good) }, 'at most 1000 calls, got 1001'],
      [[good], 'the body to be an object, got a list of 1'],
      [{ batch: [{ ...good, messageId: 'x'.repeat(201) }] }, 'messageId to have at most 200'],
      [
        { batch: [good, { ...good, event: 'x'.repeat(1024 * 1024) }] },
        'batch[1] to have at most 1048512 bytes of JSON',
      ],
    ];
    for (const [body, message] of wrong) {
      const answer = await post('batch', JSON.stringify(body));
      expect(answer.status).toBe(400);
      expect(JSON.stringify(await answer.json()).replaceAll('\\', '')).toContain(message);
    }
    const broken = await post('track', '{"userId":"secret-person"');
    expect(broken.status).toBe(400);
    expect(await broken.text()).not.toContain('secret-person');
    const { messages } = await program.api('GET', '/messages?topic=rudderstack.track&limit=200');
    for (const { id } of messages) {
      expect((await program.api('GET', `/messages/${id}`)).data.messageId).not.toBe('never');
    }
  });

  test('takes gzip and nothing else, and not what unpacks to more than 4 MB', async () => {
    const body = JSON.stringify({ userId: 'u', event: 'e' });
    const packed = (text: string) => new Uint8Array(gzipSync(text));
    const gzip = { 'content-encoding': 'gzip' };
    expect((await post('track', packed(body), gzip)).status).toBe(200);
    expect((await post('track', body, gzip)).status).toBe(400);
    expect((await post('track', packed(body), { 'content-encoding': 'br' })).status).toBe(415);
    expect((await post('track', packed(' '.repeat(100 * 1024 * 1024)), gzip)).status).toBe(413);
    expect((await post('track', ' '.repeat(4_096_001))).status).toBe(413);
    expect((await post('track', new Uint8Array([0x22, 0xff, 0x22]))).status).toBe(400);
  });

  test('lets browsers of any site send, and says what is not there', async () => {
    const preflight = await fetch(`${program.url}/v1/track`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    const origin = { origin: 'https://shop.example' };
    for (const path of ['track', 'nothing']) {
      const answer = await post(path, '[]', origin);
      expect(answer.headers.get('access-control-allow-origin'), path).toBe('*');
      expect(answer.status).toBe(path === 'track' ? 400 : 404);
    }
    const get = await fetch(`${program.url}/v1/track`, {
      headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` },
    });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('tokens', () => {
  const bearing = (token: string, method: string, path: string, body?: unknown) =>
    fetch(`${program.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test('do what their scopes say, and nothing else', async () => {
    const { token } = await program.api('POST', '/tokens', { name: 'm', scopes: ['messages'] });
    const message = { topic: 'order.paid', data: 1 };
    expect((await bearing(token, 'POST', '/api/v1/messages', message)).status).toBe(201);
    for (const [method, path] of [
      ['GET', '/api/v1/messages'],
      ['GET', '/api/v1/hooks'],
      ['POST', '/api/v1/tokens'],
      ['GET', '/api/v1/nothing'],
    ] as const) {
      const refused = await bearing(token, method, path);
      expect(refused.status, path).toBe(403);
      expect(refused.headers.get('www-authenticate')).toContain('insufficient_scope');
    }
    const wrong = await bearing(writeKey, 'POST', '/api/v1/messages', message);
    expect(await wrong.json()).toMatchObject({
      error: {
        code: 'request.forbidden',
        message: 'Expected a token with scope messages, got "sdk" with scope track.',
      },
    });
    const basic = { authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` };
    expect((await post('track', '{"userId":"u"}', basic)).status).toBe(403);
    // Not even the server's own token is a write key: it would be in somebody's page.
    expect((await post('track', '{"userId":"u"}', { authorization: 'Basic Og==' })).status).toBe(
      401,
    );
  });

  test('outlive a restart, are told once, and are over when deleted', async () => {
    const key = 'tracked-after-restart';
    await program.stop();
    program = await Program.start({
      dir: program.dir,
      env: { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.0/8' },
    });
    expect((await post('track', JSON.stringify({ userId: key }))).status).toBe(200);
    const { tokens } = await program.api('GET', '/tokens');
    expect(JSON.stringify(tokens)).not.toContain(writeKey);
    expect(tokens).toContainEqual(expect.objectContaining({ name: 'sdk', scopes: ['track'] }));
    await program.api('DELETE', '/tokens/sdk');
    expect((await post('track', '{"userId":"u"}')).status).toBe(401);
  });
});
