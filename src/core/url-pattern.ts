import { fitsPattern, mayFitPattern, wildcardMistake } from './wildcard.ts';

/** Methods that `http` effects may use; CONNECT and TRACE are not for applications (RFC 9110, 9.3). */
export const HTTP_METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
];

/** A URL as far as patterns look at it, in the form that the WHATWG parser gives it. */
export interface UrlTarget {
  /** `https://api.example.com:8443`; the port left out where it is the scheme's own. */
  readonly origin: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  /** `/v1/orders` is `v1` and `orders`; `/` is one empty segment. */
  readonly path: readonly string[];
  /** What stands between the `&`; empty where there is no query. */
  readonly query: readonly string[];
}

/** `POST,PUT https://*.example.com/v1/**`, taken apart. */
export interface UrlPattern extends Omit<UrlTarget, 'origin'> {
  /** Empty: any method. */
  readonly methods: readonly string[];
  /** Whether the host is any name below `hostname`, at any depth, and not `hostname` itself. */
  readonly isBelow: boolean;
}

/**
 * Reads a URL that an effect asks for; a text says what is wrong with it. Refused is what parsers read
 * differently (dot segments also where they are encoded or carry parameters, encoded slashes and
 * backslashes, white space that the WHATWG parser drops, users before the host): a server behind a
 * matching URL must not see another path than was matched.
 */
export function readUrl(text: string): UrlTarget | string {
  const match = /^https?:\/\/([^/?#]+)([^?#]*)/i.exec(text);
  const trick = trickIn(text, match?.[1] ?? '', match?.[2] ?? '');
  if (trick !== undefined) return trick;
  const url = match === null ? null : parsed(text);
  if (url === null) {
    return 'Expected a URL that begins with `https://` or `http://` and a host, got another text';
  }
  const { origin, protocol, hostname, port, pathname, search } = url;
  const query = search === '' ? [] : search.slice(1).split('&');
  return { origin, protocol, hostname, port, path: pathname.slice(1).split('/'), query };
}

/** Reads a pattern; a text says what is wrong with it. */
export function readUrlPattern(text: string): UrlPattern | string {
  const [written, first] = text.split(/\s+/, 2);
  const methods = first === undefined ? [] : (written as string).split(',');
  const unknown = methods.find((method) => !HTTP_METHODS.includes(method));
  if (unknown !== undefined) {
    return `Expected methods such as \`GET\` or \`POST,PUT\`, got \`${unknown}\``;
  }
  const address = text.slice(first === undefined ? 0 : text.search(/\s/)).trim();
  const below = /^https?:\/\/\*\./i.exec(address);
  const plain = address.replace(/^(https?:\/\/)\*\./i, '$1');
  const host = /^https?:\/\/([^/?#]+)/i.exec(plain)?.[1] ?? '';
  if (host.includes('*')) {
    return `Expected a host and port without \`*\`, or a host with \`*.\` before it, got \`${host}\``;
  }
  const url = readUrl(plain);
  if (typeof url === 'string') return url.replace('Expected a URL', 'Expected a URL pattern');
  if (below !== null && /^\[|^[\d.]+$/.test(url.hostname)) {
    return 'Expected a name after `*.`, got an IP address';
  }
  if (!plain.slice('https://'.length).includes('/')) {
    return 'Expected a path after the host, got none; `/**` is all of it';
  }
  if (plain.includes('#')) return 'Expected a URL pattern without `#`, got one';
  const mistake = wildcardMistake(url.path) ?? wildcardMistake(url.query);
  return mistake ?? { ...url, methods, isBelow: below !== null };
}

/** Whether a URL is one that the pattern is for. */
export function fitsUrl(pattern: UrlPattern, target: UrlTarget): boolean {
  return (
    fitsHost(pattern, target) &&
    fitsPattern(pattern.path, target.path) &&
    (pattern.query.length === 0 || fitsPattern(pattern.query, target.query))
  );
}

/** The same for a URL of which only the beginning is known. */
export function mayFitUrl(pattern: UrlPattern, beginning: UrlTarget): boolean {
  return fitsHost(pattern, beginning) && mayFitPattern(pattern.path, beginning.path);
}

/** Whether a method is one that the pattern is for. */
export function fitsMethod({ methods }: UrlPattern, method: string): boolean {
  return methods.length === 0 || methods.includes(method.toUpperCase());
}

function fitsHost(pattern: UrlPattern, { protocol, hostname, port }: UrlTarget): boolean {
  if (pattern.protocol !== protocol || pattern.port !== port) return false;
  return pattern.isBelow
    ? hostname.endsWith(`.${pattern.hostname}`)
    : hostname === pattern.hostname;
}

function trickIn(text: string, authority: string, path: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\u0000-\u0020\u007f]/.test(text)) {
    return 'Expected a URL without white space and control characters, got one with them';
  }
  if (text.includes('\\')) return 'Expected a URL without backslashes, got one';
  if (authority.includes('@')) return 'Expected a URL without a user before the host, got one';
  // Encoded twice too: some proxies decode before they pass on.
  if (/%(?:25)*(?:2f|5c|2e)/i.test(path)) {
    return 'Expected a URL whose path has no encoded `/`, `\\` or `.`, got one';
  }
  // Some servers drop parameters before they resolve dots: `/a/..;x/b` (Tomcat).
  const hasDots = path.split('/').some((segment) => /^\.{1,2}(?:;|%3b|$)/i.test(segment));
  return hasDots ? 'Expected a URL whose path has no `.` or `..`, got one' : undefined;
}

function parsed(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
