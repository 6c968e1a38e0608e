import type { Hono } from 'hono';
import { HookwrightError } from '../../core/errors.ts';
import { readEmission, readMessagesQuery } from './input/hook.ts';
import type { ApiParts } from './parts.ts';
import { deliveryJson, messageBriefJson } from './represent/hook.ts';
import { route } from './route.ts';

/** Deliveries that one message is shown with; more are for `GET /deliveries`. */
const DELIVERIES_SHOWN = 200;

export function routeMessages(api: Hono, { hooks, deliveries, store }: ApiParts): void {
  route(api, '/messages', {
    GET: async (c) => {
      const { topic, before, limit } = readMessagesQuery(c);
      const found = await store.messages({
        ...(topic === undefined ? {} : { topic }),
        ...(before === undefined ? {} : { before }),
        countMax: limit + 1,
      });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return c.json({ messages: page.map(messageBriefJson), next });
    },
    // A repeat of the same key gets the same id, and 200 instead of 201.
    POST: async (c) => {
      const { topic, data } = await readEmission(c);
      const key = c.req.header('idempotency-key');
      const { id, duplicate } = await deliveries.emit(topic, data, key);
      return c.json({ id, duplicate }, duplicate ? 200 : 201);
    },
  });
  route(api, '/messages/:id', {
    GET: async (c) => {
      const id = c.req.param('id') as string;
      const message = await store.message(id);
      if (message === undefined) {
        throw new HookwrightError(
          'message.not_found',
          `Expected the id of a message, got ${JSON.stringify(id)}.`,
          { next: 'List them with `hookwright message list`.' },
        );
      }
      const found = await store.deliveries({ messageId: id, countMax: DELIVERIES_SHOWN });
      return c.json({
        ...messageBriefJson({ ...message, size: Buffer.byteLength(message.data) }),
        data: JSON.parse(message.data),
        deliveries: found.map((one) => deliveryJson(one, hooks.find(one.hookId)?.name ?? null)),
      });
    },
  });
}
