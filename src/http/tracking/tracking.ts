import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Clock } from '../../core/clock.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { IdPrefix } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import type { Deliveries } from '../../engine/hooks/deliveries.ts';
import type { Tokens } from '../../engine/tokens.ts';
import { route } from '../api/route.ts';
import { errorAnswer } from '../errors.ts';
import { clientOf, type TrustedProxies } from '../ingress/client.ts';
import { CALL_TYPES, type Call, type CallType, callsOf } from './calls.ts';
import { readJson } from './read-body.ts';

/** Where the SDKs call. */
const PATH = '/v1';
/** Requests under way at once: each may hold a body, what it unpacks to, and what that means. */
const UNDER_WAY_MAX = 64;
/** What is said to those that are too many. */
const RETRY_AFTER_SECONDS = '1';
/** Seconds for which browsers keep the answer to a preflight: the longest that Chromium does. */
const PREFLIGHT_SECONDS = 7200;

export interface TrackingParts {
  readonly tokens: Pick<Tokens, 'find'>;
  readonly deliveries: Pick<Deliveries, 'emit'>;
  readonly trusted: TrustedProxies;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The tracking API, which the SDKs of RudderStack and Segment call: `POST /v1/identify`, `page`, `track`, `screen`,
 * `group`, `alias` and `batch`. Each call becomes a message under `rudderstack.<type>`, once for each `messageId`.
 * The write key is a token with scope `track`, as the user name of Basic authentication (RFC 7617).
 */
export function createTracking(parts: TrackingParts): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    const { status, body } = errorAnswer(error);
    if (!(error instanceof HookwrightError)) {
      parts.log.write('error', 'tracking.failed', { path: c.req.path, error });
    }
    if (status === 503) c.header('retry-after', RETRY_AFTER_SECONDS);
    return c.json(body, status as ContentfulStatusCode);
  });
  const tracking = app.basePath(PATH);
  // Any site: a write key in a page is public, and no cookie counts here.
  tracking.use('*', cors({ origin: '*', allowMethods: ['POST'], maxAge: PREFLIGHT_SECONDS }));
  let underWay = 0;
  tracking.use('*', async (_, next) => {
    if (underWay >= UNDER_WAY_MAX) {
      throw new HookwrightError('request.queue_full', 'The server is busy. Try again soon.');
    }
    underWay += 1;
    try {
      await next();
    } finally {
      underWay -= 1;
    }
  });
  tracking.use('*', async (c, next) => {
    requireWriteKey(c, parts.tokens);
    await next();
  });
  for (const type of [...CALL_TYPES, 'batch'] as const) {
    route(tracking, `/${type}`, { POST: (c) => take(parts, c, type) });
  }
  tracking.all('*', (c) => {
    throw new HookwrightError(
      'request.not_found',
      `Expected ${PATH}/batch or a call such as ${PATH}/track, got ${c.req.path}.`,
    );
  });
  return app;
}

/** The answer of Segment's API. RudderStack's says `OK`, which no SDK reads and some of Segment's cannot. */
async function take(parts: TrackingParts, c: Context, type: CallType | 'batch'): Promise<Response> {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const ip = incoming === undefined ? undefined : clientOf(incoming, parts.trusted).ip;
  const body = await readJson(c);
  const calls = callsOf(body, type, { at: parts.clock(), ip });
  // All are valid by now. Together, so that they share commits; what one of them fails with, the SDK sends
  // again, and those that are stored are known by then.
  await Promise.all(calls.map((call) => emit(parts, call)));
  return c.json({ success: true });
}

async function emit({ deliveries, makeId, clock }: TrackingParts, call: Call): Promise<void> {
  const { type, messageId = makeId('msg', clock()), data } = call;
  try {
    await deliveries.emit(
      `rudderstack.${type}`,
      { ...data, messageId },
      `rudderstack/${messageId}`,
    );
  } catch (error) {
    // SDKs write another `sentAt` into what they send again: the first one counts.
    if (error instanceof HookwrightError && error.code === 'message.key_reused') return;
    throw error;
  }
}

/** 401 for what is no token, 403 for one of another scope. */
function requireWriteKey(c: Context, tokens: Pick<Tokens, 'find'>): void {
  const key = writeKeyOf(c.req.header('authorization') ?? '');
  const token = key === undefined ? undefined : tokens.find(key);
  if (token?.scopes.includes('track') === true) return;
  if (token !== undefined) {
    throw new HookwrightError(
      'request.forbidden',
      `Expected a token with scope track, got "${token.name}" with scope ${token.scopes.join(', ')}.`,
    );
  }
  c.header('www-authenticate', 'Basic realm="Hookwright", charset="UTF-8"');
  throw new HookwrightError(
    'request.unauthorized',
    `Expected a write key as the user name of Basic authentication, got ${key === undefined ? 'none' : 'another'}.`,
    { next: 'Make one with `hookwright token create NAME --scope track`.' },
  );
}

/** The user name; what stands behind the colon counts for nothing. */
function writeKeyOf(header: string): string | undefined {
  const packed = /^basic +([\w+/-]+={0,2})$/i.exec(header)?.[1];
  if (packed === undefined) return undefined;
  const [user = ''] = Buffer.from(packed, 'base64').toString().split(':');
  return user === '' ? undefined : user;
}
