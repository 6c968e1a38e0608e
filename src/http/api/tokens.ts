import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { type ApiToken, TOKEN_SCOPES } from '../../core/api-token.ts';
import { object, readBody, text } from './input/read.ts';
import type { ApiParts } from './parts.ts';
import { iso } from './represent/time.ts';
import { route } from './route.ts';

/** A token as the API tells it: without its text. */
export interface TokenJson {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created_at: string;
}

/** The one time that its text is told: when it was made. */
export interface TokenWithTextJson extends TokenJson {
  readonly token: string;
}

const tokenDraft = object({
  name: text,
  scopes: z.array(z.enum(TOKEN_SCOPES, `one of ${TOKEN_SCOPES.join(', ')}`), 'a list'),
});

export function routeTokens(api: Hono, { tokens }: ApiParts): void {
  const ref = (c: Context): string => c.req.param('ref') as string;
  route(api, '/tokens', {
    GET: (c) => c.json({ tokens: tokens.list().map(tokenJson) }),
    POST: async (c) => {
      const { token, text: made } = await tokens.create(await readBody(c, tokenDraft));
      return c.json({ ...tokenJson(token), token: made }, 201);
    },
  });
  route(api, '/tokens/:ref', {
    GET: (c) => c.json(tokenJson(tokens.get(ref(c)))),
    DELETE: async (c) => c.json(tokenJson(await tokens.delete(ref(c)))),
  });
}

function tokenJson({ id, name, scopes, createdAt }: ApiToken): TokenJson {
  return { id, name, scopes, created_at: iso(createdAt) };
}
