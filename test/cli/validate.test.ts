import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { emptyFolder, FakeShell } from './fake.ts';

let shell: FakeShell;
let folder: string;

beforeEach(() => {
  shell = new FakeShell();
  folder = emptyFolder();
  shell.env = { HOOKWRIGHT_AUTOMATIONS_DIR: folder };
});

function put(file: string, text: string | Uint8Array): string {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const good = (name: string): string => `automation: ${name}\nsteps:\n  - return: { status: 200 }\n`;
const EXPRESSION = '$' + '{{ request.method == "POST" ? 1 : 2 }}';
const UNQUOTED = `automation: a\nsteps:\n  - set:\n      kind: ${EXPRESSION}\n`;
const QUOTED = `automation: a\nsteps:\n  - set:\n      kind: '${EXPRESSION}'\n`;

test('without paths, the automations folder is checked, deep but without tests and hidden files', async () => {
  put('a.yaml', good('a'));
  put('deep/er/b.yml', good('b'));
  put('c.test.yaml', 'x');
  put('package.yaml', 'x');
  put('.hidden/d.yaml', 'x');
  put('notes.txt', 'x');
  expect(await shell.run('validate')).toEqual({
    code: 0,
    out: '2 files, nothing wrong\n',
    err: '',
  });
});

test('every mistake of every file is told as compilers do, and the exit code is 3', async () => {
  const a = put('a.yaml', 'automation: a\nsteps:\n  - retrun: {}\n');
  const b = put('b.yaml', 'automation: b\nstep: []\n');
  const { code, out } = await shell.run('validate', b, a);
  expect(code).toBe(3);
  expect(out).toContain(
    [
      `${a}:3:5 error step.unknown: Expected a step, got \`retrun\``,
      '3 |   - retrun: {}',
      '  |     ^^^^^^',
      '  = Did you mean "return"?',
      '',
      '',
    ].join('\n'),
  );
  expect(out).toContain(`${b}:2:1 error `);
  expect(out).toMatch(/\n2 files, [3-9] errors\n$/);
});

test('on a terminal, the place of a mistake is coloured', async () => {
  shell.out.terminal = true;
  const { out } = await shell.run(
    'validate',
    put('a.yaml', 'automation: a\nsteps:\n  - retrun: {}\n'),
  );
  expect(out).toContain(' \x1b[31merror\x1b[39m step.unknown: ');
  expect(out).toContain('\n  |     \x1b[31m^^^^^^\x1b[39m\n');
});

test('--json tells the same for tools', async () => {
  const path = put('a.yaml', 'automation: a\nsteps:\n  - retrun: {}\n');
  put('b.yaml', good('b'));
  const { code, out } = await shell.run('validate', '--json');
  expect(code).toBe(3);
  expect(JSON.parse(out)).toEqual({
    files: [
      {
        file: path,
        automation: null,
        fixed: 0,
        diagnostics: [
          {
            file: path,
            line: 3,
            column: 5,
            length: 6,
            severity: 'error',
            code: 'step.unknown',
            message: 'Expected a step, got `retrun`',
            hint: 'Did you mean "return"?',
          },
        ],
      },
      { file: join(folder, 'b.yaml'), automation: 'b', fixed: 0, diagnostics: [] },
    ],
    errors: 1,
    warnings: 0,
  });
});

test('two files that define one automation are told of, at the second', async () => {
  const first = put('a.yaml', good('same'));
  const second = put('b.yaml', `# a comment\n${good('same')}`);
  const { code, out } = await shell.run('validate', first, second, first);
  expect(code).toBe(3);
  expect(out).toBe(
    [
      `${second}:2:13 error automation.duplicate: Expected a name of its own, got "same", which ${first} has too.`,
      '2 | automation: same',
      '  |             ^^^^',
      '',
      '2 files, 1 error',
      '',
    ].join('\n'),
  );
});

test('--fix mends the file in place, with its permissions, through a link', async () => {
  const path = put('a.yaml', UNQUOTED);
  chmodSync(path, 0o640);
  const link = join(folder, 'link.yaml');
  symlinkSync(path, link);
  expect((await shell.run('validate', path)).code).toBe(3);
  expect(readFileSync(path, 'utf8')).toBe(UNQUOTED);
  expect(await shell.run('validate', link, '--fix')).toEqual({
    code: 0,
    out: `${link}: mended 1 mistake\n\n1 file, nothing wrong\n`,
    err: '',
  });
  expect(readFileSync(path, 'utf8')).toBe(QUOTED);
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test('--fix leaves a file alone that is not UTF-8, because its bytes would be lost', async () => {
  const bytes = Buffer.concat([
    Buffer.from('# caf'),
    Buffer.from([0xe9, 10]),
    Buffer.from(UNQUOTED),
  ]);
  const path = put('a.yaml', bytes);
  await shell.run('validate', path, '--fix');
  expect(readFileSync(path)).toEqual(bytes);
});

test.each([
  ['nothing.yaml', 'but there is none'],
  ['a.yaml/b.yaml', 'but a part of the path is no folder'],
])('a path such as %s is told as wrong usage', async (name, reason) => {
  put('a.yaml', good('a'));
  const path = join(folder, name);
  const { code, out, err } = await shell.run('validate', path);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(`hookwright: expected a file at ${path}, ${reason}`);
});
