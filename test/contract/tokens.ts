import { describe, expect, test } from 'vitest';
import type { ApiToken } from '../../src/core/api-token.ts';
import { NOW } from './records.ts';
import type { OpenedStore } from './store.ts';

/** What every adapter does with the tokens of programs. */
export function tokenContract(opened: OpenedStore): void {
  describe('tokens', () => {
    const tokenOf = (name: string): ApiToken => ({
      id: `tok_${name}`,
      name,
      scopes: ['messages', 'track'],
      digest: name.repeat(3),
      createdAt: NOW,
    });

    test('are listed by name as they were made', async () => {
      for (const name of ['b', 'a']) await opened.store.createToken(tokenOf(name));
      await opened.reopen();
      expect(await opened.store.tokens()).toStrictEqual([tokenOf('a'), tokenOf('b')]);
    });

    test('have names of their own', async () => {
      await opened.store.createToken(tokenOf('a'));
      const other = { ...tokenOf('b'), name: 'a' };
      await expect(opened.store.createToken(other)).rejects.toMatchObject({
        code: 'token.name_taken',
        message: 'Expected a name that no token has, got "a", the name of tok_a.',
      });
      expect(await opened.store.tokens()).toHaveLength(1);
    });

    test('are gone when deleted, and must exist for that', async () => {
      await opened.store.createToken(tokenOf('a'));
      await opened.store.deleteToken('tok_a');
      expect(await opened.store.tokens()).toEqual([]);
      await expect(opened.store.deleteToken('tok_a')).rejects.toMatchObject({
        code: 'token.not_found',
      });
    });
  });
}
