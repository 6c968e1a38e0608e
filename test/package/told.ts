import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { readPackageFolder } from '../../src/package/read/folder.ts';
import { readPackage } from '../../src/package/read/package.ts';
import type { PackageReading } from '../../src/package/read/reading.ts';

/** Where a test's folders are; gone when its file has been run. */
export const root = mkdtempSync(join(tmpdir(), 'hookwright-hostile-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

export const HEAD = { package: 'shop', version: '1.0.0' };
export const HOOK = 'kind: hook\nname: a\n';

/** What is told of a document. */
export function read(document: unknown): readonly string[] {
  const text = typeof document === 'string' ? document : JSON.stringify(document, null, 1);
  return said(readPackage(Buffer.from(text), 'p'));
}

/** What a folder with these files gives; its own path is left out. */
export async function readFolder(
  files: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const dir = mkdtempSync(join(root, 'd'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  return said(await readPackageFolder(dir)).map((line) => line.replace(`${dir}/`, ''));
}

export function said({ diagnostics, package: pkg }: PackageReading): readonly string[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(pkg === undefined).toBe(errors.length > 0);
  return diagnostics.map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code}: ${message}`,
  );
}

/** A package with these records. */
export function records(...list: readonly object[]): object {
  return { ...HEAD, records: list };
}
