import { beforeEach, expect, test } from 'vitest';
import type { ApiToken } from '../../src/core/api-token.ts';
import { idMaker } from '../../src/core/ids.ts';
import type { TokenStore } from '../../src/engine/ports.ts';
import { Tokens } from '../../src/engine/tokens.ts';

let rows: ApiToken[];
const store: TokenStore = {
  tokens: async () => rows,
  createToken: async (token) => void rows.push(token),
  deleteToken: async (id) => void rows.splice(rows.findIndex((row) => row.id === id) >>> 0, 1),
};

beforeEach(() => {
  rows = [];
});

const open = () => Tokens.open({ store, clock: () => 0, makeId: idMaker() });

test('a token is found by its text, also after a start, and the store holds nothing of that', async () => {
  const tokens = await open();
  const { token, text } = await tokens.create({ name: 'shop', scopes: ['track', 'messages'] });
  expect(text).toMatch(/^hwt_[0-9a-f]{40}$/);
  expect(token.scopes).toEqual(['messages', 'track']);
  expect(JSON.stringify(rows)).not.toContain(text.slice(4));
  for (const opened of [tokens, await open()]) {
    expect(opened.find(text)).toEqual(token);
    for (const other of [text.slice(4), `${text}0`, '', token.digest, token.id])
      expect(opened.find(other)).toBeUndefined();
  }
  await tokens.delete(token.id);
  expect(tokens.find(text)).toBeUndefined();
  expect((await open()).list()).toEqual([]);
});

test('an unknown name is told with the nearest one, and every mistake of a draft at once', async () => {
  const tokens = await open();
  await tokens.create({ name: 'billing', scopes: ['messages'] });
  expect(() => tokens.get('biling')).toThrow(
    expect.objectContaining({ code: 'token.not_found', next: 'Did you mean "billing"?' }),
  );
  await expect(tokens.create({ name: ' ', scopes: [] })).rejects.toMatchObject({
    code: 'token.invalid',
    message: expect.stringMatching(/Expected a name .* Expected a scope, got none\./),
  });
});
