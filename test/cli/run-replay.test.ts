import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readVersion } from '../../src/config/version.ts';
import { type Recording, recordingJson } from '../../src/engine/recording.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { expression, record } from '../engine/recorded.ts';
import { emptyFolder, FakeShell } from './fake.ts';

const SOURCE = `automation: orders.paid
policy: { state: [ "orders/*" ] }
steps:
  - state: { increment: orders/count }
    as: count
  - log: number ${expression('count').slice(1, -1)}
  - return: { status: 201, json: { id: ${expression('uuid()')}, count: ${expression('count')} } }
`;

let sandbox: Sandbox;
let recording: Recording;
let shell: FakeShell;
let folder: string;

beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
  const made = await record(sandbox, SOURCE, () => ({ ok: true, value: '7' }));
  recording = { ...made, engine: readVersion() };
});
afterAll(() => sandbox.close());
beforeEach(() => {
  shell = new FakeShell();
  folder = emptyFolder();
});

function put(file: string, text: string): string {
  const path = join(folder, file);
  writeFileSync(path, text);
  return path;
}

function exported(change: Partial<Recording> = {}): string {
  return put('run.json', JSON.stringify(recordingJson({ ...recording, ...change })));
}

test('a file is replayed without any server', async () => {
  expect(await shell.run('run', 'replay', exported())).toEqual({
    code: 0,
    out: `${recording.run.id} a replays the same, with 1 effect.\n`,
    err: '',
  });
  expect(shell.started).toEqual([]);
});

test('a run is replayed by its id, from the recording that the API gives', async () => {
  const { engine } = shell;
  const event = engine.addEvent(engine.addWebhook('orders'), recording.event);
  const { answer, logs } = recording.outcome;
  const run = engine.addRun(event, {
    id: recording.run.id,
    revision: engine.addRevision('orders.paid', SOURCE).id,
    logs,
    answer: answer!,
  });
  engine.journals.set(run.id, recording.journal);
  const { code, out, err } = await shell.run('run', 'replay', run.id);
  expect({ code, out }).toEqual({
    code: 0,
    out: `${run.id} orders.paid replays the same, with 1 effect.\n`,
  });
  expect(err).toContain('recorded by Hookwright 1.2.3 and is replayed by'); // The fake API's version.
  expect((await shell.run('run', 'replay', 'run_X')).code).toBe(5);
});

test('what a changed automation does otherwise is told with both sides, and exits with 1', async () => {
  const changed = put(
    'a.yaml',
    SOURCE.replace('201', '202')
      .replace('orders/count', 'orders/count, by: 2')
      .replace('number', 'total'),
  );
  const { code, out } = await shell.run('run', 'replay', exported(), '--automation', changed);
  expect(code).toBe(1);
  expect(out).toBe(
    [
      `${recording.run.id} a differs in 3 places.`,
      '',
      'effects[0]',
      '  recorded  {"kind":"state","arguments":{"op":"increment","key":"orders/count","by":1}}',
      '  replayed  {"kind":"state","arguments":{"op":"increment","key":"orders/count","by":2},"line":4}',
      '',
      'answer.status',
      '  recorded  201',
      '  replayed  202',
      '',
      'logs[0]',
      '  recorded  {"level":"info","text":"number 7"}',
      '  replayed  {"level":"info","text":"total 7"}',
      '',
    ].join('\n'),
  );
});

test('--json tells the differences and the outcome', async () => {
  const logs = [{ level: 'warn', text: 'x', line: 1 }] as const;
  const file = exported({ outcome: { ...recording.outcome, logs }, engine: '0.0.1' });
  const { code, out, err } = await shell.run('run', 'replay', file, '--json');
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(JSON.parse(out)).toEqual({
    run: recording.run.id,
    automation: 'a',
    same: false,
    differences: [
      {
        at: 'logs[0]',
        recorded: { level: 'warn', text: 'x', line: 1 },
        replayed: { level: 'info', text: 'number 7', line: 6 },
      },
    ],
    warnings: [expect.stringContaining('recorded by Hookwright 0.0.1')],
    outcome: {
      status: 'succeeded',
      answer: expect.objectContaining({ status: 201 }),
      value: null,
      failure: null,
      logs: [{ level: 'info', text: 'number 7', line: 6 }],
    },
  });
});

test('a changed automation with mistakes is told as validate tells them and exits with 3', async () => {
  const changed = put('a.yaml', 'automation: a\nsteps:\n  - retrun: {}\n');
  const { code, err } = await shell.run('run', 'replay', exported(), '--automation', changed);
  expect(code).toBe(3);
  expect(err).toMatch(/:3:5 error step\.unknown: Expected a step, got `retrun`\n/);
});

test.each([
  ['{}', 'expected format to be "hookwright.recording", got nothing.'],
  ['[[[[[[[[[[[[[[[[[[', 'expected the recording to be nested at most 16 levels deep, got more.'],
])('a file that is no recording (%s) is refused', async (text, message) => {
  expect(await shell.run('run', 'replay', put('x.json', text))).toEqual({
    code: 2,
    out: '',
    err: `hookwright: ${message}\n  A recording is what \`hookwright run export\` writes, unchanged.\n`,
  });
});
