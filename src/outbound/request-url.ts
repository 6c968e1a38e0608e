import { OutboundError } from '../core/outbound.ts';
import { parseAddress } from './address.ts';
import { URL_CHARS_MAX } from './limits.ts';

/** Where a request goes, read once from its URL; everything after works with this and not with text. */
export interface Destination {
  readonly url: URL;
  readonly secure: boolean;
  /** Without trailing dot and without brackets: a name, `10.0.0.5`, `::1`. */
  readonly host: string;
  readonly port: number;
  /** For messages and as the key of connections: no path, query or fragment. */
  readonly origin: string;
  /** Whether `host` is an IP address. */
  readonly literal: boolean;
  readonly path: string;
}

/**
 * Parses as browsers do (WHATWG), which turns every spelling of an IPv4 address (`0x7f.1`,
 * `2130706433`, `127.0.0.1.`, full-width digits) into its dotted form and names into punycode.
 *
 * @throws OutboundError `egress.invalid`. No message and no cause quotes the URL, which may hold secrets.
 */
export function parseDestination(text: string): Destination {
  if (text.length > URL_CHARS_MAX) {
    throw invalid(
      `at most ${URL_CHARS_MAX} characters`,
      `${text.length}. Send long data in a body`,
    );
  }
  if (!URL.canParse(text)) {
    throw invalid('to be absolute, such as https://api.example.com/x', 'one that is no such URL');
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid('to begin with http:// or https://', url.protocol);
  }
  const secure = url.protocol === 'https:';
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      'without user name and password',
      'one with them. Send them in an authorization header',
    );
  }
  url.hash = '';
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const literal = parseAddress(host) !== undefined;
  // The URL parser leaves no other numeric host; should that change, none may reach the resolver,
  // which has spellings of its own.
  if (host === '' || host.endsWith('.') || (!literal && /(?:^|\.)(?:\d+|0x[\da-f]*)$/.test(host))) {
    throw invalid('to name a host', 'one whose host is no name and no address');
  }
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  if (port === 0) throw invalid('to have a port from 1 to 65535', '0');
  return { url, secure, host, port, origin: url.origin, literal, path: url.pathname + url.search };
}

function invalid(expected: string, got: string): OutboundError {
  return new OutboundError('egress.invalid', `Expected the URL ${expected}, got ${got}.`);
}
