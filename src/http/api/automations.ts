import type { Hono } from 'hono';
import type { ApiParts } from './parts.ts';
import { automationBriefJson, automationJson } from './represent-automation.ts';
import { route } from './route.ts';

export function routeAutomations(api: Hono, { registry, clock, start }: ApiParts): void {
  route(api, '/automations', {
    GET: (c) =>
      c.json({
        automations: registry.automations().map((entry) => automationBriefJson(entry, clock())),
      }),
  });
  route(api, '/automations/:name', {
    GET: (c) => {
      const entry = registry.automation(c.req.param('name') as string);
      const bound = registry
        .webhooks()
        .filter(({ bindings }) => bindings.some(({ automation }) => automation === entry.name));
      return c.json(
        automationJson(
          entry,
          bound.map(({ name }) => name),
          clock(),
        ),
      );
    },
  });
  route(api, '/automations/:name/run', {
    POST: async (c) => {
      const { id } = await start(c.req.param('name') as string);
      return c.json({ event: id }, 202);
    },
  });
}
