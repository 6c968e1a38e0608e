import { OutboundError } from '../core/outbound.ts';
import type { Header } from './request-headers.ts';
import { type Destination, parseDestination } from './request-url.ts';

/** One request of a chain of redirects. */
export interface Hop {
  readonly method: string;
  readonly destination: Destination;
  readonly headers: readonly Header[];
  readonly body: Uint8Array | undefined;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const CREDENTIALS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization'];

/** Describe a body; they go where the body goes (Fetch, "HTTP-redirect fetch"). */
const ABOUT_BODY: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
]);

export function isRedirect(status: number, headers: readonly Header[]): boolean {
  return REDIRECTS.has(status) && headers.some(([name]) => name === 'location');
}

/**
 * The request that a redirect asks for. As in browsers, 303 turns everything but HEAD, and 301 and 302
 * turn POST, into GET without body; 307 and 308 repeat the request. Credentials stay behind when the
 * host changes or TLS ends, and do not come back when a later hop returns.
 *
 * @throws OutboundError `egress.redirects` where `location` leads nowhere
 */
export function nextHop(
  hop: Hop,
  status: number,
  answer: readonly Header[],
  secretHeaders: readonly string[],
): Hop {
  const destination = locationOf(hop.destination, answer);
  const becomesGet =
    (status === 303 && hop.method !== 'GET' && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  const stayBehind = new Set(becomesGet ? ABOUT_BODY : []);
  if (!keepsCredentials(hop.destination, destination)) {
    for (const name of [...CREDENTIALS, ...secretHeaders]) stayBehind.add(name.toLowerCase());
  }
  return {
    method: becomesGet ? 'GET' : hop.method,
    destination,
    headers: hop.headers.filter(([name]) => !stayBehind.has(name.toLowerCase())),
    body: becomesGet ? undefined : hop.body,
  };
}

/** The same host and port over the same scheme, or the usual step up from port 80 to 443. */
function keepsCredentials(from: Destination, to: Destination): boolean {
  if (from.origin === to.origin) return true;
  return from.host === to.host && !from.secure && to.secure && from.port === 80 && to.port === 443;
}

function locationOf(from: Destination, answer: readonly Header[]): Destination {
  const locations = new Set(answer.filter(([name]) => name === 'location').map(([, v]) => v));
  const [location = ''] = locations;
  if (locations.size !== 1) throw leadsNowhere(from, `${locations.size} different ones`);
  // On the wire they are bytes, and browsers read those as UTF-8.
  const text = Buffer.from(location, 'latin1').toString('utf8');
  if (!URL.canParse(text, from.url.href)) throw leadsNowhere(from, 'one that is no URL');
  try {
    return parseDestination(new URL(text, from.url).href);
  } catch (cause) {
    throw leadsNowhere(from, 'one that cannot be followed', cause);
  }
}

function leadsNowhere(from: Destination, got: string, cause?: unknown): OutboundError {
  const why = cause instanceof Error ? ` (${cause.message.replace(/\.$/, '')})` : '';
  return new OutboundError(
    'egress.redirects',
    `Expected the redirect from ${from.origin} to name one http or https location, got ${got}${why}.`,
    cause === undefined ? {} : { cause },
  );
}
