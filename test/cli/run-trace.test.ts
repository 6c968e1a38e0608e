import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readVersion } from '../../src/config/version.ts';
import { type Recording, recordingJson } from '../../src/engine/recording.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { expression, record } from '../engine/recorded.ts';
import { emptyFolder, FakeShell } from './fake.ts';

const SOURCE = `automation: orders.paid
policy: { http: [ "POST https://shop.example/**" ], hooks: [ order.paid ] }
steps:
  - set: { order: ${expression('request.json')}, total: 0 }
  - for: line
    in: ${expression('order.lines')}
    do:
      - set: { total: ${expression('total + line')} }
  - name: tell the shop
    http: { method: POST, url: https://shop.example/orders/7, json: { total: ${expression('total')} } }
    as: reply
  - when: ${expression('total > 100')}
    log: a large one
  - try:
      - emit: { topic: order.paid }
    catch:
      - log: ${expression('error.message')}
        level: warn
  - if: ${expression('reply.json.ok')}
    then:
      - return: { status: 201, json: { total: ${expression('total')} } }
`;

let sandbox: Sandbox;
let recording: Recording;
let shell: FakeShell;
let file: string;

beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
  const reply = { status: 200, headers: {}, body: '{"ok":true}' };
  const made = await record(sandbox, SOURCE, ({ kind }) =>
    kind === 'http'
      ? { ok: true, value: JSON.stringify(reply) }
      : { ok: false, code: 'effect.failed', message: 'No room.' },
  );
  const revision = { ...made.revision, automation: 'orders.paid' };
  recording = { ...made, revision, engine: readVersion() };
});
afterAll(() => sandbox.close());
beforeEach(() => {
  shell = new FakeShell();
  file = join(emptyFolder(), 'run.json');
  writeFileSync(file, JSON.stringify(recordingJson(recording)));
});

test('a recording is traced without any server: each step, its changes and its effects', async () => {
  const { code, out, err } = await shell.run('run', 'trace', file);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(shell.started).toEqual([]);
  expect(out).toBe(`${recording.run.id} orders.paid succeeded, 12 steps, 2 effects.

orders.paid:4   set
                  order = {"id":7,"name":"é\\u0000","lines":[1,2,3]}
                  total = 0
orders.paid:5   for
                  #1 line = 1
orders.paid:8     set
                    total: 0 → 1
                  #2 line = 2
orders.paid:8     set
                    total: 1 → 3
                  #3 line = 3
orders.paid:8     set
                    total: 3 → 6
orders.paid:9   http “tell the shop”
                  effect 0 POST https://shop.example/orders/7 {"headers":[["content-type","application/json"]],"body":"{\\"total\\":6}"}
                  → {"status":200,"headers":{},"body":"{\\"ok\\":true}"} after 5 ms
                  reply = {"status":200,"headers":{},"body":"{\\"ok\\":true}"}
orders.paid:12  log (its \`when\` is false)
orders.paid:14  try
orders.paid:15    emit
                    effect 1 order.paid {"data":null}
                    → effect.failed: No room. after 5 ms
                  catch
                    error = {"message":"No room.","code":"effect.failed","status":null,"step":6,"line":15}
orders.paid:17    log
                    warn: No room.
orders.paid:19  if → then
orders.paid:21    return
                    answers

  answered 201
    content-type: application/json

    {"total":6}
`);
});

test('--json has arguments, results and values whole', async () => {
  const { code, out } = await shell.run('run', 'trace', file, '--json');
  expect(code).toBe(0);
  const trace = JSON.parse(out);
  expect(trace).toMatchObject({
    run: recording.run.id,
    automation: 'orders.paid',
    revision: recording.revision.id,
    same: true,
    outcome: { status: 'succeeded', answer: { status: 201 } },
  });
  expect(trace.entries[8]).toEqual({
    is: 'step',
    step: 3,
    kind: 'http',
    name: 'tell the shop',
    line: 9,
    column: 5,
    depth: 0,
    count: null,
    branch: null,
    skipped: false,
    variables: [],
    error: null,
    changes: [expect.objectContaining({ name: 'reply', before: { $undefined: true } })],
    effects: [
      expect.objectContaining({
        number: 0,
        kind: 'http',
        line: 9,
        arguments: expect.objectContaining({ body: '{"total":6}' }),
        result: { ok: true, value: { status: 200, headers: {}, body: '{"ok":true}' } },
        duration_ms: 5,
      }),
    ],
    logs: [],
    answered: false,
  });
});

test('a run is traced by its id, and over the API', async () => {
  const { engine } = shell;
  engine.sandbox = sandbox;
  const event = engine.addEvent(engine.addWebhook('orders'), recording.event);
  const { answer, logs } = recording.outcome;
  const run = engine.addRun(event, {
    id: recording.run.id,
    revision: engine.addRevision('orders.paid', SOURCE).id,
    logs,
    answer: answer!,
  });
  engine.journals.set(run.id, recording.journal);
  const { code, out } = await shell.run('run', 'trace', run.id, '--json');
  expect(code).toBe(0);
  const told = await engine.call('GET', `/runs/${run.id}/trace`);
  expect(await told.json()).toMatchObject({ run: run.id, entries: JSON.parse(out).entries });
  const none = await engine.call('GET', '/runs/run_x/trace');
  expect(none.status).toBe(404);
  expect((await shell.run('run', 'trace', 'run_X')).code).toBe(5);
});

test('more traces than may wait are refused', async () => {
  const { engine } = shell;
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  engine.sandbox = {
    execute: async (execution) => {
      await held;
      return sandbox.execute(execution);
    },
  };
  const event = engine.addEvent(engine.addWebhook('orders'), recording.event);
  const run = engine.addRun(event, { revision: engine.addRevision('a', SOURCE).id });
  const asked = Array.from({ length: 10 }, () => engine.call('GET', `/runs/${run.id}/trace`));
  const first = await Promise.race(asked);
  expect(first.status).toBe(503);
  release();
  const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
  expect(statuses).toEqual([...Array(9).fill(200), 503]);
});

test('a trace of another run than was recorded exits with 1 and says where it differs', async () => {
  const outcome = { ...recording.outcome, logs: [] };
  writeFileSync(file, JSON.stringify(recordingJson({ ...recording, outcome })));
  const { code, out } = await shell.run('run', 'trace', file);
  expect(code).toBe(1);
  expect(out).toContain('It does not end as the run did: see below.\n');
  expect(out).toContain('logs[0]\n  recorded  (none)\n  replayed  {"level":"warn"');
});
