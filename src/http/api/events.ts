import type { Context, Hono } from 'hono';
import { HookwrightError } from '../../core/errors.ts';
import type { CapturedEvent, StoredEvent } from '../../core/event.ts';
import type { Webhook } from '../../core/webhook.ts';
import type { EventFilter, EventStore } from '../../engine/ports.ts';
import { capturedOf } from '../../engine/recording/take.ts';
import { capturedJson } from '../../engine/recording.ts';
import type { Registry } from '../../engine/registry.ts';
import { asSeen } from '../../engine/seen.ts';
import { readEventsQuery } from './input/event.ts';
import type { ApiParts } from './parts.ts';
import { eventBriefJson, eventJson } from './represent/event.ts';
import { route } from './route.ts';

export function routeEvents(api: Hono, parts: ApiParts): void {
  const { registry, store } = parts;
  const find = (c: Context): Promise<StoredEvent> => findEvent(store, c.req.param('id') as string);
  route(api, '/events', {
    GET: async (c) => {
      const { webhook, before, after, limit } = readEventsQuery(c);
      const filter: EventFilter = {
        ...(webhook === undefined ? {} : { webhookId: registry.webhook(webhook).id }),
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        countMax: limit + 1, // One more tells whether there is a next page.
      };
      const found = await store.events(filter);
      const page = found.slice(0, limit);
      const events = await Promise.all(
        page.map(async (event) =>
          eventBriefJson(
            event,
            webhookName(registry, event.webhookId),
            await store.runsOf(event.id),
          ),
        ),
      );
      return c.json({ events, next: found.length > limit ? (page.at(-1)?.id ?? null) : null });
    },
  });
  route(api, '/events/:id', {
    GET: async (c) => {
      const event = await find(c);
      const name = webhookName(registry, event.webhookId);
      const runs = await store.runsOf(event.id);
      return c.json(eventJson(event, name, runs, await store.duplicates(event.id)));
    },
  });
  route(api, '/events/:id/body', {
    GET: async (c) => {
      const { id, body } = await find(c);
      // A sender chose these bytes: as an attachment of no type, a browser never shows them as a page.
      c.header('content-type', 'application/octet-stream');
      c.header('content-disposition', `attachment; filename="${id}.bin"`);
      return c.body(body as Uint8Array<ArrayBuffer>);
    },
  });
  route(api, '/events/:id/captured', {
    GET: async (c) => c.json(capturedJson(capturedOf(seenByRuns(await find(c), parts)))),
  });
}

/** Throws `event.not_found`. */
export async function findEvent(
  store: Pick<EventStore, 'event'>,
  id: string,
): Promise<StoredEvent> {
  const event = await store.event(id);
  if (event !== undefined) return event;
  throw new HookwrightError(
    'event.not_found',
    `Expected the id of a stored event, got ${JSON.stringify(id)}.`,
    { next: 'Old events are deleted; `hookwright event list` shows those that there are.' },
  );
}

/** The event with what runs see of its webhook, also where a version before this one has stored it. */
export function seenByRuns(event: CapturedEvent, { registry, publicUrl }: ApiParts): CapturedEvent {
  return asSeen(event, webhookOf(registry, event.webhookId), publicUrl);
}

/** The name of a webhook that may be gone. */
export function webhookName(registry: Registry, id: string): string | null {
  return webhookOf(registry, id)?.name ?? null;
}

/** `undefined` where it was deleted. */
function webhookOf(registry: Registry, id: string): Webhook | undefined {
  try {
    return registry.webhook(id);
  } catch (error) {
    if (error instanceof HookwrightError && error.code === 'webhook.not_found') return undefined;
    throw error;
  }
}
