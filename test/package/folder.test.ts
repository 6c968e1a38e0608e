import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readFolder } from '../../src/package/folder.ts';
import { watchFolder } from '../../src/package/watch-folder.ts';

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

/** A folder that is watched: `change` resolves at the first change that is told after `act`. */
function watched(folder: string): { change(act: () => void): Promise<void>; stop(): void } {
  let told: () => void = () => {};
  const stop = watchFolder(
    folder,
    () => told(),
    (error) => {
      throw error;
    },
  );
  const change = (act: () => void): Promise<void> => {
    const next = new Promise<void>((resolve) => (told = resolve));
    act();
    return next;
  };
  return { change, stop };
}

test('a file is watched on when another one is put into its place, again and again', async () => {
  const folder = mkdtempSync(join(root, 'renamed-'));
  const file = join(folder, 'a.yaml');
  writeFileSync(file, 'automation: a');
  const { change, stop } = watched(folder);
  for (let round = 0; round < 4; round++) {
    await change(() => {
      writeFileSync(join(folder, '.a.yaml.tmp'), `automation: a${round}`);
      renameSync(join(folder, '.a.yaml.tmp'), file);
    });
    await change(() => writeFileSync(file, `automation: b${round}`));
  }
  await change(() => rmSync(file));
  await change(() => writeFileSync(file, 'automation: c'));
  stop();
});

test('files in folders that come, go and come again are watched', async () => {
  const folder = mkdtempSync(join(root, 'deep-'));
  const deep = join(folder, 'a', 'b');
  const { change, stop } = watched(folder);
  for (let round = 0; round < 2; round++) {
    await change(() => mkdirSync(deep, { recursive: true }));
    await change(() => writeFileSync(join(deep, 'x.yaml'), 'automation: x'));
    await change(() => writeFileSync(join(deep, 'x.yaml'), 'automation: y'));
    await change(() => rmSync(join(folder, 'a'), { recursive: true }));
  }
  stop();
});

test('a folder into whose place another one comes is watched there', async () => {
  const folder = join(root, 'current');
  for (const version of ['v1', 'v2', 'v3']) mkdirSync(join(root, version));
  symlinkSync('v1', folder);
  const { change, stop } = watched(folder);
  await change(() => {
    symlinkSync('v2', join(root, 'next'));
    renameSync(join(root, 'next'), folder);
  });
  await change(() => writeFileSync(join(root, 'v2', 'a.yaml'), 'automation: a'));
  await change(() => {
    rmSync(folder);
    renameSync(join(root, 'v3'), folder);
  });
  await change(() => writeFileSync(join(folder, 'a.yaml'), 'automation: a'));
  stop();
});

test('a folder that holds too many is told of, and not walked through to its end', async () => {
  const folder = mkdtempSync(join(root, 'many-'));
  for (let number = 0; number < 10_001; number++) mkdirSync(join(folder, `f${number}`));
  await expect(readFolder(folder)).rejects.toThrow(
    `Expected at most 10000 folders below ${folder}, got more.`,
  );
});

test('what is no file is passed over, and links are followed, each folder once', async () => {
  const folder = mkdtempSync(join(root, 'odd-'));
  const other = mkdtempSync(join(root, 'other-'));
  writeFileSync(join(other, 'other.yaml'), 'automation: other');
  writeFileSync(join(folder, 'a.yaml'), 'automation: a');
  mkdirSync(join(folder, 'folder.yaml'));
  symlinkSync('nowhere', join(folder, 'dead.yaml'));
  symlinkSync('a.yaml', join(folder, 'link.yaml'));
  symlinkSync('.', join(folder, 'loop'));
  symlinkSync(other, join(folder, 'more'));
  const read = await readFolder(folder);
  expect(read?.map(({ file }) => file)).toEqual(['a.yaml', 'link.yaml', 'more/other.yaml']);
});
