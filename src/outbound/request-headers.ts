import { HTTP_TOKEN } from '../core/http-syntax.ts';
import { CLIENT_HEADERS, OutboundError } from '../core/outbound.ts';
import { REQUEST_HEADER_BYTES_MAX } from './limits.ts';

export type Header = readonly [name: string, value: string];

/** RFC 9110, section 5.5: no CR, LF or NUL. Beyond Latin-1, Node would cut characters to their low byte. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A tunnel, and two that would echo the request's secrets back; browsers refuse the same three. */
const METHODS_REFUSED: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** Of `CLIENT_HEADERS`, those that the client writes itself; the others are of the connection. */
const OWN: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

/** @throws OutboundError `egress.invalid` */
export function checkMethod(method: string): string {
  const upper = method.toUpperCase();
  if (!HTTP_TOKEN.test(method)) {
    throw invalid(`a method such as GET or POST, got ${JSON.stringify(method)}`);
  }
  if (METHODS_REFUSED.has(upper)) {
    throw invalid(`a method other than CONNECT, TRACE and TRACK, got ${upper}`);
  }
  return upper;
}

/**
 * The headers as they are sent, with `user-agent` and `accept-encoding` where the caller set none.
 *
 * @throws OutboundError `egress.invalid`. Messages name headers, never their values.
 */
export function checkHeaders(headers: readonly Header[], userAgent: string): readonly Header[] {
  const names = new Set<string>();
  let bytes = 0;
  for (const [name, value] of headers) {
    if (!HTTP_TOKEN.test(name))
      throw invalid(`header names of RFC 9110, got ${JSON.stringify(name)}`);
    const lower = name.toLowerCase();
    if (!VALUE.test(value)) {
      throw invalid(
        `the header ${lower} to hold one line of Latin-1 text, got line breaks or other characters. Encode the value first`,
      );
    }
    if (CLIENT_HEADERS.has(lower)) {
      const what = OWN.has(lower) ? 'that the client writes itself' : 'of the connection itself';
      throw invalid(`no headers ${what}, got ${lower}. Leave it out`);
    }
    names.add(lower);
    bytes += name.length + value.length;
  }
  if (bytes > REQUEST_HEADER_BYTES_MAX) {
    throw invalid(`at most ${REQUEST_HEADER_BYTES_MAX} bytes of headers, got ${bytes}`);
  }
  const added: Header[] = [];
  if (!names.has('user-agent')) added.push(['user-agent', userAgent]);
  if (!names.has('accept-encoding')) added.push(['accept-encoding', 'identity']);
  return [...headers, ...added];
}

function invalid(expected: string): OutboundError {
  return new OutboundError('egress.invalid', `Expected ${expected}.`);
}
