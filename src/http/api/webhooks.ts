import type { Context, Hono } from 'hono';
import type { Webhook } from '../../core/webhook.ts';
import { sourceWarnings } from '../../engine/callers/source-warnings.ts';
import { readSample } from './input/sample.ts';
import { readWebhookChange, readWebhookDraft } from './input/webhook.ts';
import type { ApiParts } from './parts.ts';
import { answerJson } from './represent/run.ts';
import { type WebhookJson, webhookJson } from './represent/webhook.ts';
import { route } from './route.ts';

export function routeWebhooks(
  api: Hono,
  { registry, secrets, sources, send, url, publicUrl }: ApiParts,
): void {
  const represent = (webhook: Webhook): WebhookJson => webhookJson(webhook, url());
  const explain = async (webhook: Webhook): Promise<WebhookJson> => {
    const isStored = (name: string) => secrets.list().some((secret) => secret.name === name);
    const { settings } = webhook;
    const warnings = await sourceWarnings(settings, sources, isStored, publicUrl);
    return { ...represent(webhook), ...(warnings.length === 0 ? {} : { warnings }) };
  };
  const ref = (c: Context): string => c.req.param('ref') as string;
  route(api, '/webhooks', {
    GET: (c) => c.json({ webhooks: registry.webhooks().map(represent) }),
    POST: async (c) => {
      const draft = await readWebhookDraft(c);
      return c.json(await explain(await registry.createWebhook(draft)), 201);
    },
  });
  route(api, '/webhooks/:ref', {
    GET: async (c) => c.json(await explain(registry.webhook(ref(c)))),
    PATCH: async (c) => {
      const change = await readWebhookChange(c);
      return c.json(await explain(await registry.changeWebhook(ref(c), change)));
    },
    DELETE: async (c) => c.json(represent(await registry.deleteWebhook(ref(c)))),
  });
  route(api, '/webhooks/:ref/send', {
    POST: async (c) =>
      c.json(answerJson(await send(registry.webhook(ref(c)), await readSample(c)))),
  });
  route(api, '/webhooks/:ref/rotate', {
    POST: async (c) => c.json(represent(await registry.rotateToken(ref(c)))),
  });
}
