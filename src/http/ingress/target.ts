/** The part of a request target that names a webhook, with the rest exactly as it was sent. */
export interface WebhookTarget {
  readonly token: string;
  /** Undecoded, dot segments kept: `''` or a text that begins with `/`. */
  readonly path: string;
  /** Without its `?`; `null` where the target has none. */
  readonly query: string | null;
}

const PREFIX = '/webhooks/';

/**
 * Finds the webhook in a raw request target (`incoming.url`). The URL parser is no use here: it drops
 * dot segments, re-encodes characters and refuses backslashes, which a capture must keep.
 *
 * @returns `undefined` where the target is not below `/webhooks/`
 */
export function webhookTarget(target: string): WebhookTarget | undefined {
  const origin = originForm(target);
  if (!origin.startsWith(PREFIX)) return undefined;
  const mark = origin.indexOf('?');
  const path = mark === -1 ? origin : origin.slice(0, mark);
  const slash = path.indexOf('/', PREFIX.length);
  return {
    token: path.slice(PREFIX.length, slash === -1 ? undefined : slash),
    path: slash === -1 ? '' : path.slice(slash),
    query: mark === -1 ? null : origin.slice(mark + 1),
  };
}

/** Proxies may send the absolute form, `http://host/path` (RFC 9112, section 3.2.2). */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const match = /^https?:\/\/[^/?#]*/i.exec(target);
  return match === null ? target : target.slice(match[0].length);
}
