import type { Span } from '../../language/source.ts';
import { VALUES_MAX } from '../limits.ts';
import type { Findings } from './findings.ts';

/** A value of JSON with its place. */
export type JsonNode = Span &
  (
    | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
    | { readonly kind: 'list'; readonly items: readonly JsonNode[] }
    | { readonly kind: 'map'; readonly entries: readonly JsonEntry[] }
  );

interface JsonEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: JsonNode;
}

/** Characters of a file: packages of Cerb are under 1 MB. */
const JSON_CHARACTERS_MAX = 16 * 1024 * 1024;
const JSON_DEPTH_MAX = 64;
const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = { true: true, false: false, null: null } as const;

type JsonCode = 'json.syntax' | 'json.too_deep' | 'json.too_many';

class JsonFault extends Error {
  readonly at: number;
  readonly code: JsonCode;
  constructor(message: string, at: number, code: JsonCode = 'json.syntax') {
    super(message);
    this.at = at;
    this.code = code;
  }
}

/** Reads JSON (RFC 8259) with the places of everything in it; tells the first thing that is none. */
export function readJson(text: string, findings: Findings): JsonNode | undefined {
  try {
    if (text.length > JSON_CHARACTERS_MAX) {
      throw new JsonFault(
        `Expected at most ${JSON_CHARACTERS_MAX} characters, got ${text.length}`,
        0,
      );
    }
    const reader = new JsonReader(text);
    return reader.whole();
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    findings.error(error.code, { start: error.at, end: error.at + 1 }, error.message);
    return undefined;
  }
}

/** The value of a key of a map. */
export function fieldOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  // Of a key that stands twice PHP takes the last.
  return node?.kind === 'map'
    ? node.entries.findLast((entry) => entry.key === key)?.value
    : undefined;
}

/** The text of a node, `undefined` where it is none. */
export function textOf(node: JsonNode | undefined): string | undefined {
  if (node?.kind !== 'scalar') return undefined;
  return typeof node.value === 'string' ? node.value : undefined;
}

/** A node as plain data. */
export function dataOf(node: JsonNode | undefined): unknown {
  switch (node?.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(dataOf);
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, dataOf(value)]));
    case undefined:
      return undefined;
  }
}

class JsonReader {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonNode {
    const value = this.#value(0);
    this.#match(SPACE);
    if (this.#at < this.#text.length) throw this.#fault('the end of the file');
    return value;
  }

  #value(depth: number): JsonNode {
    if (depth > JSON_DEPTH_MAX) {
      throw new JsonFault(
        `Expected at most ${JSON_DEPTH_MAX} levels, got more`,
        this.#at,
        'json.too_deep',
      );
    }
    this.#match(SPACE);
    this.#values += 1;
    if (this.#values > VALUES_MAX) {
      const message = `Expected at most ${VALUES_MAX} values, got more`;
      throw new JsonFault(message, this.#at, 'json.too_many');
    }
    const start = this.#at;
    const letter = this.#text[start];
    if (letter === '{') return this.#map(start, depth);
    if (letter === '[') return this.#list(start, depth);
    if (letter === '"') return { kind: 'scalar', value: this.#string(), start, end: this.#at };
    const number = this.#match(NUMBER);
    if (number !== '') return { kind: 'scalar', value: Number(number), start, end: this.#at };
    for (const [word, value] of Object.entries(WORDS)) {
      if (!this.#text.startsWith(word, start)) continue;
      this.#at += word.length;
      return { kind: 'scalar', value, start, end: this.#at };
    }
    throw this.#fault('a value');
  }

  #map(start: number, depth: number): JsonNode {
    const entries: JsonEntry[] = [];
    this.#at++;
    if (!this.#skip('}')) {
      do {
        this.#match(SPACE);
        const from = this.#at;
        if (this.#text[from] !== '"') throw this.#fault('a key in double quotes');
        const key = this.#string();
        const keySpan = { start: from, end: this.#at };
        if (!this.#skip(':')) throw this.#fault('`:`');
        entries.push({ key, keySpan, value: this.#value(depth + 1) });
      } while (this.#skip(','));
      if (!this.#skip('}')) throw this.#fault('`,` or `}`');
    }
    return { kind: 'map', entries, start, end: this.#at };
  }

  #list(start: number, depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.#at++;
    if (!this.#skip(']')) {
      do items.push(this.#value(depth + 1));
      while (this.#skip(','));
      if (!this.#skip(']')) throw this.#fault('`,` or `]`');
    }
    return { kind: 'list', items, start, end: this.#at };
  }

  /** By hand: a pattern that takes so long a text in one piece needs more stack than there is. */
  #string(): string {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"' && this.#text[end] !== '\n') {
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    try {
      const value = JSON.parse(this.#text.slice(start, end + 1)) as string;
      this.#at = end + 1;
      return value;
    } catch {
      throw this.#fault('a text that ends with a quote, with its line breaks as \\n');
    }
  }

  #skip(mark: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #fault(wanted: string): JsonFault {
    const letter = this.#text[this.#at];
    const found = letter === undefined ? 'the end of the file' : `\`${letter}\``;
    return new JsonFault(`Expected ${wanted}, got ${found}`, this.#at);
  }
}
