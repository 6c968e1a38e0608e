import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../src/core/effect.ts';
import type { StoredEvent } from '../../src/core/event.ts';
import type { RunRecord } from '../../src/core/run.ts';
import type { Webhook } from '../../src/core/webhook.ts';
import { expression as $ } from '../engine/recorded.ts';
import { NOW } from '../http/api/fake.ts';
import { emptyFolder, FakeShell } from './fake.ts';

const SOURCE = `automation: orders.paid
inputs:
  team: { type: string, default: none }
policy: { http: [ "POST https://shop.example/**" ], state: [ orders ] }
steps:
  - state: { increment: orders }
    as: count
  - http: { method: POST, url: https://shop.example/orders, json: { count: ${$('count')} } }
    as: reply
  - return: { json: { id: ${$('request.json.id')}, ref: ${$('reply.body')}, team: ${$('inputs.team')} } }
`;

let shell: FakeShell;
let orders: Webhook;
let folder: string;

beforeEach(() => {
  shell = new FakeShell();
  folder = emptyFolder();
  orders = shell.engine.addWebhook('orders', { bindings: [{ automation: 'orders.paid' }] });
});

function draft(text = SOURCE): string {
  const path = join(folder, 'draft.yaml');
  writeFileSync(path, text);
  return path;
}

function effect(
  number: number,
  kind: 'state' | 'http',
  args: object,
  value: unknown,
): JournalEntry {
  const result = { ok: true as const, value: JSON.stringify(value) };
  const ended = { at: NOW + number, arrival: number, result };
  return { number, step: number, kind, args: JSON.stringify(args), beganAt: NOW, ended };
}

/** An event and the run that SOURCE made of it. */
function happened(id: number, change: Partial<RunRecord> = {}): StoredEvent {
  const { engine } = shell;
  const body = Buffer.from(JSON.stringify({ id }));
  const event = engine.addEvent(orders, { path: `/${id}`, body });
  const answer = {
    status: 200,
    headers: [['content-type', 'application/json']] as const,
    body: `{"id":${id},"ref":"R-${id}","team":"core"}`,
  };
  const revision = engine.addRevision('orders.paid', SOURCE).id;
  const run = engine.addRun(event, { revision, answer, inputs: '{"team":"core"}', ...change });
  const request = {
    method: 'POST',
    url: 'https://shop.example/orders',
    headers: [['content-type', 'application/json']],
    body: `{"count":${id}}`,
    expect: '2xx',
    timeoutMs: 15_000,
    attempts: 1,
    inDoubt: 'resend',
  };
  engine.journals.set(run.id, [
    effect(0, 'state', { op: 'increment', key: 'orders', by: 1 }, id),
    effect(1, 'http', request, { status: 200, headers: {}, body: `R-${id}` }),
  ]);
  return event;
}

const backtest = (...more: string[]): ReturnType<FakeShell['run']> =>
  shell.run('backtest', join(folder, 'draft.yaml'), '--webhook', 'orders', ...more);

test('a draft that does the same is told so for each event, and exits with 0', async () => {
  draft();
  const [older, newer] = [happened(1), happened(2)];
  expect(await backtest()).toEqual({
    code: 0,
    out: [
      `${newer.id}  2026-05-04T03:02:01.001Z  POST /2  same`,
      `${older.id}  2026-05-04T03:02:01.000Z  POST /1  same`,
      '2 same, 0 differs',
      '',
    ].join('\n'),
    err: '',
  });
});

test('what would differ is told: status, inside of bodies, and inside of effects; exits with 1', async () => {
  draft(
    SOURCE.replace('return: { json', 'return: { status: 202, headers: { x-a: b }, json')
      .replace("team: '${{ inputs.team }}'", "team: '${{ inputs.team.toUpperCase() }}'")
      .replace('json: { count:', 'json: { total: 1, count:'),
  );
  const event = happened(1);
  const { code, out } = await backtest('--last', '1');
  expect(code).toBe(1);
  expect(out).toBe(
    [
      `${event.id}  2026-05-04T03:02:01.000Z  POST /1  differs`,
      '  effects[1].arguments.body.total (none) → 1',
      '  answer.status 200 → 202',
      '  answer.headers["x-a"] (none) → "b"',
      '  answer.body.team "core" → "CORE"',
      '0 same, 1 differs',
      '',
    ].join('\n'),
  );
});

