import type { Context, Hono } from 'hono';
import { readSecretDraft } from './input.ts';
import type { ApiParts } from './parts.ts';
import { secretJson } from './represent.ts';
import { route } from './route.ts';

/** Values go in and never come out. */
export function routeSecrets(api: Hono, { secrets }: ApiParts): void {
  const name = (c: Context): string => c.req.param('name') as string;
  route(api, '/secrets', {
    GET: (c) => c.json({ secrets: secrets.list().map(secretJson) }),
  });
  route(api, '/secrets/:name', {
    GET: (c) => c.json(secretJson(secrets.facts(name(c)))),
    PUT: async (c) => {
      const draft = await readSecretDraft(c);
      return c.json(secretJson(await secrets.set(name(c), draft)));
    },
    DELETE: async (c) => c.json(secretJson(await secrets.delete(name(c)))),
  });
}
