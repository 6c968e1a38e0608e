import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapProblems, type PayloadMap } from '../../src/core/payload-map.ts';
import { forwardedMessage, mappedData } from '../../src/engine/payload.ts';
import { prepareRoute, type Route } from '../../src/engine/route.ts';
import { anyCharacter } from '../any-character.ts';
import { testEvent, testWebhook } from './parts.ts';

function routeOf(map: PayloadMap | undefined, forward = 'a.b'): Route {
  const settings = { ...(map === undefined ? {} : { map }), forward };
  return prepareRoute(testWebhook({ settings }), () => 'none');
}

function mapped(map: PayloadMap, change: Parameters<typeof testEvent>[0] = {}): unknown {
  const data = mappedData(routeOf(map), testEvent(change));
  return data === null ? null : JSON.parse(data);
}

const json = (value: unknown): { headers: string; body: Uint8Array } => ({
  headers: '["Content-Type","application/json","X-Topic","paid","x-topic","again"]',
  body: Buffer.from(JSON.stringify(value)),
});

test('values come from every part of a request and from what is known of it', () => {
  const map = {
    id: { from: 'json.order.lines[0]["unit price"]' },
    all: { from: 'json.order' },
    topic: { from: 'headers.X-Topic' },
    page: { from: 'query.page[1]' },
    both: { from: 'params.page' },
    method: { from: 'method' },
    path: { from: 'path' },
    ip: { from: 'client.ip' },
    text: { from: 'body' },
    account: { from: 'webhook.account' },
    name: { from: 'webhook.name' },
    event: { from: 'event.id' },
    at: { from: 'event.received_at' },
  };
  const event = { id: 'evt_1', path: '/x', query: 'page=1&page=2', receivedAt: 5 };
  const webhook = { webhookName: 'Orders', webhookAccount: 'shop_1' };
  const order = { lines: [{ 'unit price': 9.5 }] };
  expect(mapped(map, { ...event, ...json({ order }), ...webhook })).toEqual({
    id: 9.5,
    all: order,
    topic: 'paid, again',
    page: '2',
    both: ['1', '2'],
    method: 'POST',
    path: '/x',
    ip: '203.0.113.9',
    text: JSON.stringify({ order }),
    account: 'shop_1',
    name: 'Orders',
    event: 'evt_1',
    at: '1970-01-01T00:00:00.005Z',
  });
});

test('fields of forms are values, urlencoded or multipart', () => {
  const map = { email: { from: 'form.email' }, team: { from: 'params.team' } };
  expect(
    mapped(map, {
      query: 'team=a&x=1',
      headers: '["content-type","application/x-www-form-urlencoded"]',
      body: Buffer.from('email=a%40b.c&team=b'),
    }),
  ).toEqual({ email: 'a@b.c', team: 'b' });
  const part = '--B\r\nContent-Disposition: form-data; name="email"\r\n\r\nx@y.z\r\n--B--\r\n';
  expect(
    mapped(map, {
      headers: '["content-type","multipart/form-data; boundary=B"]',
      body: Buffer.from(part),
    }),
  ).toEqual({ email: 'x@y.z' });
});

test('what is missing is absent, or what it has by default; null is a value', () => {
  const map = {
    a: { from: 'json.a' },
    b: { from: 'json.b', default: { x: [1] } },
    c: { from: 'json.c', default: null },
    d: { from: 'json.d', default: 1 },
    proto: { from: 'json.constructor' },
  };
  expect(mapped(map, json({ d: null }))).toEqual({ b: { x: [1] }, c: null, d: null });
  expect(mapped(map, { body: Buffer.from('no json') })).toEqual({ b: { x: [1] }, c: null, d: 1 });
});

test.each([
  ['{"a":1}', 'Expected a value at json.id, got none.'],
  ['', 'Expected a value at json.id, got none.'],
  ['{"id"', 'Expected JSON in the body, got its end at line 1, column 6.'],
])('a body %j without what is required is refused with the reason', (body, message) => {
  const map = { id: { from: 'json.id', required: true } };
  expect(() => mapped(map, { body: Buffer.from(body) })).toThrow(
    expect.objectContaining({ code: 'request.incomplete', message }),
  );
});

test('data that is too large is refused', () => {
  const map = { a: { from: 'body' }, b: { from: 'body' } };
  expect(() => mapped(map, { body: Buffer.alloc(600_000, 'x') })).toThrow(
    expect.objectContaining({
      code: 'request.incomplete',
      message: 'Expected at most 1048576 bytes of mapped data, got more.',
    }),
  );
});

