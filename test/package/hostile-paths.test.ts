import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_BYTES_MAX } from '../../src/package/limits.ts';
import { readPackageFolder } from '../../src/package/read/folder.ts';
import { HOOK, read, readFolder, records, root, said } from './told.ts';

describe('paths', () => {
  test.each([
    '../a.yaml',
    'a/../../b.yaml',
    './a.yaml',
    '/etc/a.yaml',
    'C:\\a.yaml',
    'C:/a.yaml',
    'a\\b.yaml',
    'a\u0000.yaml',
    'a\n.yaml',
    '.hidden.yaml',
    'a/.git/b.yaml',
    'a//b.yaml',
    'a.yaml/',
    '',
    'con.yaml',
    'a/NUL.yaml',
    'a./b.yaml',
    'node_modules/a.yaml',
    'a.txt',
    'package.yaml',
    'Package.YAML',
    'package.seal.yaml',
    'a:b.yaml',
    `${'a/'.repeat(9)}b.yaml`,
    `${'a'.repeat(300)}.yaml`,
    'a\u202eb.yaml',
  ])('%j leaves the folder, or is stored nowhere, and is refused', (file) => {
    const told = read(records({ file, text: HOOK, uid: 'x' }));
    expect(told).toEqual([expect.stringMatching(/^p:6:12 package.path: Expected /)]);
  });

  test('that are one file on some systems are refused', () => {
    const files = [
      'a.yaml',
      'A.yaml',
      'caf\u00e9.yaml',
      'cafe\u0301.yaml',
      'd.yaml',
      'd.yaml/e.yaml',
    ];
    const told = read(
      records(...files.map((file, index) => ({ file, text: `uid: u${index}\n${HOOK}` }))),
    );
    expect(told.map((line) => line.split(' package.path')[0])).toEqual([
      'p:10:12',
      'p:18:12',
      'p:26:12',
    ]);
  });

  test('that a folder itself has are refused too, and files of other kinds passed over', async () => {
    const head = { 'package.yaml': 'name: a\nversion: 1.0.0\n' };
    expect(
      await readFolder({
        ...head,
        'b b/ok.yaml': HOOK,
        'a:b.yaml': HOOK,
        'A.YML': HOOK,
        '.x.yaml': '{',
        'y.txt': '{',
      }),
    ).toEqual([
      'A.YML:1:1 package.path: Expected a path that ends in `.yaml`, got another one',
      'a:b.yaml:1:1 package.path: Expected names of letters, digits, `.`, `_` and `-`, got "a:b.yaml"',
    ]);
    expect(await readFolder({ ...head, [`${'d/'.repeat(10)}a.yaml`]: HOOK })).toEqual([
      expect.stringContaining(
        'package.path: Expected at most 8 folders inside each other, got more',
      ),
    ]);
    expect(
      await readFolder({
        ...head,
        'original.json': '{}',
        'original.kata': '',
        'package.seal.yaml': `digest: ${'ab'.repeat(32)}\n`,
      }),
    ).toEqual([
      'original.kata:1:1 package.path: Expected one original, got `original.kata` beside `original.json`',
      'package.seal.yaml:1:1 key.missing: Expected `signature`, got none',
    ]);
    expect(await readFolder({ 'a.yaml': HOOK })).toEqual([
      'package.yaml:1:1 package.missing: Expected a package, got a folder without `package.yaml`',
    ]);
  });

  test('of links, pipes and huge files in a folder are refused without reading them', async () => {
    const dir = mkdtempSync(join(root, 'd'));
    writeFileSync(join(dir, 'package.yaml'), 'name: a\nversion: 1.0.0\n');
    symlinkSync('/etc/passwd', join(dir, 'a.yaml'));
    symlinkSync('/etc', join(dir, 'etc'));
    symlinkSync('/dev/zero', join(dir, 'original.json'));
    execFileSync('mkfifo', [join(dir, 'pipe.yaml')]);
    writeFileSync(join(dir, 'z.yaml'), '');
    truncateSync(join(dir, 'z.yaml'), PACKAGE_BYTES_MAX * 100);
    const told = said(await readPackageFolder(dir)).map((line) => line.replace(`${dir}/`, ''));
    expect(told.map((line) => line.split(':')[0]).sort()).toEqual([
      ...['a.yaml', 'etc', 'original.json', 'pipe.yaml', 'z.yaml'],
    ]);
    expect(told.at(-1)).toBe(
      'z.yaml:1:1 package.too_large: Expected at most 8MB in all files, got more',
    );
    expect(readdirSync(dir)).toHaveLength(6);
  });
});
