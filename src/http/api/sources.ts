import type { Context, Hono } from 'hono';
import { requireSource } from '../../engine/callers/source-folder.ts';
import type { ApiParts } from './parts.ts';
import { type SourceBriefJson, sourceJson } from './represent/source.ts';
import { route } from './route.ts';

export function routeSources(api: Hono, { sources }: ApiParts): void {
  const brief = async (name: string): Promise<SourceBriefJson> => {
    const found = await sources.get(name);
    if (found?.source === undefined) {
      const description = found?.diagnostics[0]?.message ?? 'It cannot be read.';
      return { name, description, usable: false, secrets: {} };
    }
    const { description, keys } = found.source;
    return { name, description, usable: true, secrets: keys };
  };
  route(api, '/sources', {
    GET: async (c) => c.json({ sources: await Promise.all((await sources.names()).map(brief)) }),
  });
  route(api, '/sources/:name', {
    GET: async (c: Context) =>
      c.json(sourceJson(await requireSource(sources, c.req.param('name') as string))),
  });
}
