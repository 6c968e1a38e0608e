import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { TokenScope } from '../../core/api-token.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { Tokens } from '../../engine/tokens.ts';
import { API_PATH } from './api-path.ts';

/** What tokens of programs may ask for. Everything else is for the server's own token. */
const SCOPES: Readonly<Record<string, TokenScope>> = {
  [`POST ${API_PATH}/messages`]: 'messages',
};

/**
 * Lets a request pass that bears the server's own token (RFC 6750, section 2.1), or one of a program that may
 * do this. 401 for other tokens and none, 403 for a token that is not for this.
 */
export function authorize(own: string, tokens: Pick<Tokens, 'find'>): MiddlewareHandler {
  const expected = sha256(own);
  return async (c, next) => {
    const given = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    // Digests have one length, so comparing them tells neither the token's length nor its start.
    if (given !== undefined && timingSafeEqual(sha256(given), expected)) return next();
    const token = given === undefined ? undefined : tokens.find(given);
    if (token === undefined) {
      c.header('www-authenticate', 'Bearer');
      throw new HookwrightError(
        'request.unauthorized',
        `Expected the API token as "authorization: Bearer …", got ${given === undefined ? 'none' : 'another token'}.`,
        { next: 'The running server keeps its token in server.json in its data folder.' },
      );
    }
    const scope = SCOPES[`${c.req.method} ${c.req.path}`];
    if (scope !== undefined && token.scopes.includes(scope)) return next();
    c.header('www-authenticate', 'Bearer error="insufficient_scope"');
    const needed = scope === undefined ? 'the server’s own token' : `a token with scope ${scope}`;
    throw new HookwrightError(
      'request.forbidden',
      `Expected ${needed}, got "${token.name}" with scope ${token.scopes.join(', ')}.`,
    );
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
