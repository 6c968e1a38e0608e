import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { emptyFolder, FakeShell } from './fake.ts';

const GUIDE = new URL('../package/cerb/samples/webhooks-configure.json', import.meta.url).pathname;
const TASK = new URL('../package/cerb/samples/importing-minimal.json', import.meta.url).pathname;

let shell: FakeShell;
let folder: string;

beforeEach(() => {
  shell = new FakeShell();
  folder = emptyFolder();
});

test('without --out the files are printed, one after the other', async () => {
  const { code, out, err } = await shell.run('convert', GUIDE);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(
    /^# package\.yaml\n[\s\S]*\n---\n# automation_webhook\.yaml\nautomation: example\.webhook\.respond\n/,
  );
});

test('--out writes a new folder with the original beside, and no other', async () => {
  const out = join(folder, 'made');
  expect(await shell.run('convert', GUIDE, '--out', out)).toEqual({
    code: 0,
    out: `Wrote package.yaml, automation_webhook.yaml to ${out}\n`,
    err: '',
  });
  expect(readdirSync(out).sort()).toEqual([
    'automation_webhook.yaml',
    'original.json',
    'package.yaml',
  ]);
  expect(readFileSync(join(out, 'original.json'))).toEqual(readFileSync(GUIDE));
  expect(readdirSync(folder)).toEqual(['made']);
  const again = await shell.run('convert', GUIDE, '--out', out);
  expect(again.code).toBe(2);
  expect(again.err).toContain(`expected a new or empty folder, got ${out}, which has files.`);
  mkdirSync(join(folder, 'empty'));
  expect((await shell.run('convert', GUIDE, '--out', join(folder, 'empty'))).code).toBe(0);
});

test('errors are told with an excerpt, nothing is written, and the exit code is 3', async () => {
  const out = join(folder, 'made');
  const { code, out: printed, err } = await shell.run('convert', TASK, '--out', out);
  expect([code, printed]).toEqual([3, '']);
  expect(
    err,
  ).toBe(`${TASK}:8:19 error cerb.record: Expected an automation or a webhook, got \`task\` (task_001), a record of Cerb’s
8 |       "_context": "task",
  |                   ^^^^^^
  = \`--skip-unsupported\` converts the others without it.

Records that need Cerb: task_001 (task)
1 error
`);
  expect(existsSync(out)).toBe(false);
});

test('--skip-unsupported goes on without what needs Cerb', async () => {
  const { code, out, err } = await shell.run('convert', TASK, '--skip-unsupported');
  expect(code).toBe(0);
  expect(out).toContain('name: example-package');
  expect(err).toContain('it is left out');
});

test('--json tells files and diagnostics', async () => {
  const file = join(folder, 'hooks.yaml');
  writeFileSync(file, '- id: a\n  execute-command: x\n');
  const { code, out } = await shell.run('convert', file, '--json', '--out', join(folder, 'o'));
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    from: 'adnanh/webhook',
    manifest: { path: 'package.yaml' },
    records: [
      { kind: 'automation', uid: 'a', name: 'a', path: 'a.yaml' },
      { kind: 'webhook', path: 'a-webhook.yaml' },
    ],
    left_out: [],
    errors: 0,
    out: join(folder, 'o'),
  });
  expect(readdirSync(join(folder, 'o'))).toContain('original.yaml.txt');
});

test('standard input is a file too, and a missing one is told', async () => {
  shell.inputBytes = Buffer.from('start:\n  return:\n    body: hi\n');
  expect((await shell.run('convert', '-')).out).toContain('html: hi');
  expect(await shell.run('convert', join(folder, 'none'))).toMatchObject({ code: 2 });
});
