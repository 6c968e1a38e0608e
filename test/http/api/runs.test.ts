import { beforeEach, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/core/effect.ts';
import { HookwrightError } from '../../../src/core/errors.ts';
import type { StoredEvent } from '../../../src/core/event.ts';
import type { RunRecord } from '../../../src/core/run.ts';
import type { Webhook } from '../../../src/core/webhook.ts';
import { readRecording } from '../../../src/engine/recording/read.ts';
import { FakeEngine } from './fake.ts';

const SOURCE = `automation: orders.paid
policy: { hooks: [ "order.*" ], http: [ "GET https://api.example.com/**" ] }
steps:
  - emit: { topic: order.paid }
  - http: https://api.example.com/a
`;

let engine: FakeEngine;
let orders: Webhook;
let event: StoredEvent;
let run: RunRecord;

const journal: readonly JournalEntry[] = [
  {
    number: 0,
    step: 0,
    kind: 'emit',
    args: '{"topic":"order.paid","data":null}',
    beganAt: Date.parse('2026-05-04T03:02:02.000Z'),
    ended: {
      at: Date.parse('2026-05-04T03:02:02.007Z'),
      arrival: 0,
      result: { ok: true, value: '{"id":"msg_1"}' },
    },
  },
  {
    number: 1,
    step: 1,
    kind: 'http',
    args: '{"method":"GET","url":"https://api.example.com/a"}',
    beganAt: Date.parse('2026-05-04T03:02:03.000Z'),
  },
];

beforeEach(() => {
  engine = new FakeEngine();
  orders = engine.addWebhook('orders');
  event = engine.addEvent(orders, {
    path: '/a',
    query: 'x=1',
    headers: '["hOst","hooks.example:81"]',
    body: Buffer.from([0xff, 0x00]),
  });
  const revision = engine.addRevision('orders.paid', SOURCE);
  run = engine.addRun(event, { revision: revision.id, inputs: '{"team":"core"}' });
  engine.journals.set(run.id, journal);
});

interface Page {
  readonly runs: { readonly id: string }[];
  readonly next: string | null;
}

async function page(query: string): Promise<Page> {
  const answer = await engine.call('GET', `/runs${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page;
}

test('a run is told with its journal, each effect with the line of its step', async () => {
  expect(await (await engine.call('GET', `/runs/${run.id}`)).json()).toEqual({
    id: run.id,
    event_id: event.id,
    webhook_id: orders.id,
    webhook: 'orders',
    automation: 'orders.paid',
    revision: run.revision,
    binding: 0,
    inputs: { team: 'core' },
    attempt: 1,
    status: 'succeeded',
    answer_status: null,
    started_at: '2026-05-04T03:02:01.000Z',
    ended_at: '2026-05-04T03:02:01.005Z',
    due_at: null,
    duration_ms: 5,
    cpu_ms: 0.5,
    answer: null,
    value: null,
    failure: null,
    logs: [],
    caller: null,
    journal: [
      {
        number: 0,
        kind: 'emit',
        step: 0,
        line: 4,
        target: 'order.paid',
        arguments: { topic: 'order.paid', data: null },
        began_at: '2026-05-04T03:02:02.000Z',
        ended_at: '2026-05-04T03:02:02.007Z',
        duration_ms: 7,
        arrival: 0,
        result: { ok: true, value: { id: 'msg_1' } },
      },
      {
        number: 1,
        kind: 'http',
        step: 1,
        line: 5,
        target: 'GET https://api.example.com/a',
        arguments: { method: 'GET', url: 'https://api.example.com/a' },
        began_at: '2026-05-04T03:02:03.000Z',
        ended_at: null,
        duration_ms: null,
        arrival: null,
        result: null,
      },
    ],
  });
});

test('a run that waits for a function tells when it is due, who called it, and no end', async () => {
  const { endedAt: _, ...open } = run;
  engine.runs[0] = {
    ...open,
    status: 'waiting',
    dueAt: Date.parse('2026-05-05T00:00:00.000Z'),
    caller: { runId: 'run_1', effect: 3 },
    revision: 'gone',
  };
  expect(await (await engine.call('GET', `/runs/${run.id}`)).json()).toMatchObject({
    status: 'waiting',
    due_at: '2026-05-05T00:00:00.000Z',
    ended_at: null,
    duration_ms: null,
    caller: { run: 'run_1', effect: 3 },
    journal: [{ line: null }, { line: null }],
  });
});

test('pages of runs follow one another to the end without gap or repeat', async () => {
  for (let i = 0; i < 6; i++) engine.addRun(engine.addEvent(orders));
  const seen: string[] = [];
  let query = '?limit=3';
  for (let next: string | null = ''; next !== null; query = `?limit=3&before=${next}`) {
    const found = await page(query);
    seen.push(...found.runs.map(({ id }) => id));
    ({ next } = found);
  }
  expect(seen).toEqual(engine.runs.map(({ id }) => id).reverse());
});

test('runs are filtered by webhook, automation, status and event', async () => {
  const other = engine.addWebhook('other');
  const failed = engine.addRun(engine.addEvent(other), { status: 'failed', automation: 'b' });
  for (const query of [
    '?webhook=other',
    '?automation=b',
    '?status=failed',
    `?event=${failed.eventId}`,
  ]) {
    expect(
      (await page(query)).runs.map(({ id }) => id),
      query,
    ).toEqual([failed.id]);
  }
  expect((await page('?status=waiting')).runs).toEqual([]);
  expect((await engine.call('GET', '/runs?webhook=none')).status).toBe(404);
});

test.each([
  ['limit=0', 'Expected limit to be a whole number from 1 to 200, got "0".'],
  ['before=x', 'Expected before to be the id of a run, such as run_01K…, got "x".'],
  ['event=x', 'Expected event to be the id of an event, such as evt_01K…, got "x".'],
  [
    'status=done',
    'Expected status to be one of queued, running, waiting, succeeded, failed, cancelled, got "done".',
  ],
  [
    'automaton=x',
    'Expected the query to have only the keys webhook, automation, status, event, before, limit, got "automaton". Did you mean "automation"?',
  ],
])('the query %s is refused', async (query, message) => {
  const answer = await engine.call('GET', `/runs?${query}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: { code: 'request.malformed', message } });
});

