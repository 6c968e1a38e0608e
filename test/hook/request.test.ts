import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, test, vi } from 'vitest';
import { CLIENT_HEADERS } from '../../src/core/outbound.ts';
import { NOW } from '../contract/records.ts';
import { OTHER_SECRET, requestOf, SECRET } from './parts.ts';

/** Runs with the libraries' clock at the moment of the request. */
function at<T>(now: number, work: () => T): T {
  vi.useFakeTimers({ now, toFake: ['Date'] });
  try {
    return work();
  } finally {
    vi.useRealTimers();
  }
}

const svixHeaders = (headers: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]),
  );

describe('the profile standard', () => {
  test('is verified by the libraries of Standard Webhooks and of Svix, whatever the data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (data, isDelivered) => {
        const { text, headers } = requestOf(
          'standard',
          data,
          {},
          {},
          { attempt: isDelivered ? 1 : 4 },
        );
        const expected = JSON.parse(JSON.stringify(data)) as unknown;
        at(NOW, () => {
          expect(new Webhook(SECRET).verify(text, headers)).toEqual(expected);
          expect(new SvixWebhook(SECRET).verify(text, svixHeaders(headers))).toEqual(expected);
          expect(() => new Webhook(OTHER_SECRET).verify(text, headers)).toThrow();
          expect(() => new Webhook(SECRET).verify(`${text} `, headers)).toThrow();
        });
      }),
    );
  });

  test('sends the data as it was emitted, under an id that stays and a time of the attempt', () => {
    const message = { data: '{"n":1.0,"big":12345678901234567890}' };
    const first = requestOf('standard', undefined, {}, message);
    const again = requestOf('standard', undefined, {}, message, { attempt: 2, now: NOW + 60_000 });
    expect(first).toMatchObject({
      method: 'POST',
      url: 'https://example.com/in',
      text: message.data,
      headers: {
        'Content-Type': 'application/json',
        'webhook-id': 'msg_01KE000000ABCDEFGHJKMNPQRS',
        'webhook-timestamp': String(Math.floor((NOW + 1500) / 1000)),
        'webhook-topic': 'order.created',
      },
    });
    expect(again.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(again.headers['webhook-timestamp']).toBe(String((NOW + 60_000) / 1000));
    expect(again.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);
  });

  test('signs with both secrets after a rotation, and with one when the time is over', () => {
    const previous = { secret: OTHER_SECRET, until: NOW + 2000 };
    const { text, headers } = requestOf('standard', { a: 1 }, { previous });
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    at(NOW, () => {
      for (const secret of [SECRET, OTHER_SECRET]) {
        expect(new Webhook(secret).verify(text, headers)).toEqual({ a: 1 });
      }
    });
    const later = requestOf('standard', { a: 1 }, { previous }, {}, { now: NOW + 2000 });
    expect(() =>
      at(NOW, () => new Webhook(OTHER_SECRET).verify(later.text, later.headers)),
    ).toThrow();
  });

  test('puts flattened data into the query of GET and DELETE, and signs the empty body', () => {
    const data = { id: 7, tags: ['a b', 'c'] };
    const { url, text, headers } = requestOf('standard', data, {
      method: 'GET',
      url: 'https://example.com/in?key=1',
    });
    expect(url).toBe('https://example.com/in?key=1&id=7&tags%5B0%5D=a+b&tags%5B1%5D=c');
    expect(text).toBe('');
    expect(headers).not.toHaveProperty('Content-Type');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
    const key = Buffer.from(SECRET.slice(6), 'base64');
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
  });

  test('has an envelope and a form for those who ask for them', () => {
    const { text } = requestOf('standard', { id: 7 }, { format: 'envelope' });
    expect(JSON.parse(text)).toEqual({
      type: 'order.created',
      timestamp: new Date(NOW).toISOString(),
      data: { id: 7 },
    });
    const form = requestOf('standard', { b: [true, null], a: { c: 'ü' } }, { format: 'form' });
    expect(form.text).toBe('a.c=%C3%BC&b%5B0%5D=true&b%5B1%5D=');
    expect(form.headers['Content-Type']).toBe('application/x-www-form-urlencoded');
  });

  test('lets the hook’s own headers come last, as bytes that may stand in a header', () => {
    const headers = [
      ['Content-Type', 'text/plain'],
      ['x-shop', 'Zürich\r\nx-evil: 1'],
    ] as const;
    const request = requestOf('standard', {}, { headers });
    expect(request.headers['Content-Type']).toBe('text/plain');
    expect(request.headers['x-shop']).toBe('Z%C3%BCrich%0D%0Ax-evil: 1');
  });
});

