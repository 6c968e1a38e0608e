import type { Context, Hono } from 'hono';
import type { Delivery } from '../../core/delivery.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { AttemptNotice } from '../../engine/feed.ts';
import { readDeliveriesQuery, readDeliveryStreamQuery, readResending } from './input/hook.ts';
import { liveStream } from './live-stream.ts';
import type { ApiParts } from './parts.ts';
import {
  type AttemptNoticeJson,
  attemptJson,
  type DeliveryJson,
  deliveryJson,
} from './represent/hook.ts';
import { iso } from './represent/time.ts';
import { route } from './route.ts';

export function routeDeliveries(api: Hono, parts: ApiParts): void {
  const { hooks, deliveries, store, clock } = parts;
  const id = (c: Context): string => c.req.param('id') as string;
  const nameOf = (hookId: string): string | null => hooks.find(hookId)?.name ?? null;
  const represent = (one: Delivery): DeliveryJson => deliveryJson(one, nameOf(one.hookId));
  route(api, '/deliveries', {
    GET: async (c) => {
      const { hook, message, status, before, limit } = readDeliveriesQuery(c);
      const found = await store.deliveries({
        ...(hook === undefined ? {} : { hookId: hooks.get(hook).id }),
        ...(message === undefined ? {} : { messageId: message }),
        ...(status === undefined ? {} : { status }),
        ...(before === undefined ? {} : { before }),
        countMax: limit + 1,
      });
      const page = found.slice(0, limit);
      const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return c.json({ deliveries: page.map(represent), next });
    },
  });
  route(api, '/deliveries/resend', {
    POST: async (c) => {
      const { since, hook } = await readResending(c, clock());
      return c.json({ resent: await deliveries.resendFailed(since, hook) });
    },
  });
  route(api, '/deliveries/stream', {
    GET: (c) => {
      const { hook } = readDeliveryStreamQuery(c);
      const hookId = hook === undefined ? undefined : hooks.get(hook).id;
      return liveStream<AttemptNotice>(c, parts, {
        subscribe: (add) =>
          parts.attempts.subscribe((attempt, delivery) => {
            if (hookId === undefined || delivery.hookId === hookId) add([attempt, delivery]);
          }),
        tell: async (stream, [attempt, delivery]) => {
          const { number, startedAt, ms, response, error } = attempt;
          const notice: AttemptNoticeJson = {
            at: iso(startedAt),
            delivery: delivery.id,
            message: delivery.messageId,
            topic: delivery.message.to,
            hook: nameOf(delivery.hookId),
            attempt: number,
            ms,
            status: response?.status ?? null,
            error: error?.message ?? null,
          };
          await stream.writeSSE({ event: 'attempt', data: JSON.stringify(notice) });
        },
      });
    },
  });
  route(api, '/deliveries/:id', {
    GET: async (c) => {
      const delivery = await store.delivery(id(c));
      if (delivery === undefined) throw notFound(id(c));
      const log = (await store.attempts(delivery.id)).map(attemptJson);
      return c.json({ ...represent(delivery), log });
    },
  });
  route(api, '/deliveries/:id/resend', {
    POST: async (c) => c.json(represent(await deliveries.resend(id(c)))),
  });
  route(api, '/deliveries/:id/cancel', {
    POST: async (c) => c.json(represent(await deliveries.cancel(id(c)))),
  });
}

function notFound(id: string): HookwrightError {
  return new HookwrightError(
    'delivery.not_found',
    `Expected the id of a delivery, got ${JSON.stringify(id)}.`,
    { next: 'List them with `hookwright delivery list`.' },
  );
}
