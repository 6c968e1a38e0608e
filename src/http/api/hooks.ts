import type { Context, Hono } from 'hono';
import type { Hook } from '../../core/hook.ts';
import { readHookChange, readHookDraft, readRecovery, readRotation } from './input/hook.ts';
import type { ApiParts } from './parts.ts';
import { deliveryJson, type HookJson, hookJson } from './represent/hook.ts';
import { route } from './route.ts';

const NO_MAIL =
  'Its alerts are not mailed, because HOOKWRIGHT_SMTP_URL is not set where the server runs.';

/** Secrets go in, and come out once: in the answer to what made them. */
export function routeHooks(api: Hono, { hooks, deliveries, mails, clock }: ApiParts): void {
  const ref = (c: Context): string => c.req.param('ref') as string;
  const represent = (hook: Hook): HookJson =>
    hookJson(hook, hooks.holdReason(hook.id), hook.alerts.length > 0 && !mails ? [NO_MAIL] : []);
  route(api, '/hooks', {
    GET: (c) => c.json({ hooks: hooks.list().map(represent) }),
    POST: async (c) => {
      const draft = await readHookDraft(c);
      const hook = await hooks.create(draft);
      const made = draft.secret === undefined ? { secret: hook.secret } : {};
      return c.json({ ...represent(hook), ...made }, 201);
    },
  });
  route(api, '/hooks/:ref', {
    GET: (c) => c.json(represent(hooks.get(ref(c)))),
    PATCH: async (c) => {
      const change = await readHookChange(c);
      const { status } = hooks.get(ref(c));
      const hook = await hooks.change(ref(c), change);
      if (status === 'disabled') await deliveries.hasten(hook.id);
      return c.json(represent(hook));
    },
    DELETE: async (c) => {
      const hook = hooks.get(ref(c));
      const shown = represent(hook);
      await hooks.delete(hook.id);
      return c.json({ ...shown, cancelled: await deliveries.cancelOf(hook.id) });
    },
  });
  route(api, '/hooks/:ref/pause', {
    POST: async (c) => c.json(represent(await hooks.pause(ref(c)))),
  });
  route(api, '/hooks/:ref/resume', {
    POST: async (c) => {
      const since = await readRecovery(c, clock());
      const hook = await hooks.resume(ref(c));
      await deliveries.hasten(hook.id);
      const resent = since === undefined ? 0 : await deliveries.recover(hook, since);
      return c.json({ ...represent(hook), resent });
    },
  });
  route(api, '/hooks/:ref/rotate', {
    POST: async (c) => {
      const { secret, keepMs } = await readRotation(c);
      const hook = await hooks.rotate(ref(c), secret, keepMs);
      return c.json({
        ...represent(hook),
        ...(secret === undefined ? { secret: hook.secret } : {}),
      });
    },
  });
  route(api, '/hooks/:ref/ping', {
    POST: async (c) => {
      const delivery = await deliveries.ping(ref(c));
      return c.json(deliveryJson(delivery, hooks.find(delivery.hookId)?.name ?? null), 202);
    },
  });
  route(api, '/hooks/:ref/cancel', {
    POST: async (c) => c.json({ cancelled: await deliveries.cancelOf(hooks.get(ref(c)).id) }),
  });
}
