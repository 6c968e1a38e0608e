import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { HookwrightError } from '../../src/core/errors.ts';
import type { StoredEvent } from '../../src/core/event.ts';
import type { RunRecord } from '../../src/core/run.ts';
import { emptyFolder, FakeShell } from './fake.ts';

const SOURCE = `automation: orders.paid
steps:
  - emit: { topic: order.paid }
  - http: https://api.example.com/a
`;

let shell: FakeShell;
let event: StoredEvent;
let run: RunRecord;

beforeEach(() => {
  shell = new FakeShell();
  event = shell.engine.addEvent(shell.engine.addWebhook('orders'));
  run = shell.engine.addRun(event, {
    revision: shell.engine.addRevision('orders.paid', SOURCE).id,
    answer: { status: 201, headers: [['x-a', 'b']], body: 'made\nit' },
    logs: [{ level: 'info', text: 'seen \x1b[2J', line: 3 }],
  });
});

test('run list shows a row for each run, and how to get older ones', async () => {
  const { endedAt: _, ...open } = shell.engine.addRun(
    shell.engine.addEvent(shell.engine.webhooks[0]!),
  );
  shell.engine.runs[1] = { ...open, status: 'waiting' };
  expect((await shell.run('run', 'list')).out).toBe(
    [
      'RUN                             STARTED                   STATUS     ANSWER  MS  WEBHOOK  AUTOMATION',
      `${open.id}  2026-05-04T03:02:01.001Z  waiting    -       -   orders   orders.paid`,
      `${run.id}  2026-05-04T03:02:01.000Z  succeeded  201     5   orders   orders.paid`,
      '',
    ].join('\n'),
  );
  expect((await shell.run('run', 'list', '--limit', '1')).out).toContain(
    `\n\nOlder ones: --before ${open.id}\n`,
  );
  expect((await shell.run('run', 'list', '--status', 'failed')).out).toBe(
    'There are no such runs.\n',
  );
  const { out } = await shell.run('run', 'list', '--status', 'waiting', '--json');
  expect(JSON.parse(out)).toMatchObject({ runs: [{ id: open.id }], next: null });
});

test('run show prints how it ended, its log with lines, and its effects as a table', async () => {
  shell.engine.runs[0] = { ...run, attempt: 2, value: '{"a":1}' };
  const beganAt = run.startedAt;
  const effect = (number: number, kind: 'http' | 'emit', args: string) =>
    ({ number, step: number, kind, args, beganAt }) as const;
  shell.engine.journals.set(run.id, [
    {
      ...effect(0, 'emit', '{"topic":"order.paid"}'),
      ended: { at: beganAt + 3, arrival: 0, result: { ok: true, value: '{"id":"msg_1"}' } },
    },
    {
      ...effect(1, 'http', '{"method":"GET","url":"https://api.example.com/a"}'),
      ended: { at: beganAt + 9, arrival: 1, result: { ok: true, value: '{"status":204}' } },
    },
    {
      ...effect(2, 'http', '{"method":"GET","url":"https://api.example.com/a"}'),
      ended: {
        at: beganAt + 9,
        arrival: 2,
        result: { ok: false, code: 'effect.failed', message: 'no', status: 503 },
      },
    },
    effect(3, 'http', '{"method":"GET","url":"https://api.example.com/a"}'),
  ]);
  expect((await shell.run('run', 'show', run.id)).out).toBe(
    [
      `${run.id} orders.paid succeeded in 5 ms, 0.5 ms of CPU`,
      `started 2026-05-04T03:02:01.000Z, for ${event.id} at orders, attempt 2`,
      '  info line 3: seen \\u001b[2J',
      '  answered 201',
      '    x-a: b',
      '',
      '    made',
      '    it',
      '  value {"a":1}',
      '',
      'EFFECT  LINE  KIND  TARGET                         RESULT             MS',
      '0       -     emit  order.paid                     {"id":"msg_1"}     3',
      '1       -     http  GET https://api.example.com/a  204                9',
      '2       -     http  GET https://api.example.com/a  effect.failed 503  9',
      '3       -     http  GET https://api.example.com/a  none yet           -',
      '',
    ].join('\n'),
  );
  const json = JSON.parse((await shell.run('run', 'show', run.id, '--json')).out);
  expect(json).toMatchObject({ id: run.id, journal: [{ number: 0 }, {}, {}, {}] });
});

