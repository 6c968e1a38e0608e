import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { HookwrightError } from '../../core/errors.ts';

/** Lets a request pass that bears the token (RFC 6750, section 2.1); 401 otherwise. */
export function authorize(token: string): MiddlewareHandler {
  const expected = sha256(token);
  return async (c, next) => {
    const given = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    // Digests have one length, so comparing them tells neither the token's length nor its start.
    if (given === undefined || !timingSafeEqual(sha256(given), expected)) {
      c.header('www-authenticate', 'Bearer');
      throw new HookwrightError(
        'request.unauthorized',
        `Expected the API token as "authorization: Bearer …", got ${given === undefined ? 'none' : 'another token'}.`,
        { next: 'The running server keeps its token in server.json in its data folder.' },
      );
    }
    await next();
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
