import { asText, found } from './arguments.ts';
import { encodeUtf8, exactBuffer } from './bytes.ts';
import type { Host, UrlParts } from './host.ts';
import type { Provision } from './provide.ts';
import { type SearchParams, searchParams } from './search-params.ts';

const PARTS: readonly (keyof UrlParts)[] = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
];

/**
 * `URL` and `URLSearchParams` as in browsers. A URL is read only except through its `searchParams`,
 * whose changes show in `search` and `href`; setting a part throws a TypeError.
 */
function urls(host: Host): Readonly<Record<string, unknown>> {
  const { URLSearchParams, linked } = searchParams(host);
  let read: (url: URL, part: keyof UrlParts) => string;

  class URL {
    readonly #parts: UrlParts;
    readonly #params: SearchParams;
    /** What changed `searchParams` make of `search`. */
    #search: string | undefined;

    static {
      read = (url, part) => {
        if (url.#search === undefined || (part !== 'search' && part !== 'href')) {
          return url.#parts[part];
        }
        if (part === 'search') return url.#search;
        return url.#parts.href.replace(/[?#].*$/s, '') + url.#search + url.#parts.hash;
      };
    }

    constructor(text: unknown, base?: unknown) {
      const parts = parse(text, base);
      if (parts === undefined) {
        const beside = base === undefined ? '' : ` with the base ${found(base)}`;
        throw new TypeError(`Expected a URL, got ${found(text)}${beside}`);
      }
      this.#parts = parts;
      this.#params = linked(parts.search, (query) => {
        this.#search = query === '' ? '' : `?${query}`;
      });
    }

    static canParse(text: unknown, base?: unknown): boolean {
      return parse(text, base) !== undefined;
    }

    static parse(text: unknown, base?: unknown): URL | null {
      return URL.canParse(text, base) ? new URL(text, base) : null;
    }

    get searchParams(): SearchParams {
      return this.#params;
    }

    toString(): string {
      return read(this, 'href');
    }

    toJSON(): string {
      return read(this, 'href');
    }
  }

  for (const part of PARTS) {
    Object.defineProperty(URL.prototype, part, {
      configurable: true,
      enumerable: true,
      get(this: URL) {
        return read(this, part);
      },
      set() {
        throw new TypeError(`Expected a new URL, got an assignment to ${part}: URLs are read only`);
      },
    });
  }

  function parse(text: unknown, base: unknown): UrlParts | undefined {
    const beside = base === undefined ? null : bytesOf(base);
    const json = host.url(bytesOf(text), beside);
    return json === '' ? undefined : (JSON.parse(json) as UrlParts);
  }

  function bytesOf(value: unknown): ArrayBuffer {
    const text = value instanceof URL ? value.toString() : asText(value, 'URL');
    return exactBuffer(encodeUtf8(host, text));
  }

  return { URL, URLSearchParams };
}

export const provision: Provision = urls;
