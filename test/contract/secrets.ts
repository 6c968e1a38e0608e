import { describe, expect, test } from 'vitest';
import type { SealedSecret } from '../../src/core/secret.ts';
import { NOW } from './records.ts';
import type { OpenedStore } from './store.ts';

/** What every adapter does with secrets; what is in the bytes is not its matter. */
export function secretContract(opened: OpenedStore): void {
  describe('secrets', () => {
    const rotated: SealedSecret = {
      name: 'B',
      hosts: ['api.example.com', '*.example.net:8443'],
      sealed: Uint8Array.of(0, 1, 255),
      previous: { sealed: Uint8Array.of(7), until: NOW + 5 },
      createdAt: NOW,
      updatedAt: NOW + 1,
    };
    const { previous: _, ...plain } = { ...rotated, name: 'A', hosts: [] };

    test('are listed by name as they were saved, absent fields absent', async () => {
      await opened.store.saveSecret(rotated);
      await opened.store.saveSecret(plain);
      await opened.reopen();
      expect(bare(await opened.store.secrets())).toStrictEqual([plain, rotated]);
    });

    test('are replaced as a whole', async () => {
      await opened.store.saveSecret(rotated);
      const changed = { ...plain, name: 'B', sealed: Uint8Array.of(9), updatedAt: NOW + 9 };
      await opened.store.saveSecret(changed);
      expect(bare(await opened.store.secrets())).toStrictEqual([changed]);
    });

    test('are gone when deleted, and must exist for that', async () => {
      await opened.store.saveSecret(plain);
      await opened.store.deleteSecret('A');
      expect(await opened.store.secrets()).toEqual([]);
      await expect(opened.store.deleteSecret('A')).rejects.toMatchObject({
        code: 'secret.not_found',
        message: 'Expected the name of a secret, got "A", which there is none of.',
      });
    });

    test('have one proof of their key, the last that was saved', async () => {
      expect(await opened.store.keyProof()).toBeUndefined();
      await opened.store.saveKeyProof(Uint8Array.of(1, 2));
      await opened.store.saveKeyProof(Uint8Array.of(3));
      await opened.reopen();
      expect([...((await opened.store.keyProof()) ?? [])]).toEqual([3]);
    });
  });
}

/** Bytes are bytes, whichever class of theirs the driver gives. */
function bare(secrets: readonly SealedSecret[]): SealedSecret[] {
  return secrets.map(({ previous, ...secret }) => ({
    ...secret,
    sealed: Uint8Array.from(secret.sealed),
    ...(previous === undefined
      ? {}
      : { previous: { ...previous, sealed: Uint8Array.from(previous.sealed) } }),
  }));
}
