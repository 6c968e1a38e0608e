import type { Context, Hono } from 'hono';
import type { AutomationEntry } from '../../engine/automations.ts';
import { readAutomation } from './input/automation.ts';
import type { ApiParts } from './parts.ts';
import {
  type AutomationJson,
  automationBriefJson,
  automationJson,
} from './represent/automation.ts';
import { route } from './route.ts';

export function routeAutomations(api: Hono, parts: ApiParts): void {
  const { registry, automations, clock, start } = parts;
  const represent = (entry: AutomationEntry): AutomationJson => {
    const bound = registry
      .webhooks()
      .filter(({ bindings }) => bindings.some(({ automation }) => automation === entry.name));
    return automationJson(
      entry,
      bound.map(({ name }) => name),
      clock(),
    );
  };
  const named = (c: Context): string => c.req.param('name') as string;
  route(api, '/automations', {
    GET: (c) =>
      c.json({
        automations: registry.automations().map((entry) => automationBriefJson(entry, clock())),
      }),
  });
  route(api, '/automations/:name', {
    GET: (c) => c.json(represent(registry.automation(named(c)))),
    PUT: async (c) => {
      const { source } = await readAutomation(c);
      return c.json(represent(await automations.save(named(c), source)));
    },
    DELETE: async (c) => c.json(represent(await automations.delete(named(c)))),
  });
  route(api, '/automations/:name/run', {
    POST: async (c) => {
      const { id } = await start(named(c));
      return c.json({ event: id }, 202);
    },
  });
}
