import { beforeEach, expect, test } from 'vitest';
import type { StoredEvent } from '../../src/core/event.ts';
import { FakeShell } from './fake.ts';

let shell: FakeShell;
let event: StoredEvent;

beforeEach(() => {
  shell = new FakeShell();
  event = shell.engine.addEvent(shell.engine.addWebhook('orders'), {
    path: '/a',
    query: 'x=1',
    headers: '["Content-Type","text/plain","X-Evil","\\u001b[2J"]',
    body: Buffer.from('one\n\x1b]52;c;aGk=\x07two'),
  });
  shell.engine.addRun(event, {
    answer: { status: 201, headers: [['x-a', 'b']], body: 'made\nit' },
    logs: [{ level: 'info', text: 'seen\nwell', line: 3 }],
  });
});

test('event list shows a row for each event, and how to get older ones', async () => {
  const second = shell.engine.addEvent(shell.engine.webhooks[0]!, {
    method: 'GET',
    status: 'filtered',
  });
  expect((await shell.run('event', 'list')).out).toBe(
    [
      'EVENT                           RECEIVED                  WEBHOOK  RUNS                  REQUEST',
      `${second.id}  2026-05-04T03:02:01.001Z  orders   filtered              GET /`,
      `${event.id}  2026-05-04T03:02:01.000Z  orders   201 orders.paid 5 ms  POST /a?x=1`,
      '',
    ].join('\n'),
  );
  expect((await shell.run('event', 'list', '--limit', '1')).out).toContain(
    `\n\nOlder ones: --before ${second.id}\n`,
  );
  expect((await shell.run('event', 'list', '--before', event.id)).out).toBe(
    'There are no such events.\n',
  );
});

test('events that automations emitted are shown as such', async () => {
  const emitted = { webhookId: '', method: 'TOPIC', path: 'order.paid' };
  const { id } = shell.engine.addEvent(shell.engine.webhooks[0]!, emitted);
  expect((await shell.run('event', 'list', '--limit', '1')).out).toContain(
    `${id}  2026-05-04T03:02:01.001Z  -        -     TOPIC order.paid\n`,
  );
  expect((await shell.run('event', 'show', id)).out).toContain(
    'received 2026-05-04T03:02:01.001Z from an automation that emitted it, done\n\nTOPIC order.paid\n',
  );
});

test('event show prints the request as received and what each run did, without obeying escapes', async () => {
  shell.engine.addRun(event, {
    automation: 'audit',
    status: 'failed',
    failure: { code: 'run.script_error', message: 'x is not\ndefined', status: 500, line: 7 },
  });
  const [first, second] = shell.engine.runs;
  expect((await shell.run('event', 'show', event.id)).out).toBe(
    [
      event.id,
      'received 2026-05-04T03:02:01.000Z from 192.0.2.1 at orders, done',
      '',
      'POST /a?x=1',
      'Content-Type: text/plain',
      'X-Evil: \\u001b[2J',
      '',
      'one',
      '\\u001b]52;c;aGk=\\u0007two',
      '',
      `${first?.id} orders.paid succeeded in 5 ms, 0.5 ms of CPU`,
      '  info line 3: seen',
      '    well',
      '  answered 201',
      '    x-a: b',
      '',
      '    made',
      '    it',
      '',
      `${second?.id} audit failed in 5 ms, 0.5 ms of CPU`,
      '  run.script_error at line 7: x is not',
      '    defined',
      '',
    ].join('\n'),
  );
});

test('event show --body writes the body byte for byte', async () => {
  const body = Buffer.from([0, 255, 10, 13, 0x1b]);
  const binary = shell.engine.addEvent(shell.engine.webhooks[0]!, { body });
  await shell.run('event', 'show', binary.id, '--body');
  expect(shell.out.bytes).toEqual(body);
  expect((await shell.run('event', 'show', binary.id)).out).toContain(
    '(5 bytes that are no text; --body writes them)',
  );
});