test('retry and cancel answer with the run as it is then', async () => {
  const retried = await engine.call('POST', `/runs/${run.id}/retry`);
  expect(await retried.json()).toMatchObject({ id: run.id, status: 'queued', attempt: 2 });
  const cancelled = await engine.call('POST', `/runs/${run.id}/cancel`);
  expect(await cancelled.json()).toMatchObject({ id: run.id, status: 'cancelled' });
});

test('what the state of a run does not allow is answered 409', async () => {
  const message = 'Expected a run that is open, got one that has succeeded.';
  engine.refusal = new HookwrightError('run.state', message);
  const answer = await engine.call('POST', `/runs/${run.id}/cancel`);
  expect(answer.status).toBe(409);
  expect(await answer.json()).toEqual({ error: { code: 'run.state', message } });
});

test('an unknown run is answered 404, another method 405', async () => {
  for (const path of ['/runs/run_x', '/runs/run_x/recording']) {
    const answer = await engine.call('GET', path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      error: {
        code: 'run.not_found',
        message: 'Expected the id of a stored run, got "run_x".',
        next: 'Old runs are deleted; `hookwright run list` shows those that there are.',
      },
    });
  }
  expect((await engine.call('GET', `/runs/${run.id}/retry`)).headers.get('allow')).toBe('POST');
});

test('a recording holds everything that the run depended on, as a download', async () => {
  const answer = await engine.call('GET', `/runs/${run.id}/recording`);
  expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${run.id}.json"`);
  const recording = readRecording(new Uint8Array(await answer.arrayBuffer()));
  const { status: _, webhookName: __, webhookUrl: ___, webhookAccount: ____, ...captured } = event;
  expect(recording).toMatchObject({
    engine: '1.2.3',
    run: { id: run.id, seed: run.id, attempt: 1 },
    revision: { id: run.revision, automation: 'orders.paid', source: SOURCE },
    webhook: { id: orders.id, name: 'orders' },
    event: captured,
    url: `${event.webhookUrl}/a?x=1`,
    inputs: '{"team":"core"}',
    journal,
    outcome: { status: 'succeeded', logs: [] },
  });
});

test('a recording tells the webhook as the run saw it, whatever became of it', async () => {
  engine.webhooks.length = 0;
  const answer = await engine.call('GET', `/runs/${run.id}/recording`);
  expect(await answer.json()).toMatchObject({
    url: `${event.webhookUrl}/a?x=1`,
    webhook: { id: orders.id, name: 'orders' },
  });
});

test('for an event of a version that kept nothing of the webhook, it is what is known today', async () => {
  engine.events[0] = { ...event, webhookName: null, webhookUrl: null };
  const known = await engine.call('GET', `/runs/${run.id}/recording`);
  expect(await known.json()).toMatchObject({
    url: `http://hooks.example:81/webhooks/${orders.token}/a?x=1`,
    webhook: { id: orders.id, name: 'orders' },
  });
  engine.webhooks.length = 0;
  const answer = await engine.call('GET', `/runs/${run.id}/recording`);
  expect(await answer.json()).toMatchObject({
    url: 'http://hooks.example:81/webhooks//a?x=1',
    webhook: { id: orders.id, name: '' },
  });
});

test.each<[change: Partial<RunRecord>, message: string]>([
  [{ status: 'waiting' }, 'Expected a run that has ended, got one that is waiting.'],
  [
    {
      status: 'failed',
      revision: '',
      failure: { code: 'run.automation_missing', message: 'There is none.', status: 500 },
    },
    'Expected a run that had an automation to execute, got one without: There is none.',
  ],
])('a run with %j has no recording', async (change, message) => {
  engine.runs[0] = { ...run, ...change };
  const answer = await engine.call('GET', `/runs/${run.id}/recording`);
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ error: { code: 'run.state', message } });
});