test('effects that come or go, and a draft that fails, are told with their reason', async () => {
  draft(
    SOURCE.replace(
      '  - state:',
      `  - fail: no more\n    when: ${$('request.json.id == 2')}\n  - state:`,
    ).replace('increment: orders', 'get: orders'),
  );
  const [one, two] = [happened(1), happened(2)];
  const { code, out } = await backtest();
  expect(code).toBe(1);
  expect(out.split('\n')).toEqual([
    `${two.id}  2026-05-04T03:02:01.001Z  POST /2  fails`,
    '  run.failed at line 6: no more',
    '  effects[0] not asked for: {"kind":"state","arguments":{"op":"increment","key":"orders","by":1}}',
    expect.stringMatching(/^ {2}effects\[1\] not asked for: \{"kind":"http"/),
    expect.stringMatching(/^ {2}answer gone: \{"status":200/),
    `${one.id}  2026-05-04T03:02:01.000Z  POST /1  differs`,
    '  effects[0] asked for besides: {"kind":"state","arguments":{"op":"get","key":"orders"},"line":8}',
    expect.stringMatching(/^ {2}effects\[0\] not asked for/),
    expect.stringMatching(/^ {2}effects\[1\] not asked for/),
    '  status succeeded → waits for an effect without a result',
    expect.stringMatching(/^ {2}answer gone/),
    '0 same, 1 differs, 1 fails',
    '',
  ]);
});

describe('events without a run of the automation', () => {
  const PURE = `automation: draft\nsteps:\n  - return: { status: 201, text: ${$('webhook.name + request.url')} }\n`;

  test('are new to a draft that is not bound: what it would do is told, and differs from nothing', async () => {
    draft(PURE);
    const event = shell.engine.addEvent(orders, { path: '/x' });
    const { code, out } = await backtest();
    expect(code).toBe(0);
    expect(out).toBe(
      `${event.id}  2026-05-04T03:02:01.000Z  POST /x  new\n  answers 201\n0 same, 0 differs, 1 new\n`,
    );
    const [line] = (await backtest('--json')).out.split('\n');
    expect(JSON.parse(line!).outcome.answer.body.content).toBe(`orders${event.webhookUrl}/x`);
  });

  test('end where a draft awaits an effect, which is told', async () => {
    draft(SOURCE.replace('orders.paid', 'draft'));
    shell.engine.addEvent(orders, { body: Buffer.from('{"id":1}') });
    const { out } = await backtest();
    expect(out).toContain('waits for an effect that no journal answers\n');
    expect(out).toContain('effects[0] asked for besides: {"kind":"state"');
  });

  test('are skipped where its binding did not match them', async () => {
    draft();
    shell.engine.addEvent(orders);
    happened(2, { status: 'waiting' });
    const { code, out } = await backtest();
    expect(code).toBe(0);
    expect(out).toContain('skipped: Expected a run that has ended, got one that is waiting.\n');
    expect(out).toContain('skipped: no binding of orders.paid matched it\n');
    expect(out).toContain('0 same, 0 differs, 2 skipped\n');
  });
});

test('inputs are those that were bound, unless --input gives others; --against names whose runs', async () => {
  draft(SOURCE.replace('orders.paid', 'renamed'));
  happened(1);
  expect((await backtest('--against', 'orders.paid')).code).toBe(0);
  const { code, out } = await backtest('--against', 'orders.paid', '--input', 'team=north');
  expect(code).toBe(1);
  expect(out).toContain('  answer.body.team "core" → "north"\n');
});

test('--json tells each event in a line as it is done, and the summary last', async () => {
  draft(SOURCE.replace('return: { json', 'return: { status: 202, json'));
  const event = happened(1);
  const { out } = await backtest('--json');
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    {
      event: event.id,
      run: shell.engine.runs[0]!.id,
      result: 'differs',
      reason: null,
      differences: [{ at: 'answer.status', recorded: 200, replayed: 202 }],
      outcome: expect.objectContaining({ status: 'succeeded' }),
    },
    {
      summary: { same: 0, differs: 1, fails: 0, new: 0, skipped: 0 },
      webhook: 'orders',
      against: 'orders.paid',
    },
  ]);
});

test('a bar tells on a terminal how far it is, and leaves no trace; events are read page by page', async () => {
  draft('automation: draft\nsteps:\n  - return: { status: 200 }\n');
  for (let i = 0; i < 120; i++) shell.engine.addEvent(orders, { path: `/${i}` });
  shell.err.terminal = true;
  const { out, err } = await backtest('--last', '110');
  expect(out.match(/ {2}new\n/g)).toHaveLength(110);
  expect(out).toContain('POST /10  new'); // The oldest of them.
  expect(out).not.toContain('POST /9  new');
  expect(err).toContain('[############............] 55 of 110');
  expect(err.endsWith('110 of 110\r\x1b[K')).toBe(true);
  expect((await backtest('--json')).err).toBe('');
});

test.each([
  [['--last', '0'], 'expected --last to be a whole number from 1 to 10000, got "0".'],
  [['--input', 'x'], 'expected --input to be NAME=VALUE, got "x".'],
])('the options %j are refused', async (options, message) => {
  draft();
  const { code, err } = await backtest(...options);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test('a draft with mistakes exits with 3, a function is refused, an unknown webhook exits with 5', async () => {
  draft('automation: a\nsteps:\n  - retrun: {}\n');
  expect((await backtest()).code).toBe(3);
  draft('automation: a\ntrigger: function\nsteps:\n  - return: { value: 1 }\n');
  expect(await backtest()).toMatchObject({
    code: 2,
    err: expect.stringContaining('got one with `trigger: function`.'),
  });
  draft();
  expect((await shell.run('backtest', join(folder, 'draft.yaml'), '--webhook', 'x')).code).toBe(5);
});