test('run show of an unknown id exits as not found', async () => {
  expect(await shell.run('run', 'show', 'run_x')).toEqual({
    code: 5,
    out: '',
    err: 'hookwright: expected the id of a stored run, got "run_x".\n  Old runs are deleted; `hookwright run list` shows those that there are.\n',
  });
});

test('run retry and cancel tell what became of it, or why they may not', async () => {
  expect(await shell.run('run', 'retry', run.id)).toEqual({
    code: 0,
    out: `${run.id} is queued for attempt 2.\n`,
    err: '',
  });
  expect((await shell.run('run', 'cancel', run.id)).out).toBe(`${run.id} is cancelled.\n`);
  const message = 'Expected a run that is open, got one that has succeeded.';
  shell.engine.refusal = new HookwrightError('run.state', message);
  const refused = await shell.run('run', 'cancel', run.id, '--json');
  expect({ code: refused.code, out: refused.out }).toEqual({ code: 2, out: '' });
  expect(JSON.parse(refused.err)).toEqual({ error: { code: 'run.state', message } });
});

test('run export writes the recording to standard output, or to a file of its owner alone', async () => {
  const { out } = await shell.run('run', 'export', run.id);
  expect(JSON.parse(out)).toMatchObject({ format: 'hookwright.recording', run: { id: run.id } });
  const file = join(emptyFolder(), 'run.json');
  const written = await shell.run('run', 'export', run.id, '--output', file);
  expect(written).toEqual({ code: 0, out: `${file}: ${out.length - 1} bytes\n`, err: '' });
  expect(`${readFileSync(file, 'utf8')}\n`).toBe(out);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { code, err } = await shell.run('run', 'export', run.id, '--output', join(file, 'x'));
  expect(code).toBe(2);
  expect(err).toContain(`expected a file that can be written at ${join(file, 'x')}: ENOTDIR`);
});

describe('run as a command of commands with an argument of its own', () => {
  test('shows both in its help, and its own options in that of no other', async () => {
    const { out } = await shell.run('run', '--help');
    expect(out).toMatch(/^Usage: hookwright run \[options\] <file> \| <command>\n/);
    for (const text of ['--request <file>', 'list [options]', 'replay [options] <run>', './list']) {
      expect(out).toContain(text);
    }
    const list = await shell.run('run', 'list', '--help');
    expect(list.out).toContain('--status <status>');
    expect(list.out).toContain('--json');
    expect(list.out).not.toContain('--request');
  });

  test('refuses its own options for its commands', async () => {
    expect(await shell.run('run', 'list', '--request', 'x')).toEqual({
      code: 2,
      out: '',
      err: 'hookwright: expected an option of hookwright run list, got "--request".\n',
    });
  });

  test('takes what is no command for a file, and hints at a misspelt one', async () => {
    expect((await shell.run('run', './list')).err).toContain(
      'expected a file at ./list, but there is none.',
    );
    expect(await shell.run('run', 'lst')).toEqual({
      code: 2,
      out: '',
      err: 'hookwright: expected a file at lst, but there is none.\n  Did you mean "list"?\n',
    });
  });

  test('asks for a file where nothing is given', async () => {
    expect((await shell.run('run')).err).toBe(
      'hookwright: expected hookwright run to be given FILE, got nothing.\n  Run `hookwright run --help` to see how it is used.\n',
    );
  });
});

test('a run that no webhook began is shown without one', async () => {
  const { method, path } = { method: 'SCHEDULE', path: 'report' };
  const due = shell.engine.addEvent(shell.engine.webhooks[0]!, { webhookId: '', method, path });
  const { id } = shell.engine.addRun(due, { automation: 'report', binding: -1 });
  expect((await shell.run('run', 'list')).out).toContain(
    `${id}  2026-05-04T03:02:01.001Z  succeeded  -       5   -        report\n`,
  );
  expect((await shell.run('run', 'show', id)).out).toContain(`, for ${due.id}\n`);
});