test('event show of an unknown id exits as not found', async () => {
  expect(await shell.run('event', 'show', 'evt_x')).toEqual({
    code: 5,
    out: '',
    err: 'hookwright: expected the id of a stored event, got "evt_x".\n  Old events are deleted; `hookwright event list` shows those that there are.\n',
  });
});

test('automation list and show tell what runs and what is wrong with the file', async () => {
  shell.engine.addAutomation('orders.paid', {
    description: 'Tells the warehouse',
    diagnostics: [
      {
        file: 'orders.paid.yaml',
        line: 2,
        column: 3,
        length: 4,
        severity: 'error',
        code: 'key.unknown',
        message: 'Expected a step, got "sett".',
        hint: 'Did you mean "set"?',
      },
    ],
  });
  expect((await shell.run('automation', 'list')).out).toBe(
    [
      'NAME         FROM              TRIGGER  NEXT  STATE    DESCRIPTION',
      'orders.paid  orders.paid.yaml  webhook  -     1 error  Tells the warehouse',
      '',
    ].join('\n'),
  );
  expect((await shell.run('automation', 'show', 'orders.paid')).out).toBe(
    [
      'name      orders.paid',
      'about     Tells the warehouse',
      'file      orders.paid.yaml',
      `revision  ${'b'.repeat(64)}`,
      'since     2026-05-04T03:02:01.000Z',
      'webhooks  -',
      '',
      'orders.paid.yaml:2:3 error key.unknown: Expected a step, got "sett".',
      '  = Did you mean "set"?',
      '',
      'automation: orders.paid',
      '',
    ].join('\n'),
  );
});

test('automation show tells when a schedule is due next, by its own clocks too', async () => {
  shell.engine.addAutomation('report', {
    trigger: 'schedule',
    schedule: {
      on: ['0 7 1 * *', '30 8 * * 1'],
      timezone: 'Europe/Berlin',
      missed: 'skip',
      overlap: 'allow',
    },
  });
  const { out } = await shell.run('automation', 'show', 'report');
  expect(out.split('\n').slice(4, 12)).toEqual([
    'schedule  0 7 1 * *, 30 8 * * 1 (Europe/Berlin)',
    'missed    skip',
    'overlap   allow',
    'next      2026-05-04T06:30:00.000Z (Mon 08:30 in Europe/Berlin)',
    '          2026-05-11T06:30:00.000Z (Mon 08:30 in Europe/Berlin)',
    '          2026-05-18T06:30:00.000Z (Mon 08:30 in Europe/Berlin)',
    '          2026-05-25T06:30:00.000Z (Mon 08:30 in Europe/Berlin)',
    '          2026-06-01T05:00:00.000Z (Mon 07:00 in Europe/Berlin)',
  ]);
  expect((await shell.run('automation', 'list')).out).toContain(
    'report  report.yaml  schedule  2026-05-04T06:30:00.000Z  ok',
  );
});

test('automation list and show tell what nothing starts', async () => {
  const schedule = { on: ['@daily'], timezone: 'UTC', missed: 'run', overlap: 'skip' } as const;
  shell.engine.addAutomation('off', { trigger: 'schedule', schedule, disabled: true });
  expect((await shell.run('automation', 'show', 'off')).out.split('\n').slice(4, 9)).toEqual([
    'schedule  @daily (UTC)',
    'missed    run',
    'overlap   skip',
    'disabled  yes',
    '',
  ]);
  expect((await shell.run('automation', 'list')).out).toMatch(
    /^off +off\.yaml +schedule +- +disabled *$/m,
  );
});

test('automation run starts one and tells where to look', async () => {
  const { out } = await shell.run('automation', 'run', 'report');
  const event = shell.engine.events.at(-1);
  expect(out).toBe(`Started report. Look at it with \`hookwright event show ${event?.id}\`.\n`);
  expect((await shell.run('event', 'show', event?.id ?? '')).out).toContain('from a schedule');
});
