import { base64Encode } from './encodings.ts';
import { nested } from './fields.ts';
import { text } from './values.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Bytes that are no text, by what UTF-8 makes of them. */
const NO_TEXT = '\ufffd';

/** `request_headers` as Cerb gives them: lower case, `_` for `-`, without cookies. */
export function headers(given: Fields): Record<string, unknown> {
  const named: [string, unknown][] = [];
  for (const [name, value] of Object.entries(given)) {
    if (name !== 'cookie') named.push([name.toLowerCase().replaceAll('-', '_'), value]);
  }
  return Object.fromEntries(named);
}

/**
 * `request_params` as Cerb gives them: query, then form fields over them; names in lower case, `_` for `-`,
 * other marks dropped; `a[b]=c` nests; the last of a repeated field counts.
 */
export function params(...sources: readonly Fields[]): unknown {
  const named = (head: string): string => {
    return head
      .toLowerCase()
      .replace(/[-. ]/g, '_')
      .replace(/[^a-z0-9_]/g, '');
  };
  return sources.reduce(
    (found: unknown, source) => nested(found, Object.entries(source), named),
    {},
  );
}

/** `request_path`: without the slashes at its ends. */
export function path(given: unknown): string {
  return text(given).replace(/^\/+|\/+$/g, '');
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly bytes: unknown;
}

/**
 * The output of Cerb's `http.request` from the reply of an `http` step.
 *
 * @param failFrom the status from which a reply is an error: 400 before Cerb 11, never since
 */
export function httpResponse(reply: Reply, url: unknown, failFrom: number | null = null): unknown {
  const { status, body } = reply;
  const type = text(reply.headers['content-type']);
  const isData = body.includes(NO_TEXT);
  const failed = failFrom !== null && status >= failFrom;
  return {
    status_code: status,
    url: text(url),
    content_type: type,
    headers: reply.headers,
    body: isData ? `data:${type};base64,${base64Encode(reply.bytes)}` : body,
    is_data_uri: isData,
    is_cerb_uri: false,
    ...(failed ? { error: `Expected a reply below ${failFrom}, got ${status}` } : {}),
  };
}
