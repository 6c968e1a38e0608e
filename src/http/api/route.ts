import type { Handler, Hono } from 'hono';
import { HookwrightError } from '../../core/errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Serves a path with these methods; every other method is answered 405 with what is allowed. */
export function route(
  app: Hono,
  path: string,
  handlers: Readonly<Partial<Record<Method, Handler>>>,
): void {
  for (const [method, handler] of Object.entries(handlers)) app.on(method, path, handler);
  const allowed = Object.keys(handlers);
  app.all(path, (c) => {
    c.header('allow', allowed.join(', ')); // RFC 9110, section 15.5.6: a 405 must say.
    throw new HookwrightError(
      'request.method_not_allowed',
      `Expected ${allowed.join(' or ')} for ${c.req.path}, got ${c.req.method}.`,
    );
  });
}
