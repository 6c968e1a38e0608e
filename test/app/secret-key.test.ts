import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSecretKey } from '../../src/app/secret-key.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hookwright-key-'));
  path = join(folder, 'secret.key');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('on new data a key is made, for its owner alone, and is the same from then on', () => {
  const key = readSecretKey(folder, false);
  expect(key).toHaveLength(32);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['secret.key']);
  expect(Buffer.from(readFileSync(path, 'utf8'), 'base64')).toEqual(Buffer.from(key));
  expect(Buffer.from(readSecretKey(folder, true))).toEqual(Buffer.from(key));
});

test('a key written by hand may be hex or base64', () => {
  const key = Buffer.alloc(32, 7);
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    writeFileSync(path, `${key.toString(encoding)}\n`, { mode: 0o600 });
    expect(Buffer.from(readSecretKey(folder, true))).toEqual(key);
  }
});

test.each([0o640, 0o604, 0o666])('a key file that others may read is refused: mode %o', (mode) => {
  readSecretKey(folder, false);
  chmodSync(path, mode);
  expect(() => readSecretKey(folder, false)).toThrow(
    expect.objectContaining({
      code: 'secret.key_unusable',
      message: `Expected the key file ${path} to be readable for its owner alone, got mode ${mode.toString(8)}.`,
      next: `If nobody else can have read it: chmod 600 ${path}`,
    }),
  );
});

test.each(['', 'password', 'ab'.repeat(31), 'A'.repeat(42)])(
  'what is no key is refused: %j',
  (text) => {
    writeFileSync(path, text, { mode: 0o600 });
    const refused = expect.objectContaining({
      code: 'secret.key_unusable',
      message: `Expected 32 bytes as base64 or hex in the key file ${path}, got something else.`,
    });
    expect(() => readSecretKey(folder, false)).toThrow(refused);
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);

test('a key that is missing beside stored secrets is not made anew', () => {
  expect(() => readSecretKey(folder, true)).toThrow(
    expect.objectContaining({ code: 'secret.key_unusable' }),
  );
  expect(readdirSync(folder)).toEqual([]);
});
