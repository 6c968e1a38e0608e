import { signsUrl } from '../checks-of.ts';
import { RequestView } from '../request.ts';
import { type Case, type Variation, withUrl } from './variation.ts';

const SET_URL =
  'Set the public URL (HOOKWRIGHT_PUBLIC_URL) to what the sender calls, with this scheme, host and port, and enter the same URL there.';

/** Ways in which the URL that was signed differs from the one we know, where the sender signs it. */
export function urlVariations({ source, request }: Case): readonly Variation[] {
  if (!signsUrl(source) || !URL.canParse(request.url)) return [];
  const { url } = request;
  const [, scheme = '', authority = '', rest = ''] =
    /^(https?):\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  const other = scheme.toLowerCase() === 'https' ? 'http' : 'https';
  const host = authority.replace(/:\d+$/, '');
  const [path = '', query] = rest.split(/\?(.*)/s);
  const slashed = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
  const tail = query === undefined ? '' : `?${query}`;
  const schemes = [scheme, other];
  const variations: (readonly [code: string, says: string, next: string, url: string])[] = [
    ['url.scheme', `The URL was signed with ${other}.`, SET_URL, `${other}://${authority}${rest}`],
    ...schemes.flatMap((one) => {
      const port = one === 'https' ? 443 : 80;
      return [
        [
          'url.port',
          `The URL was signed as ${one} without a port.`,
          SET_URL,
          `${one}://${host}${rest}`,
        ],
        [
          'url.port',
          `The URL was signed as ${one} with the port ${port}.`,
          SET_URL,
          `${one}://${host}:${port}${rest}`,
        ],
      ] as const;
    }),
    ...hostsSent(request.headers).flatMap((sent) =>
      schemes.map(
        (one) =>
          [
            'url.host',
            `The URL was signed with the host ${sent} and ${one}.`,
            SET_URL,
            `${one}://${sent}${rest}`,
          ] as const,
      ),
    ),
    [
      'url.slash',
      'The URL was signed with another slash at the end of its path.',
      'Enter the URL at the sender as it is called.',
      `${scheme}://${authority}${slashed}${tail}`,
    ],
    [
      'url.query',
      'The URL was signed without its query.',
      'Enter the URL at the sender with its query, or without any.',
      `${scheme}://${authority}${path}`,
    ],
    [
      'url.decoded',
      'The URL was signed decoded.',
      'Enter the URL at the sender without characters that need a `%`.',
      decoded(url),
    ],
  ];
  return variations
    .filter(([, , , one]) => one !== url)
    .map(([code, says, next, one]) => ({ code, says, next, apply: (from) => withUrl(from, one) }));
}

/** Hosts that the request itself names; only those that look like one are shown. */
function hostsSent(headers: readonly string[]): readonly string[] {
  const view = new RequestView({
    method: '',
    url: '',
    query: null,
    headers,
    body: new Uint8Array(0),
    clientIp: '',
    isProxied: false,
  });
  const sent = ['host', 'x-forwarded-host', 'x-original-host'].flatMap((name) =>
    view.headers(name),
  );
  return [...new Set(sent)].filter((host) => /^[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$/.test(host));
}

function decoded(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}
