import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { CapturedOutput, emptyFolder, FakeShell } from './fake.ts';

let shell: FakeShell;
let folder: string;

beforeEach(() => {
  shell = new FakeShell();
  folder = emptyFolder();
  shell.env = { HOOKWRIGHT_AUTOMATIONS_DIR: folder };
});

function put(file: string, text: string): string {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const answering = (status: number, name = 'a'): string =>
  `automation: ${name}\ninputs: { team: string }\nsteps:\n  - return: { status: ${status} }\n`;
const expecting = (status: number, name = 'it answers'): string =>
  `cases:\n  - name: ${name}\n    expect: { response: { status: ${status} } }\n`;

test('the tests of the project’s own automations pass', async () => {
  shell.env = {};
  const { code, out } = await shell.run('test');
  expect(code).toBe(0);
  const files = readdirSync('automations').filter((file) => file.endsWith('.test.yaml'));
  for (const file of files) {
    const told = out.slice(out.indexOf(`${file}\n`)).split('\n\n')[0] ?? '';
    expect(told.match(/^ {2}✓ /gm)?.length, file).toBeGreaterThanOrEqual(2);
  }
  expect(out).toMatch(/\n\d+ passed, 0 failed\n$/);
});

test('a difference is told with its place, and the exit code is 1', async () => {
  put('a.yaml', answering(200));
  const path = put('deep/b.test.yaml', `automation: ../a.yaml\n${expecting(201)}`);
  put('a.test.yaml', expecting(200));
  put('.hidden/c.test.yaml', 'x');
  expect(await shell.run('test')).toEqual({
    code: 1,
    out: [
      join(folder, 'a.test.yaml'),
      '  ✓ it answers',
      '',
      path,
      '  ✗ it answers',
      `    ${path}:4:35 response.status`,
      '      expected 201',
      '      got      200',
      '',
      '1 passed, 1 failed',
      '',
    ].join('\n'),
    err: '',
  });
});

test('on a terminal, marks are coloured', async () => {
  shell.out.terminal = true;
  put('a.yaml', answering(200));
  put('a.test.yaml', expecting(200));
  const { out } = await shell.run('test');
  expect(out).toContain('  \x1b[32m✓\x1b[39m it answers\n');
});

test('a file with errors does not hold up the others, and the exit code is 3', async () => {
  put('a.yaml', answering(200));
  put('a.test.yaml', expecting(201));
  const b = put('b.test.yaml', 'cases:\n  - nam: x\n');
  const c = put('c.yaml', 'automation: c\nsteps:\n  - retrun: {}\n');
  put('c.test.yaml', expecting(200));
  const d = put('d.test.yaml', `automation: aa\n${expecting(200)}`);
  const e = put('e.test.yaml', 'automation: a\ncases:\n  - name: x\n    inputs: { taem: 1 }\n');
  const { code, out } = await shell.run('test');
  expect(code).toBe(3);
  expect(out).toContain(`${b}:2:5 error key.unknown: `);
  expect(out).toContain(`${c}:3:5 error step.unknown: Expected a step, got \`retrun\``);
  expect(out).toContain(
    `${d}:1:13 error value.invalid: Expected an automation of this folder, got \`aa\``,
  );
  expect(out).toContain('= Did you mean "a"?');
  expect(out).toContain(
    `${e}:4:13 error value.invalid: Expected an input that the automation declares, got \`taem\``,
  );
  expect(out).toMatch(/\n\d errors\n0 passed, 1 failed\n$/);
});

test('a test file without its automation says where it was looked for', async () => {
  const path = put('a.test.yaml', expecting(200));
  const { code, out } = await shell.run('test', path);
  expect(code).toBe(3);
  expect(out).toContain(
    `${path}:1:1 error value.invalid: Expected the automation beside its tests, at ${join(folder, 'a.yaml')}, got none`,
  );
});

test('an automation that is named stands for the tests beside it', async () => {
  const path = put('a.yaml', answering(200));
  expect(await shell.run('test', path)).toEqual({
    code: 2,
    out: '',
    err: `hookwright: expected tests at ${join(folder, 'a.test.yaml')}, got none.\n  docs/testing.md shows how to write them.\n`,
  });
  put('a.test.yaml', expecting(200));
  expect((await shell.run('test', path)).out).toMatch(/\n1 passed, 0 failed\n$/);
});

test('--filter runs the cases with a text in their name', async () => {
  put('a.yaml', answering(200));
  put('a.test.yaml', `${expecting(200, 'one')}${expecting(201, 'two').slice('cases:\n'.length)}`);
  expect((await shell.run('test', '--filter', 'on')).out).toMatch(/\n1 passed, 0 failed\n$/);
  expect((await shell.run('test', '--filter', 'tw')).code).toBe(1);
});

test('a filter that no case fits, and a folder without tests, do not pass for a proof', async () => {
  put('a.yaml', answering(200));
  const path = put('a.test.yaml', expecting(200, 'one'));
  const said = (what: string) =>
    `hookwright: expected tests${what}, got none.\n  docs/testing.md shows how to write them.\n`;
  expect(await shell.run('test', '--filter', 'oen')).toMatchObject({
    code: 2,
    err: said(` with "oen" in the name at ${folder}`),
  });
  expect(await shell.run('test', path, '--filter', 'oen', '--json')).toMatchObject({ code: 2 });
  mkdirSync(join(folder, 'none'));
  const none = join(folder, 'none');
  expect(await shell.run('test', none)).toMatchObject({ code: 2, err: said(` at ${none}`) });
  shell.env = { HOOKWRIGHT_AUTOMATIONS_DIR: none };
  expect(await shell.run('test')).toMatchObject({ code: 0, out: '0 passed, 0 failed\n' });
});

test('--json tells the same for tools', async () => {
  put('a.yaml', answering(200));
  const path = put('a.test.yaml', expecting(201));
  const { code, out } = await shell.run('test', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    files: [
      {
        file: path,
        automation: 'a',
        diagnostics: [],
        cases: [
          {
            name: 'it answers',
            passed: false,
            differences: [
              { what: 'response.status', expected: '201', got: '200', line: 3, column: 35 },
            ],
          },
        ],
      },
    ],
    passed: 0,
    failed: 1,
    errors: 0,
  });
});

/** An output that says when its text has something. */
class Watched extends CapturedOutput {
  onWrite = (): void => {};

  override write(data: string | Uint8Array): void {
    super.write(data);
    this.onWrite();
  }
}

test('--watch runs again what changed, the tests or their automation, until it is ended', async () => {
  put('a.yaml', answering(200));
  put('a.test.yaml', expecting(200));
  put('b.yaml', answering(200, 'b'));
  put('b.test.yaml', expecting(200));
  const out = new Watched();
  const err = new Watched();
  const done = shell.runWith(out, err, 'test', '--watch');
  const until = (output: Watched, ready: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      output.onWrite = () => {
        if (ready()) resolve();
      };
      output.onWrite();
    });
  await until(err, () => err.text.includes('watching'));
  expect(out.text).toMatch(/\n2 passed, 0 failed\n$/);
  const before = out.text.length;
  put('b.yaml', answering(201, 'b'));
  await until(out, () => out.text.slice(before).endsWith('0 passed, 1 failed\n'));
  expect(out.text.slice(before)).not.toContain('a.test.yaml');
  shell.ended.abort();
  expect(await done).toBe(1);
});
