import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Package } from '../../src/core/package.ts';
import { readPackageFolder } from '../../src/package/read/folder.ts';
import { readPackage } from '../../src/package/read/package.ts';
import type { PackageReading } from '../../src/package/read/reading.ts';
import { makeKeyPair, readPrivateKey } from '../../src/package/seal/keys.ts';
import { sealPackage, signPackage } from '../../src/package/seal/sign.ts';
import { documentJson, documentYaml } from '../../src/package/write/document.ts';
import { packageFiles } from '../../src/package/write/folder.ts';
import { generatedPackage } from './generated.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookwright-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { privatePem, publicKey } = makeKeyPair();
const key = readPrivateKey(privatePem, 'the key');

function same(reading: PackageReading, pkg: Package): void {
  const errors = reading.diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors).toEqual([]);
  expect(reading.package?.manifest).toEqual(pkg.manifest);
  expect(reading.package?.records).toEqual(pkg.records);
  expect(reading.package?.original).toEqual(pkg.original);
}

test('reading what was written as JSON or YAML gives the same package', () => {
  fc.assert(
    fc.property(generatedPackage, (pkg) => {
      const seal = sealPackage(pkg);
      same(readPackage(Buffer.from(documentJson(pkg, seal)), 'a.json'), pkg);
      same(readPackage(Buffer.from(documentYaml(pkg, seal)), 'a.yaml'), pkg);
    }),
    { numRuns: 150 },
  );
});

test('reading the folder that was written gives the same package, with its signature', async () => {
  await fc.assert(
    fc.asyncProperty(generatedPackage, async (pkg) => {
      const dir = mkdtempSync(join(folder, 'f'));
      for (const { path, text } of packageFiles(pkg, signPackage(pkg, key))) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), text);
      }
      const reading = await readPackageFolder(dir);
      same(reading, pkg);
      expect(reading.package?.signature).toEqual({ state: 'valid', key: publicKey });
    }),
    { numRuns: 40 },
  );
});