describe('the profile woocommerce', () => {
  test('has WooCommerce’s headers, and its signature over the body', () => {
    const secret = 'a&amp;b &quot;c&#039;';
    const { headers, text } = requestOf('woocommerce', { id: 5, status: 'processing' }, { secret });
    expect(text).toBe('{"id":5,"status":"processing"}');
    expect(headers).toMatchObject({
      'User-Agent': expect.stringMatching(/^WooCommerce\/\S+ Hookshot \(WordPress\//),
      'X-WC-Webhook-Source': 'https://hooks.example.com/',
      'X-WC-Webhook-Topic': 'order.created',
      'X-WC-Webhook-Resource': 'order',
      'X-WC-Webhook-Event': 'created',
      'X-WC-Webhook-ID': '12',
      'X-WC-Webhook-Delivery-ID': expect.stringMatching(/^[0-9a-f]{32}$/),
      'X-WC-Webhook-Signature': createHmac('sha256', `a&b "c'`).update(text).digest('base64'),
    });
  });

  test('pings with the webhook’s number as a form, unsigned and without its headers', () => {
    const { headers, text } = requestOf('woocommerce', {}, {}, { kind: 'ping', to: 'hk_1' });
    expect(text).toBe('webhook_id=12');
    expect(Object.keys(headers).sort()).toEqual(['Content-Type', 'User-Agent']);
  });

  test('wraps what an action carries', () => {
    const { text } = requestOf('woocommerce', 42, {}, { to: 'action.woocommerce_add_to_cart' });
    expect(JSON.parse(text)).toEqual({ action: 'woocommerce_add_to_cart', arg: 42 });
  });
});

describe('the profile pirsch', () => {
  test('sends name, duration and flat metadata of texts', () => {
    const data = {
      event_name: 'purchase',
      event_duration: 42,
      event_meta: { amount: 199.99, currency: 'USD', items: [{ sku: 'a' }], gift: null },
    };
    expect(JSON.parse(requestOf('pirsch', data).text)).toEqual({
      event_name: 'purchase',
      event_duration: 42,
      event_meta: { amount: '199.99', currency: 'USD', 'items[0].sku': 'a', gift: '' },
    });
  });

  test('takes the topic and all of the data where they are not in Pirsch’s form', () => {
    expect(JSON.parse(requestOf('pirsch', { amount: '1' }).text)).toEqual({
      event_name: 'order.created',
      event_duration: 0,
      event_meta: { amount: '1' },
    });
  });
});

describe('the profile rudderstack', () => {
  const identify = {
    type: 'identify',
    context: { traits: { name: 'User name', company: { id: 'company-A' }, tags: ['x', 'y'] } },
    userId: 'my-user-id',
    anonymousId: null,
  };

  test('sends the whole payload by POST, without nulls at the top', () => {
    const { text, headers } = requestOf('rudderstack', identify);
    const { anonymousId: _, ...sent } = identify;
    expect(JSON.parse(text)).toEqual(sent);
    expect(headers).toEqual({ 'Content-Type': 'application/json', 'User-Agent': 'RudderLabs' });
  });

  test('sends traits of identify and properties of all else by GET', () => {
    const get = (data: unknown) => {
      const { url, headers } = requestOf('rudderstack', data, { method: 'GET' });
      expect(headers).toEqual({ 'User-Agent': 'RudderLabs' });
      return [...new URL(url).searchParams];
    };
    expect(get(identify)).toEqual([
      ['company.id', 'company-A'],
      ['name', 'User name'],
      ['tags[0]', 'x'],
      ['tags[1]', 'y'],
    ]);
    expect(get({ ...identify, traits: { plan: 'free' } })).toEqual([['plan', 'free']]);
    for (const type of ['page', 'track', 'screen', 'group', 'alias']) {
      const properties = { experiment: { variant: 'old' }, revenue: 1234567.5, none: {}, list: [] };
      expect(get({ ...identify, type, properties })).toEqual([
        ['experiment.variant', 'old'],
        ['list', '[]'],
        ['none', '{}'],
        ['revenue', '1234567.5'],
      ]);
    }
  });

  test('lets an event name headers and a path of its own, but no other host', () => {
    const { url, text, headers } = requestOf('rudderstack', {
      type: 'track',
      header: {
        ...Object.fromEntries([...CLIENT_HEADERS].map((name) => [name, 'x'])),
        'X-Token': 'abc',
        n: { a: 1 },
        Host: 'evil.example',
        'bad name': 'x',
      },
      appendPath: '/users?x=1',
    });
    expect(url).toBe('https://example.com/in/users?x=1');
    expect(JSON.parse(text)).toEqual({ type: 'track' });
    expect(headers).toMatchObject({ 'x-token': 'abc', n: '{"a":1}' });
    expect(Object.keys(headers)).toHaveLength(4);
    expect(requestOf('rudderstack', { fullPath: 'https://example.com/else' }).url).toBe(
      'https://example.com/else',
    );
    for (const [hook, data] of [
      ['https://example.com/in', { fullPath: 'https://evil.example/in' }],
      ['https://example.com', { appendPath: '.evil.example/' }],
      ['https://example.com', { appendPath: '@evil.example/' }],
      ['https://example.com/in', { fullPath: '/relative' }],
    ] as const) {
      expect(() => requestOf('rudderstack', data, { url: hook })).toThrow(
        'Expected the message to stay at https://example.com, got a path that leads elsewhere.',
      );
    }
  });
});

describe('the profile cloudevents', () => {
  test('has a structured and a binary mode', () => {
    const structured = requestOf('cloudevents', { id: 7 });
    expect(structured.headers['Content-Type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(JSON.parse(structured.text)).toEqual({
      specversion: '1.0',
      id: 'msg_01KE000000ABCDEFGHJKMNPQRS',
      source: 'https://hooks.example.com/',
      type: 'order.created',
      time: new Date(NOW).toISOString(),
      datacontenttype: 'application/json',
      data: { id: 7 },
    });
    const binary = requestOf('cloudevents', { id: 7 }, { format: 'binary' });
    expect(binary.text).toBe('{"id":7}');
    expect(binary.headers).toMatchObject({
      'Content-Type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'msg_01KE000000ABCDEFGHJKMNPQRS',
      'ce-source': 'https://hooks.example.com/',
      'ce-type': 'order.created',
    });
    at(NOW, () => new Webhook(SECRET).verify(binary.text, binary.headers));
  });
});
