import { beforeEach, expect, test } from 'vitest';
import type { StoredEvent } from '../../../src/core/event.ts';
import type { Webhook } from '../../../src/core/webhook.ts';
import { bodyJson } from '../../../src/http/api/represent/body.ts';
import { FakeEngine } from './fake.ts';

let engine: FakeEngine;
let orders: Webhook;

beforeEach(() => {
  engine = new FakeEngine();
  orders = engine.addWebhook('orders');
});

interface Page {
  readonly events: { readonly id: string }[];
  readonly next: string | null;
}

async function page(query: string): Promise<Page> {
  const answer = await engine.call('GET', `/events${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page;
}

test('an event is told as it was received, with its runs', async () => {
  const event = engine.addEvent(orders, {
    path: '/a%2Fb/../c',
    query: 'x=1&x=2',
    headers: '["X-Two","1","x-two","2"]',
    body: Buffer.from('{"é":1}'),
  });
  const run = engine.addRun(event, {
    cpuMs: 0.5000000000291038,
    answer: { status: 201, headers: [['set-cookie', 'a']], body: 'ok' },
    logs: [{ level: 'info', text: 'seen', line: 3 }],
  });
  expect(await (await engine.call('GET', `/events/${event.id}`)).json()).toEqual({
    id: event.id,
    duplicates: null,
    webhook_id: orders.id,
    webhook: 'orders',
    received_at: '2026-05-04T03:02:01.000Z',
    status: 'done',
    method: 'POST',
    path: '/a%2Fb/../c',
    query: 'x=1&x=2',
    client_ip: '192.0.2.1',
    body_size: 8,
    headers: [
      ['X-Two', '1'],
      ['x-two', '2'],
    ],
    body: { encoding: 'utf-8', size: 8, content: '{"é":1}' },
    data: null,
    runs: [
      {
        id: run.id,
        automation: 'orders.paid',
        revision: 'a'.repeat(64),
        binding: 0,
        status: 'succeeded',
        answer_status: 201,
        started_at: '2026-05-04T03:02:01.000Z',
        ended_at: '2026-05-04T03:02:01.005Z',
        duration_ms: 5,
        cpu_ms: 0.5,
        answer: {
          status: 201,
          headers: [['set-cookie', 'a']],
          body: { encoding: 'utf-8', size: 2, content: 'ok' },
        },
        failure: null,
        logs: [{ level: 'info', text: 'seen', line: 3 }],
      },
    ],
  });
});

test('a body that is not UTF-8 is told as base64, and a byte order mark is kept', () => {
  expect(bodyJson(new Uint8Array([0xff, 0x00]))).toEqual({
    encoding: 'base64',
    size: 2,
    content: '/wA=',
  });
  expect(bodyJson(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toEqual({
    encoding: 'utf-8',
    size: 4,
    content: '\ufeffa',
  });
});

test('the raw body is a download that no browser shows as a page', async () => {
  const body = Buffer.from([0x3c, 0x68, 0x31, 0x3e, 0xff, 0x00]);
  const event = engine.addEvent(orders, { body });
  const answer = await engine.call('GET', `/events/${event.id}/body`);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${event.id}.bin"`,
    'x-content-type-options': 'nosniff',
  });
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(body);
});

test('an unknown event is answered 404', async () => {
  for (const path of ['/events/evt_x', '/events/evt_x/body']) {
    const answer = await engine.call('GET', path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      error: {
        code: 'event.not_found',
        message: 'Expected the id of a stored event, got "evt_x".',
        next: 'Old events are deleted; `hookwright event list` shows those that there are.',
      },
    });
  }
});

test('pages of events follow one another to the end without gap or repeat', async () => {
  const events = Array.from({ length: 7 }, () => engine.addEvent(orders));
  const seen: string[] = [];
  let query = '?limit=3';
  for (let next: string | null = ''; next !== null; query = `?limit=3&before=${next}`) {
    const found = await page(query);
    seen.push(...found.events.map(({ id }) => id));
    ({ next } = found);
  }
  expect(seen).toEqual(events.map(({ id }) => id).reverse());
});

