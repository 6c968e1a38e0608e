import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { emptyFolder, FakeShell } from './fake.ts';

let shell: FakeShell;
let folder: string;

beforeEach(() => {
  shell = new FakeShell();
  folder = emptyFolder();
});

function put(file: string, text: string): string {
  const path = join(folder, file);
  writeFileSync(path, text);
  return path;
}

/** `code` as an expression of the language, quoted for YAML. */
const expression = (code: string): string => `'$${`{{ ${code} }}`}'`;

const ECHO = `automation: echo
inputs:
  team: { type: string, default: none }
steps:
  - log: seen by ${expression('inputs.team').slice(1, -1)}
  - return:
      status: 201
      headers: { x-method: ${expression('request.method')} }
      json: { id: ${expression('request.json.id')}, q: ${expression('request.query.q')}, at: ${expression('event.received_at')} }
`;

test('the answer is printed as an HTTP response, and the log goes to standard error', async () => {
  const automation = put('echo.yaml', ECHO);
  const request = put('request.yaml', 'method: PUT\npath: /x?q=1\njson: { id: 7 }\n');
  const { code, out, err } = await shell.run('run', automation, '--request', request);
  expect({ code, err }).toEqual({ code: 0, err: 'info line 5: seen by none\n' });
  expect(out).toMatch(/^HTTP\/1\.1 201 Created\n/);
  expect(out).toContain('x-method: PUT\n');
  expect(out.slice(out.indexOf('\n\n') + 2)).toBe(
    '{"id":7,"q":"1","at":"2026-05-04T03:02:01.000Z"}',
  );
});

test('--json tells answer, failure and log in one object; inputs and standard input are read', async () => {
  const automation = put('echo.yaml', ECHO);
  shell.inputBytes = Buffer.from('POST / HTTP/1.1\n\n{"id":"é"}');
  const { code, out } = await shell.run(
    ...['run', automation, '--request', '-', '--inputs', '{"team":"core"}', '--json'],
  );
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    status: 'succeeded',
    answer: {
      status: 201,
      headers: expect.arrayContaining([['x-method', 'POST']]),
      body: {
        encoding: 'utf-8',
        size: 43,
        content: expect.stringMatching(/^\{"id":"é",/),
      },
    },
    failure: null,
    logs: [{ level: 'info', text: 'seen by core', line: 5 }],
    cpu_ms: expect.any(Number),
  });
});

test('without a request it is an empty GET, and a run that returns nothing answers 204', async () => {
  const automation = put(
    'a.yaml',
    `automation: a\nsteps:\n  - log: ${expression('request.method')}\n`,
  );
  expect(await shell.run('run', automation)).toEqual({
    code: 0,
    out: 'HTTP/1.1 204 No Content\n\n',
    err: 'info line 3: GET\n',
  });
});

describe('a run that fails', () => {
  test('is told with its line, prints what the caller would get and exits with 8', async () => {
    const automation = put(
      'a.yaml',
      'automation: a\nsteps:\n  - fail: { message: Out of stock, status: 409 }\n',
    );
    const { code, out, err } = await shell.run('run', automation);
    expect(code).toBe(8);
    expect(out).toMatch(/^HTTP\/1\.1 409 Conflict\ncontent-type: application\/json\n\n/);
    expect(out).toMatch(/"message":"Out of stock","run":"run_[0-9A-Z]{26}"/);
    expect(err).toBe(
      [
        `${automation}:3:3 error run.failed: Out of stock`,
        '3 |   - fail: { message: Out of stock, status: 409 }',
        `  |   ${'^'.repeat(46)}`,
        '',
      ].join('\n'),
    );
  });

  test('is JSON with --json', async () => {
    const automation = put('a.yaml', 'automation: a\nsteps:\n  - fail: no\n');
    const { code, out, err } = await shell.run('run', automation, '--json');
    expect({ code, err }).toEqual({ code: 8, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      status: 'failed',
      answer: { status: 500 },
      failure: { code: 'run.failed', message: 'no', line: 3 },
    });
  });
});

test('a file with mistakes is told as validate tells them and exits with 3', async () => {
  const automation = put('a.yaml', 'automation: a\nsteps:\n  - retrun: {}\n');
  const { code, out, err } = await shell.run('run', automation);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(/:3:5 error step\.unknown: Expected a step, got `retrun`\n/);
  const json = await shell.run('run', automation, '--json');
  expect(json).toMatchObject({ code: 3, err: '' });
  expect(JSON.parse(json.out)).toMatchObject({
    status: 'invalid',
    diagnostics: [{ code: 'step.unknown', line: 3 }],
  });
});

test('a body that is no text stays away from a terminal and goes whole into a pipe', async () => {
  const automation = put('a.yaml', 'automation: a\nsteps:\n  - return: { base64: /wAb }\n');
  await shell.run('run', automation);
  expect(shell.out.bytes.subarray(-3)).toEqual(Buffer.from([0xff, 0, 0x1b]));
  shell.out.terminal = true;
  expect((await shell.run('run', automation)).out).toMatch(
    /\n\n\(3 bytes; send the output to a file to have them\)\n$/,
  );
});

test.each([
  [['--inputs', '[1]'], 'expected --inputs to be a JSON object, got [1].\n'],
  [
    ['--inputs', '{"team":7}'],
    'input `team`: Expected a text, got a number.\n  Give them with --inputs as JSON; FILE declares them under "inputs".\n',
  ],
  [
    ['--inputs', '{"taem":"core"}'],
    'expected an input that the automation declares, got `taem`. Did you mean "team"?\n  Give them with --inputs as JSON; FILE declares them under "inputs".\n',
  ],
  [
    ['--request', 'missing.yaml'],
    'expected a file at missing.yaml, but there is none.\n  Check the path, which counts from the folder where the command was started.\n',
  ],
])('%j is refused', async (given, message) => {
  const automation = put('echo.yaml', ECHO);
  const { code, out, err } = await shell.run('run', automation, ...given);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe(`hookwright: ${message.replace('FILE', automation)}`);
});

test('an automation with a schedule is due now, by the clock of the machine', async () => {
  const automation = put(
    'report.yaml',
    `automation: report\ntrigger: schedule\non: "@daily"\nsteps:\n  - log: ${expression('event.scheduled_at')}\n`,
  );
  const { code, err } = await shell.run('run', automation);
  expect({ code, err }).toEqual({ code: 0, err: 'info line 5: 2026-05-04T03:02:01.000Z\n' });
});
