import { beforeEach, expect, test } from 'vitest';
import { VAULT_KEY_BYTES, Vault } from '../../src/core/vault.ts';
import { otherKey, proveKey } from '../../src/engine/key-proof.ts';
import { MemorySecrets } from './secret-memory.ts';

const NONE = { secrets: [], hooks: [] };
let store: MemorySecrets;

beforeEach(() => {
  store = new MemorySecrets();
});

function vault(keyByte: number): Vault {
  return new Vault(new Uint8Array(VAULT_KEY_BYTES).fill(keyByte));
}

test('the key of new data is the first that it is opened with', async () => {
  expect(await proveKey(store, vault(1), NONE)).toBe(true);
  expect(await proveKey(store, vault(1), { secrets: ['DAMAGED'], hooks: [] })).toBe(true);
  expect(await proveKey(store, vault(2), { secrets: ['A'], hooks: [] })).toBe(false);
});

test('another key is the wrong one as long as a secret or a hook needs the one before', async () => {
  await proveKey(store, vault(1), NONE);
  expect(await proveKey(store, vault(2), { secrets: ['A'], hooks: [] })).toBe(false);
  expect(await proveKey(store, vault(2), { secrets: [], hooks: ['warehouse'] })).toBe(false);
  expect(await proveKey(store, vault(2), NONE)).toBe(true);
  expect(await proveKey(store, vault(1), { secrets: [], hooks: ['warehouse'] })).toBe(false);
});

test('the error names what cannot be read, a few of many, and what to do with each kind', () => {
  const secrets = Array.from({ length: 12 }, (_, i) => `S${i}`);
  expect(otherKey({ secrets, hooks: ['ware house'] })).toMatchObject({
    code: 'secret.unreadable',
    message:
      'Expected the key under which secrets are stored, got another one; the secrets S0, S1, S2, S3, S4, S5, S6, S7, S8, S9 and 2 more and the hook "ware house" cannot be read.',
    next: 'Start with the key they were stored under. If it is lost, set or delete each secret with `hookwright secret`, and rotate or delete each hook with `hookwright hook`.',
  });
  expect(otherKey({ secrets: [], hooks: ['a', 'b'] })).toMatchObject({
    message:
      'Expected the key under which secrets are stored, got another one; the hooks "a", "b" cannot be read.',
    next: 'Start with the key they were stored under. If it is lost, rotate or delete each hook with `hookwright hook`.',
  });
});
