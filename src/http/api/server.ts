import type { Hono } from 'hono';
import type { ApiParts } from './parts.ts';
import type { ServerJson } from './represent/server.ts';
import { iso } from './represent/time.ts';
import { route } from './route.ts';

export function routeServer(api: Hono, parts: ApiParts): void {
  const { registry, version, url, clock } = parts;
  const startedAt = clock();
  route(api, '/server', {
    GET: (c) => {
      const server: ServerJson = {
        version,
        url: url(),
        started_at: iso(startedAt),
        uptime_ms: clock() - startedAt,
        webhooks: registry.webhooks().length,
        automations: registry.automations().length,
      };
      return c.json(server);
    },
  });
}
