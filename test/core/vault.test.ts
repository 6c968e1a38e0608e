import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VAULT_KEY_BYTES, Vault } from '../../src/core/vault.ts';

const key = fc.uint8Array({ minLength: VAULT_KEY_BYTES, maxLength: VAULT_KEY_BYTES });
const unreadable = expect.objectContaining({ code: 'secret.unreadable' });

test('what was sealed opens with the same key at the same place', () => {
  fc.assert(
    fc.property(key, fc.string({ unit: 'grapheme' }), fc.string(), (bytes, plain, place) => {
      const vault = new Vault(bytes);
      expect(vault.open(vault.seal(plain, place), place)).toBe(plain);
    }),
  );
});

test('the same value is sealed to other bytes each time', () => {
  const vault = new Vault(new Uint8Array(VAULT_KEY_BYTES));
  expect(vault.seal('value', 'place')).not.toEqual(vault.seal('value', 'place'));
});

test('a value does not open at another place, with another key, or where a bit was flipped', () => {
  const vault = new Vault(new Uint8Array(VAULT_KEY_BYTES));
  const sealed = vault.seal('value', 'secret/A');
  expect(() => vault.open(sealed, 'secret/B')).toThrow(unreadable);
  const other = new Vault(new Uint8Array(VAULT_KEY_BYTES).fill(1));
  expect(() => other.open(sealed, 'secret/A')).toThrow(unreadable);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = Uint8Array.from(sealed);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(() => vault.open(flipped, 'secret/A')).toThrow(unreadable);
  }
  for (let length = 0; length < sealed.length; length++) {
    expect(() => vault.open(sealed.subarray(0, length), 'secret/A')).toThrow(unreadable);
  }
});

test('a key of another length is refused', () => {
  expect(() => new Vault(new Uint8Array(16))).toThrow('Expected a key of 32 bytes, got 16.');
});
