import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Recording, recordingJson } from '../../src/engine/recording.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { expression as $, type Outside, record } from '../engine/recorded.ts';
import { emptyFolder, FakeShell } from './fake.ts';

let sandbox: Sandbox;
let shell: FakeShell;
let folder: string;

beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  shell = new FakeShell();
  folder = emptyFolder();
});

async function exported(
  source: string,
  outside?: Outside,
  change: (recording: Recording) => Partial<Recording> = () => ({}),
): Promise<string> {
  const recording = await record(sandbox, source, outside);
  const file = join(folder, 'run.json');
  writeFileSync(file, JSON.stringify(recordingJson({ ...recording, ...change(recording) })));
  writeFileSync(join(folder, 'a.yaml'), source);
  return file;
}

const COUNTS = `automation: a
policy: { state: [ "**" ] }
steps:
  - state: { increment: orders/count }
    as: count
  - return: { status: 201, json: { count: ${$('count')} } }
`;

test('a case has no more than it takes: the request as it is read, and the state from before', async () => {
  const file = await exported(COUNTS, () => ({ ok: true, value: '42' }));
  const { code, out, err } = await shell.run(
    'run',
    'export',
    file,
    '--as-test',
    '--name',
    'counts',
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toBe(`automation: a
cases:
  - name: counts
    now: 2026-05-04T03:02:01.007Z
    webhook:
      account: shop
    event:
      data:
        id: 7
        name: "é\\ud800"
    request:
      method: POST
      path: /orders
      query: x=1&x=2
      json:
        id: 7
        name: "é\\0"
        lines:
          - 1
          - 2
          - 3
    state:
      orders/count: 41
    expect:
      response:
        status: 201
        headers:
          content-type: application/json
        json_exact:
          count: 42
      effects:
        - state: increment orders/count
          by: 1
`);
});

test('a case is added to the cases of a file, whose comments stay, and passes beside them', async () => {
  const file = await exported(COUNTS, () => ({ ok: true, value: '1' }));
  const tests = join(folder, 'a.test.yaml');
  writeFileSync(
    tests,
    '# mine\ncases:\n  - name: first # one\n    expect: { response: { status: 201 } }\n',
  );
  expect((await shell.run('run', 'export', file, '--as-test', '--output', tests)).code).toBe(0);
  const text = readFileSync(tests, 'utf8');
  expect(text).toMatch(/^# mine\ncases:\n {2}- name: first # one\n/);
  expect(text).toContain('  - name: as run_01J00000000000000000000001 of 2026-05-04\n');
  expect((await shell.run('test', tests)).out).toContain('2 passed, 0 failed');
});

test.each<[what: string, source: string, outside: Outside, parts: string[]]>([
  [
    'ids and random values',
    `automation: a\nsteps:\n  - return: { text: ${$('uuid() + event.id + webhook.name')} }\n`,
    () => ({ ok: true, value: 'null' }),
    ['run: run_01J0', 'id: evt_01J0', 'name: orders'],
  ],
  [
    'times of results',
    `automation: a\npolicy: { functions: [ f ] }\nsteps:\n  - call: f\n  - return: { text: ${$('Date.now()')} }\n`,
    () => ({ ok: true, value: '{"a":[1]}' }),
    [
      '- call: f\n        reply:\n          a:\n            - 1\n        at: 2026-05-04T03:02:01.017Z',
    ],
  ],
  [
    'state that others have changed meanwhile',
    `automation: a\npolicy: { state: [ k ] }\nsteps:\n  - state: { get: k }\n    as: one\n  - state: { get: k }\n    as: two\n  - return: { json: ${$('[one, two]')} }\n`,
    ({ number }) => ({ ok: true, value: String(number) }),
    ['- state: get k\n        reply: 0', '- state: get k\n        reply: 1'],
  ],
  [
    'failures of every kind of effect',
    `automation: a\npolicy: { http: [ "GET https://a.example/**" ], functions: [ f ], hooks: [ h ] }\nsteps:\n` +
      '  - try: [ { http: { url: https://a.example/x, retry: { attempts: 3 } } } ]\n    catch: [ { log: "${{ error.status }}" } ]\n'
        .replace('"${', "'${")
        .replace('}}"', "}}'") +
      "  - try: [ { call: f } ]\n    catch: [ { log: '${{ error.status + error.message }}' } ]\n" +
      "  - try: [ { hook: { name: h } } ]\n    catch: [ { log: '${{ error.code }}' } ]\n" +
      '  - fail: { message: no, status: 418 }\n',
    ({ kind }) =>
      kind === 'http'
        ? {
            ok: false,
            code: 'effect.failed',
            message: 'Expected a status of 2xx from a.example, got 503.',
            status: 503,
          }
        : { ok: false, code: 'effect.failed', message: 'It broke.', status: 409 },
    [
      'reply:\n          status: 503\n        times: 3',
      'code: effect.failed\n          message: It broke.\n          status: 409',
      'failure:\n        code: run.failed\n        message: no\n        line: 10',
    ],
  ],
  [
    'a request in doubt, and names that are no patterns',
    `automation: a\npolicy: { http: [ "GET https://a.example/**" ], state: [ "**" ] }\nsteps:\n` +
      "  - try: [ { http: { url: https://a.example/x?y=**z, in_doubt: hold } } ]\n    catch: [ { log: '${{ error.code }}' } ]\n" +
      '  - state: { set: a/**/b, value: 1, ttl: 90s }\n',
    ({ kind }) =>
      kind === 'http'
        ? { ok: false, code: 'effect.in_doubt', message: 'It may have been sent.' }
        : { ok: true, value: 'null' },
    [
      'http: GET https://a.example/x?*',
      'code: effect.in_doubt',
      'state: set a/*/b\n          value: 1\n          ttl: 90s',
      'status: 204',
    ],
  ],
])(
  'a case keeps %s where the run depends on them, and passes',
  async (_what, source, outside, parts) => {
    const file = await exported(source, outside);
    const tests = join(folder, 'a.test.yaml');
    const made = await shell.run('run', 'export', file, '--as-test', '--output', tests);
    expect(made).toMatchObject({ code: 0, err: '' });
    for (const part of parts) expect(readFileSync(tests, 'utf8')).toContain(part);
    expect((await shell.run('test', tests)).out).toContain('1 passed, 0 failed');
  },
);

test('a run that its automation has not ended is refused, for no test can give it again', async () => {
  const failure = {
    code: 'run.cancelled',
    message: 'The run was cancelled.',
    status: 500,
  } as const;
  const file = await exported(COUNTS, undefined, ({ outcome }) => ({
    outcome: { ...outcome, status: 'cancelled', failure },
  }));
  const { code, err } = await shell.run('run', 'export', file, '--as-test');
  expect(code).toBe(2);
  expect(err).toContain('got one that failed of run.cancelled.');
});

test('what a case cannot give again is told', async () => {
  const file = await exported(
    COUNTS,
    () => ({ ok: true, value: '2' }),
    ({ outcome }) => ({
      outcome: { ...outcome, logs: [{ level: 'info', text: 'of another version', line: 1 }] },
    }),
  );
  expect(await shell.run('run', 'export', file, '--as-test')).toMatchObject({
    code: 0,
    err: 'hookwright: the case gives something else than the run in logs.\n',
  });
});

test('--name is for tests alone, and a file that holds no tests is left as it is', async () => {
  const file = await exported(COUNTS, () => ({ ok: true, value: '2' }));
  expect((await shell.run('run', 'export', 'run_1', '--name', 'x')).code).toBe(2);
  const other = join(folder, 'other.yaml');
  writeFileSync(other, 'a: 1\n');
  const { code, err } = await shell.run('run', 'export', file, '--as-test', '--output', other);
  expect(code).toBe(2);
  expect(err).toContain('got one without cases.');
  expect(readFileSync(other, 'utf8')).toBe('a: 1\n');
});