test('events are filtered by webhook and by what is newer', async () => {
  const other = engine.addWebhook('other');
  const [first, , third] = [orders, other, orders].map((webhook) => engine.addEvent(webhook)) as [
    StoredEvent,
    StoredEvent,
    StoredEvent,
  ];
  expect((await page('?webhook=orders')).events.map(({ id }) => id)).toEqual([third.id, first.id]);
  expect((await page(`?webhook=orders&after=${first.id}`)).events.map(({ id }) => id)).toEqual([
    third.id,
  ]);
});

test('a list tells how each run ended and the event of a deleted webhook too', async () => {
  const event = engine.addEvent(orders);
  engine.addRun(event, {
    status: 'failed',
    failure: { code: 'limit.cpu', message: 'Too slow.', status: 503 },
  });
  engine.webhooks.length = 0;
  expect(await page('')).toMatchObject({
    events: [
      { webhook: null, webhook_id: orders.id, runs: [{ status: 'failed', answer_status: 503 }] },
    ],
    next: null,
  });
});

test.each([
  ['limit=0', 'Expected limit to be a whole number from 1 to 200, got "0".'],
  ['limit=201', 'Expected limit to be a whole number from 1 to 200, got "201".'],
  ['limit=x', 'Expected limit to be a whole number from 1 to 200, got "x".'],
  ['before=x', 'Expected before to be the id of an event, such as evt_01K…, got "x".'],
  [
    'webhok=x',
    'Expected the query to have only the keys webhook, before, after, limit, got "webhok". Did you mean "webhook"?',
  ],
])('the query %s is refused', async (query, message) => {
  const answer = await engine.call('GET', `/events?${query}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: { code: 'request.malformed', message } });
});

test('automations are listed with their mistakes counted, and told with who is bound to them', async () => {
  const diagnostic = { file: 'a.yaml', line: 1, column: 2, length: 3, code: 'x', message: 'y' };
  engine.addAutomation('a', {
    description: 'First',
    diagnostics: [
      { ...diagnostic, severity: 'error' },
      { ...diagnostic, severity: 'warning' },
    ],
  });
  engine.addWebhook('bound', { bindings: [{ automation: 'b' }, { automation: 'a' }] });
  const brief = {
    name: 'a',
    description: 'First',
    file: 'a.yaml',
    owner: 'folder',
    package: null,
    revision: 'b'.repeat(64),
    created_at: '2026-05-04T03:02:01.000Z',
    trigger: 'webhook',
    on: null,
    disabled: false,
    next_at: null,
    errors: 1,
    warnings: 1,
  };
  expect(await (await engine.call('GET', '/automations')).json()).toEqual({ automations: [brief] });
  expect(await (await engine.call('GET', '/automations/a')).json()).toEqual({
    ...brief,
    source: 'automation: a\n',
    diagnostics: engine.automations[0]?.diagnostics,
    webhooks: ['bound'],
    schedule: null,
  });
  expect((await engine.call('GET', '/automations/z')).status).toBe(404);
});

test('a schedule is told with its next times', async () => {
  const schedule = {
    on: ['0 7 * * 1-5'],
    timezone: 'Europe/Berlin',
    missed: 'run',
    overlap: 'skip',
  } as const;
  engine.addAutomation('a', { trigger: 'schedule', schedule });
  const next = [4, 5, 6, 7, 8].map((day) => `2026-05-0${day}T05:00:00.000Z`);
  const brief = { trigger: 'schedule', on: ['0 7 * * 1-5'], next_at: next[0] };
  expect(await (await engine.call('GET', '/automations')).json()).toMatchObject({
    automations: [brief],
  });
  expect(await (await engine.call('GET', '/automations/a')).json()).toMatchObject({
    ...brief,
    schedule: { ...schedule, next },
  });
  engine.addAutomation('off', { trigger: 'schedule', schedule, disabled: true });
  expect(await (await engine.call('GET', '/automations/off')).json()).toMatchObject({
    disabled: true,
    next_at: null,
    schedule: { ...schedule, next: [] },
  });
});

test('a start by hand is accepted with the event that it makes', async () => {
  const response = await engine.call('POST', '/automations/a/run');
  expect(response.status).toBe(202);
  expect(await response.json()).toEqual({ event: engine.events[0]?.id });
});
