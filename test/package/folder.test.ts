import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readFolder, watchFolder } from '../../src/package/folder.ts';

const root = mkdtempSync(join(tmpdir(), 'hookwright-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('of a package’s folder the automations load, and no other record', async () => {
  const files: Readonly<Record<string, string>> = {
    'package.yaml': 'name: a\nversion: 1.0.0\n',
    'package.seal.yaml': 'digest: x\n',
    'plain.yaml': 'automation: plain\nsteps: []\n',
    'said.yaml': 'kind: automation\nautomation: said\nsteps: []\n',
    'inside.yaml':
      'automation: inside\nsteps:\n  - set:\n      text: |\n        kind: webhook\n      kind: hook\n',
    'odd.yaml': 'kind: bot\nautomation: odd\n',
    'sub/webhook.yaml': '# About\r\nname: w\r\nkind: webhook # yes\r\n',
    'hook.yaml': '"kind": "hook"\nname: h\n',
    'plain.test.yaml': 'cases: []\n',
    'original.json': '{}',
    '.hidden/a.yaml': 'automation: hidden\n',
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const read = await readFolder(root);
  expect(read?.map(({ file }) => file)).toEqual([
    'inside.yaml',
    'odd.yaml',
    'plain.yaml',
    'said.yaml',
  ]);
});

test('what is called like an automation and is no file is passed over', async () => {
  const folder = join(root, 'odd');
  mkdirSync(join(folder, 'folder.yaml'), { recursive: true });
  writeFileSync(join(folder, 'folder.yaml', 'inside.yaml'), 'automation: inside');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link.yaml'));
  const read = await readFolder(folder);
  expect(read?.map(({ file }) => file)).toEqual(['folder.yaml/inside.yaml']);
});

test('a folder that is made after the start is found, and watched from then on', async () => {
  const folder = join(root, 'later', 'automations');
  const errors: unknown[] = [];
  let change: () => void = () => {};
  const next = () => new Promise<void>((resolve) => (change = resolve));
  const made = next();
  const stop = watchFolder(
    folder,
    () => change(),
    (error) => errors.push(error),
  );
  mkdirSync(folder, { recursive: true });
  await made;
  const written = next();
  writeFileSync(join(folder, 'a.yaml'), 'automation: a');
  await written;
  stop();
  expect(errors).toEqual([]);
});
