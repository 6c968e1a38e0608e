import type { Context, Hono } from 'hono';
import { HookwrightError } from '../../core/errors.ts';
import type { RefusedRequest } from '../../core/refused-request.ts';
import { diagnoseStored } from '../../engine/callers/diagnosis.ts';
import { urlOf } from '../../engine/seen.ts';
import type { SourceRequest } from '../../source/request.ts';
import { findEvent, seenByRuns } from './events.ts';
import type { ApiParts } from './parts.ts';
import { diagnosisJson, refusalJson } from './represent/refusal.ts';
import { route } from './route.ts';

/** Requests that were refused, and why; the same for one that was taken in. */
export function routeRefusals(api: Hono, parts: ApiParts): void {
  const { registry, sources, secrets, store } = parts;
  const id = (c: Context): string => c.req.param('id') as string;
  const settingOf = (webhookId: string) => registry.webhook(webhookId).settings.source;
  route(api, '/webhooks/:ref/refusals', {
    GET: async (c) => {
      const webhook = registry.webhook(c.req.param('ref') as string);
      return c.json({ refusals: (await store.refusals(webhook.id)).map(refusalJson) });
    },
  });
  route(api, '/refusals/:id/diagnosis', {
    GET: async (c) => {
      const refused = await store.refusal(id(c));
      if (refused === undefined) throw notFound(id(c));
      const setting = settingOf(refused.webhookId);
      const request = refusedRequest(refused);
      const { receivedAt, bodySize, body } = refused;
      const diagnosis = await diagnoseStored(sources, secrets, setting, request, receivedAt);
      return c.json(diagnosisJson(refused.id, body.length === bodySize, diagnosis));
    },
  });
  route(api, '/events/:id/diagnosis', {
    GET: async (c) => {
      const event = seenByRuns(await findEvent(store, id(c)), parts);
      const { method, query, body, clientIp, receivedAt } = event;
      const headers = JSON.parse(event.headers) as string[];
      // It was let in, so what a proxy said of its sender was believed.
      const request = {
        method,
        query,
        headers,
        body,
        url: urlOf(event),
        clientIp,
        isProxied: true,
      };
      const setting = settingOf(event.webhookId);
      const diagnosis = await diagnoseStored(sources, secrets, setting, request, receivedAt);
      return c.json(diagnosisJson(event.id, true, diagnosis));
    },
  });
}

function refusedRequest(refused: RefusedRequest): SourceRequest {
  const { method, query, body, url, clientIp, isProxied } = refused;
  const headers = JSON.parse(refused.headers) as string[];
  return { method, query, headers, body, url, clientIp, isProxied };
}

function notFound(id: string): HookwrightError {
  return new HookwrightError(
    'event.not_found',
    `Expected the id of a refusal that is kept, got ${JSON.stringify(id)}.`,
    { next: 'The last ones are kept; `hookwright webhook refusals NAME` shows them.' },
  );
}
