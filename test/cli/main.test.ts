import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder } from './fake.ts';

// The built program as a user starts it; `npm test` builds first.
const MAIN = resolve('dist/cli/main.js');
const folder = emptyFolder();

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function hookwright(argv: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    cwd: folder,
    env: { PATH: process.env.PATH },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  child.stdin.on('error', () => {}); // Whoever does not read its input closes it.
  child.stdin.end(input);
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}

test('the program prints its version and its help', async () => {
  expect(await hookwright(['--version'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    err: '',
  });
  expect((await hookwright(['--help'])).out).toContain('Usage: hookwright');
});

test('the exit code is that of the error, which goes to standard error', async () => {
  expect(await hookwright(['webhook', 'craete'])).toEqual({
    code: 2,
    out: '',
    err: 'hookwright: expected a command of hookwright webhook, got "craete".\n  Did you mean "create"?\n',
  });
});

test('validate exits with 3 where there are errors', async () => {
  writeFileSync(join(folder, 'bad.yaml'), 'automation: a\nsteps:\n  - retrun: {}\n');
  const { code, out } = await hookwright(['validate', 'bad.yaml']);
  expect(code).toBe(3);
  expect(out).toContain('bad.yaml:3:5 error step.unknown: Expected a step, got `retrun`\n');
});

test('run executes in the sandbox, reads the request from standard input, and ends', async () => {
  const body = '$' + '{{ request.json.id + 1 }}';
  writeFileSync(
    join(folder, 'good.yaml'),
    `automation: a\nsteps:\n  - return: { text: "${body}" }\n`,
  );
  const { code, out, err } = await hookwright(
    ['run', 'good.yaml', '--request', '-'],
    '{ "json": { "id": 41 } }',
  );
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^HTTP\/1\.1 200 OK\n[\s\S]*\n\n42$/);
});

test('schema prints a JSON Schema', async () => {
  const { code, out } = await hookwright(['schema']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ $schema: expect.stringContaining('json-schema.org') });
});

test('completion prints the tree of the built program', async () => {
  expect((await hookwright(['completion', 'bash'])).out).toContain('complete -o default');
});

test('a reader that closes the pipe early ends the program quietly', async () => {
  const child = spawn(process.execPath, [MAIN, 'schema'], { cwd: folder });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk) => (err += chunk));
  const code = await new Promise((done) => child.on('close', done));
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

test('output that the disk has no room for is told', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'schema'], {
    cwd: folder,
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'hookwright: expected standard output to take what is printed, got ENOSPC.\n',
  });
});
