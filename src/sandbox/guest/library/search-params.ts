import { asText, found } from './arguments.ts';
import { decodeUtf8 } from './bytes.ts';
import type { Host } from './host.ts';

type Pair = readonly [name: string, value: string];

/** The methods of `URLSearchParams` in browsers. */
export interface SearchParams extends Iterable<Pair> {
  readonly size: number;
  append(name: unknown, value: unknown): void;
  delete(name: unknown, value?: unknown): void;
  get(name: unknown): string | null;
  getAll(name: unknown): string[];
  has(name: unknown, value?: unknown): boolean;
  set(name: unknown, value: unknown): void;
  sort(): void;
  entries(): IterableIterator<Pair>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  forEach(visit: (value: string, name: string, params: SearchParams) => void): void;
  toString(): string;
}

/** The class, and how a URL hears of changes to its own `searchParams`. */
export interface SearchParamsClass {
  readonly URLSearchParams: new (init?: unknown) => SearchParams;
  readonly linked: (query: string, changed: (query: string) => void) => SearchParams;
}

/**
 * `URLSearchParams` by the WHATWG URL Standard, section 5. Beyond it, a list in an object of fields is
 * a repeated field, as in `request.query`.
 */
export function searchParams(host: Host): SearchParamsClass {
  let link: (params: URLSearchParams, changed: (query: string) => void) => URLSearchParams;

  class URLSearchParams implements SearchParams {
    #pairs: Pair[];
    #changed: ((query: string) => void) | undefined;

    static {
      link = (params, changed) => {
        params.#changed = changed;
        return params;
      };
    }

    constructor(init?: unknown) {
      this.#pairs = pairsOf(host, init);
    }

    get size(): number {
      return this.#pairs.length;
    }

    append(name: unknown, value: unknown): void {
      this.#replace([...this.#pairs, [nameOf(name), textOf(value)]]);
    }

    delete(name: unknown, value?: unknown): void {
      const matches = matcher(name, value);
      this.#replace(this.#pairs.filter((pair) => !matches(pair)));
    }

    get(name: unknown): string | null {
      return this.#pairs.find(matcher(name))?.[1] ?? null;
    }

    getAll(name: unknown): string[] {
      return this.#pairs.filter(matcher(name)).map(([, value]) => value);
    }

    has(name: unknown, value?: unknown): boolean {
      return this.#pairs.some(matcher(name, value));
    }

    set(name: unknown, value: unknown): void {
      const matches = matcher(name);
      const first = this.#pairs.findIndex(matches);
      const pair: Pair = [nameOf(name), textOf(value)];
      if (first === -1) {
        this.#replace([...this.#pairs, pair]);
        return;
      }
      const kept = this.#pairs.filter((other, at) => at === first || !matches(other));
      this.#replace(kept.with(first, pair)); // Those that went stood behind the first.
    }

    sort(): void {
      this.#replace(this.#pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    }

    *entries(): IterableIterator<Pair> {
      for (const [name, value] of this.#pairs) yield [name, value];
    }

    *keys(): IterableIterator<string> {
      for (const [name] of this.#pairs) yield name;
    }

    *values(): IterableIterator<string> {
      for (const [, value] of this.#pairs) yield value;
    }

    forEach(visit: (value: string, name: string, params: SearchParams) => void): void {
      for (const [name, value] of this.#pairs) visit(value, name, this);
    }

    toString(): string {
      return this.#pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
    }

    [Symbol.iterator](): IterableIterator<Pair> {
      return this.entries();
    }

    #replace(pairs: Pair[]): void {
      this.#pairs = pairs;
      this.#changed?.(this.toString());
    }
  }

  return {
    URLSearchParams,
    linked: (query, changed) => link(new URLSearchParams(query), changed),
  };
}

function nameOf(name: unknown): string {
  return asText(name, 'a name of URLSearchParams').toWellFormed();
}

function textOf(value: unknown): string {
  return asText(value, 'a value of URLSearchParams').toWellFormed();
}

function matcher(name: unknown, value?: unknown): (pair: Pair) => boolean {
  const wanted = nameOf(name);
  if (value === undefined) return (pair) => pair[0] === wanted;
  const also = textOf(value);
  return (pair) => pair[0] === wanted && pair[1] === also;
}

function pairsOf(host: Host, init: unknown): Pair[] {
  if (init === undefined || init === null) return [];
  if (typeof init !== 'object') return parsed(host, asText(init, 'URLSearchParams'));
  if (Symbol.iterator in init) {
    return Array.from(init as Iterable<unknown>, (pair): Pair => {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new TypeError(
          `Expected pairs of name and value for URLSearchParams, got ${found(pair)}`,
        );
      }
      return [nameOf(pair[0]), textOf(pair[1])];
    });
  }
  return Object.entries(init).flatMap(([name, value]): Pair[] =>
    (Array.isArray(value) ? value : [value]).map((one) => [nameOf(name), textOf(one)]),
  );
}

function parsed(host: Host, query: string): Pair[] {
  const pairs: Pair[] = [];
  for (const field of query.toWellFormed().replace(/^\?/, '').replaceAll('+', ' ').split('&')) {
    if (field === '') continue;
    const equals = field.indexOf('=');
    const name = equals === -1 ? field : field.slice(0, equals);
    const value = equals === -1 ? '' : field.slice(equals + 1);
    pairs.push([decoded(host, name), decoded(host, value)]);
  }
  return pairs;
}

function decoded(host: Host, text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // Stray percent signs stay, and bytes that are not UTF-8 become U+FFFD.
    return text.replace(/(?:%[\da-f]{2})+/gi, (run) =>
      decodeUtf8(host, new Uint8Array(host.bytes(run.replaceAll('%', ''), 'hex'))),
    );
  }
}

/** The application/x-www-form-urlencoded percent-encode set leaves letters, digits and `*-._`. */
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
