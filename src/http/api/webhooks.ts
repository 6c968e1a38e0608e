import type { Context, Hono } from 'hono';
import type { Webhook } from '../../core/webhook.ts';
import { readWebhookChange, readWebhookDraft } from './input/webhook.ts';
import type { ApiParts } from './parts.ts';
import { type WebhookJson, webhookJson } from './represent/webhook.ts';
import { route } from './route.ts';

export function routeWebhooks(api: Hono, { registry, url }: ApiParts): void {
  const represent = (webhook: Webhook): WebhookJson => webhookJson(webhook, url());
  const ref = (c: Context): string => c.req.param('ref') as string;
  route(api, '/webhooks', {
    GET: (c) => c.json({ webhooks: registry.webhooks().map(represent) }),
    POST: async (c) => {
      const draft = await readWebhookDraft(c);
      return c.json(represent(await registry.createWebhook(draft)), 201);
    },
  });
  route(api, '/webhooks/:ref', {
    GET: (c) => c.json(represent(registry.webhook(ref(c)))),
    PATCH: async (c) => {
      const change = await readWebhookChange(c);
      return c.json(represent(await registry.changeWebhook(ref(c), change)));
    },
    DELETE: async (c) => c.json(represent(await registry.deleteWebhook(ref(c)))),
  });
  route(api, '/webhooks/:ref/rotate', {
    POST: async (c) => c.json(represent(await registry.rotateToken(ref(c)))),
  });
}