test('no request makes a map throw anything but a refusal, and data is always JSON of an object', () => {
  const map = {
    j: { from: 'json.a[0].b' },
    f: { from: 'form.a' },
    p: { from: 'params' },
    w: { from: 'json' },
  };
  const type = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
  );
  const body = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(text)),
    fc.constant(Buffer.from('['.repeat(50_000))),
    fc.constant(Buffer.from('['.repeat(5_000) + ']'.repeat(5_000))),
  );
  fc.assert(
    fc.property(type, body, fc.option(fc.string()), (contentType, bytes, query) => {
      const headers = JSON.stringify(['content-type', contentType]);
      const data = mapped(map, { headers, body: bytes, query });
      expect(typeof data).toBe('object');
    }),
  );
});

test.each([
  [
    { '1a': { from: 'json' } },
    'Expected names of letters, digits and _ in the map, not beginning with a digit, got "1a".',
  ],
  [
    { a: { from: 'json..b' } },
    'map.a: Expected a path such as json.order.lines[0].sku, got "json..b", which cannot be read from character 5 on.',
  ],
  [
    { a: { from: 'jsn.b' } },
    'map.a: Expected a path that begins with one of json, form, query, params, headers, body, method, path, client, webhook, event, got "jsn.b". Did you mean "json"?',
  ],
  [
    { a: { from: 'customer.id' } },
    'map.a: Expected a path that begins with one of json, form, query, params, headers, body, method, path, client, webhook, event, got "customer.id". A field of a JSON body is json.customer.',
  ],
  [
    { a: { from: 'method.x' } },
    'map.a: Expected nothing after method, which is a text, got "method.x".',
  ],
  [
    { a: { from: 'json.x', required: true, default: 1 } },
    'map.a: Expected one of required and default, got both.',
  ],
])('the map %j is refused', (map, problem) => {
  expect(mapProblems(map as PayloadMap)).toEqual([problem]);
});

/** The data of the message that a webhook without a map makes of a request. */
function forwarded(change: Parameters<typeof testEvent>[0]): string | undefined {
  return forwardedMessage(routeOf(undefined), testEvent(change), undefined)?.data;
}

test('a message has the mapped data, or the whole body as JSON', () => {
  const event = testEvent({ ...json({ a: 1 }), data: '{"mapped":true}' });
  expect(forwardedMessage(routeOf({}), event, 1)).toEqual({
    id: expect.stringMatching(/^msg_[0-9A-Z]{26}$/),
    kind: 'emit',
    to: 'a.b',
    data: '{"mapped":true}',
    createdAt: 0,
    depth: 1,
  });
  expect(forwarded({ body: Buffer.from(' {"a":1.0, "b":1e999}\n') })).toBe(
    ' {"a":1.0, "b":1e999}\n',
  );
  expect(forwarded({})).toBe('null');
  expect(forwarded({ body: Buffer.from('hi "there"') })).toBe('"hi \\"there\\""');
  expect(forwarded({ body: Buffer.from([0xff, 0]) })).toBe('{"base64":"/wA="}');
  expect(
    forwarded({
      headers: '["content-type","application/x-www-form-urlencoded"]',
      body: Buffer.from('a=1&a=2&__proto__=x'),
    }),
  ).toBe('{"a":["1","2"],"__proto__":"x"}');
  const part =
    '--B\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--B--\r\n';
  expect(
    forwarded({
      headers: '["content-type","multipart/form-data; boundary=B"]',
      body: Buffer.from(part),
    }),
  ).toBe('{"f":{"name":"a.txt","type":"text/plain","size":5}}');
});

test('the data of a message is JSON whatever the body is', () => {
  const type = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
  );
  const body = fc.oneof(
    fc.uint8Array(),
    fc.string({ unit: anyCharacter }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(type, body, (contentType, bytes) => {
      const headers = JSON.stringify(['content-type', contentType]);
      expect(() => JSON.parse(forwarded({ headers, body: bytes }) ?? '')).not.toThrow();
    }),
  );
});

test('the same event makes the same message, and another one another', () => {
  const [one, two] = [testEvent({ id: 'evt_1' }), testEvent({ id: 'evt_2' })];
  const id = (event: typeof one): string | undefined =>
    forwardedMessage(routeOf(undefined), event, undefined)?.id;
  expect(id(one)).toBe(id(one));
  expect(id(one)).not.toBe(id(two));
});
