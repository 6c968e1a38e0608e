/** `api.example.com`, `*.example.com` or `10.0.0.5:9000`, taken apart. */
export interface HostPattern {
  /** As in a parsed URL: lower case, punycode, IPv6 in brackets, no dot at the end. */
  readonly hostname: string;
  /** Whether the host is any name below `hostname`, at any depth, and not `hostname` itself. */
  readonly isBelow: boolean;
  /** Absent: every port. */
  readonly port?: number;
}

/** What a pattern is, for messages: completes "Expected a host to be". */
export const HOST_PATTERN_EXPECTED =
  'a name such as api.example.com, all names below one such as *.example.com, or an address, each with or without a port';

/** Reads a pattern; `undefined` where it is none, as one with a scheme, a path or another `*` is none. */
export function readHostPattern(text: string): HostPattern | undefined {
  const [, host = '', digits] = /^(\[[^[\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isBelow = host.startsWith('*.');
  const name = isBelow ? host.slice(2) : host;
  if (!/^[^\s/\\?#@*%]+$/.test(name) || !URL.canParse(`http://${name}`)) return undefined;
  const hostname = withoutDot(new URL(`http://${name}`).hostname);
  if (hostname === '' || (isBelow && isAddress(hostname))) return undefined;
  // `0x7f.1` is an address to the parser: what is meant must be written plainly.
  if (isAddress(hostname) && hostname !== name.toLowerCase()) return undefined;
  if (digits === undefined) return { hostname, isBelow };
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { hostname, isBelow, port } : undefined;
}

/** Whether a URL's host is one that the pattern is for. */
export function fitsHost(pattern: HostPattern, url: URL): boolean {
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port);
  if (pattern.port !== undefined && pattern.port !== port) return false;
  const hostname = withoutDot(url.hostname);
  return pattern.isBelow
    ? hostname.endsWith(`.${pattern.hostname}`)
    : hostname === pattern.hostname;
}

/** Whether it is one that a list of patterns, as texts, is for. */
export function fitsAnyHost(patterns: readonly string[], url: URL): boolean {
  return patterns.some((text) => {
    const pattern = readHostPattern(text);
    return pattern !== undefined && fitsHost(pattern, url);
  });
}

/** The pattern as text, the same for everything that means the same. */
export function hostPatternText({ hostname, isBelow, port }: HostPattern): string {
  return `${isBelow ? '*.' : ''}${hostname}${port === undefined ? '' : `:${port}`}`;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

function withoutDot(hostname: string): string {
  return hostname.replace(/\.$/, '');
}

function isAddress(hostname: string): boolean {
  return /^\[|^[\d.]+$/.test(hostname);
}
