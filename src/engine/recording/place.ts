import { HookwrightError } from '../../core/errors.ts';
import { didYouMean } from '../../core/suggest.ts';

/** Members of an object with any names: as many digests of secrets as a run may have. */
const MEMBERS_MAX = 1000;
/** Characters of a wrong value that an error quotes. */
const QUOTE_LENGTH_MAX = 60;

/** One value of a parsed JSON document and where it stands. Every method throws `recording.invalid`. */
export class Place {
  readonly value: unknown;
  readonly #path: string;

  constructor(value: unknown, path = '') {
    this.value = value;
    this.#path = path;
  }

  /** An object with exactly these members; those of `optional` may be absent. */
  object<K extends string, O extends string = never>(
    keys: readonly K[],
    optional: readonly O[] = [],
  ): Record<K, Place> & Partial<Record<O, Place>> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.wrong('an object');
    }
    const known: readonly string[] = [...keys, ...optional];
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const message = `Expected ${this.name} to have only the keys ${known.join(', ')}, got ${quote(key)}.`;
      throw invalid([message, didYouMean(key, known)].filter(Boolean).join(' '));
    }
    const missing = keys.find((key) => !Object.hasOwn(value, key));
    if (missing !== undefined) {
      throw invalid(`Expected ${this.name} to have the key ${missing}, got none.`);
    }
    const prefix = this.#path === '' ? '' : `${this.#path}.`;
    const members = Object.entries(value).map(([key, member]) => [
      key,
      new Place(member, prefix + key),
    ]);
    return Object.fromEntries(members) as Record<K, Place> & Partial<Record<O, Place>>;
  }

  /** An object with members of any name, each read so. */
  members<T>(read: (place: Place) => T): Record<string, T> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.wrong('an object');
    }
    const entries = Object.entries(value);
    if (entries.length > MEMBERS_MAX) {
      const message = `Expected ${this.name} to have at most ${MEMBERS_MAX} members, got ${entries.length}.`;
      throw invalid(message);
    }
    return Object.fromEntries(
      entries.map(([name, member]) => [name, read(new Place(member, `${this.#path}.${name}`))]),
    );
  }

  list(countMax: number): Place[] {
    const { value } = this;
    if (!Array.isArray(value)) throw this.wrong('a list');
    if (value.length > countMax) {
      throw invalid(
        `Expected ${this.name} to have at most ${countMax} items, got ${value.length}.`,
      );
    }
    return value.map((item: unknown, index) => new Place(item, `${this.#path}[${index}]`));
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.wrong('a text');
    return this.value;
  }

  matching(pattern: RegExp, what: string): string {
    const text = this.value;
    if (typeof text !== 'string' || !pattern.test(text)) throw this.wrong(what);
    return text;
  }

  choice<T extends string>(choices: readonly T[]): T {
    const found = choices.find((choice) => choice === this.value);
    if (found === undefined) throw this.wrong(`one of ${choices.join(', ')}`);
    return found;
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') throw this.wrong('true or false');
    return this.value;
  }

  whole(least: number, most: number): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) {
      return value;
    }
    throw this.wrong(`a whole number from ${least} to ${most}`);
  }

  /** Milliseconds since the epoch, of a time as `Date.toISOString` writes it. */
  time(): number {
    const { value } = this;
    const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(ms) || new Date(ms).toISOString() !== value) {
      throw this.wrong('a time such as 2026-05-04T03:02:01.000Z');
    }
    return ms;
  }

  /** Strict: what decodes to the same bytes is written in one way only (RFC 4648, section 4). */
  bytes(): Uint8Array {
    const { value } = this;
    if (typeof value === 'string') {
      const bytes = Buffer.from(value, 'base64');
      if (bytes.toString('base64') === value) return bytes;
    }
    throw this.wrong('base64');
  }

  /** A text that is JSON, nested no deeper than that. */
  json(depthMax: number): string {
    const text = this.text();
    if (nestsDeeper(text, depthMax)) {
      throw invalid(
        `Expected ${this.name} to be nested at most ${depthMax} levels deep, got more.`,
      );
    }
    try {
      JSON.parse(text);
    } catch (error) {
      throw this.wrong('a text of JSON', error);
    }
    return text;
  }

  /** What `read` gives, or `undefined` for `null`. */
  nullable<T>(read: (place: Place) => T): T | undefined {
    return this.value === null ? undefined : read(this);
  }

  wrong(expected: string, cause?: unknown): HookwrightError {
    return invalid(`Expected ${this.name} to be ${expected}, got ${quote(this.value)}.`, cause);
  }

  get name(): string {
    return this.#path === '' ? 'the recording' : this.#path;
  }
}

export function invalid(message: string, cause?: unknown): HookwrightError {
  return new HookwrightError('recording.invalid', message, {
    next: 'A recording is what `hookwright run export` writes, unchanged.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Whether brackets of a JSON text nest deeper than `most`. On the text, because a parser needs a hundred
 * times the room of a text that is nothing but brackets.
 */
export function nestsDeeper(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (quoted) {
      if (char === BACKSLASH) i++;
      else if (char === QUOTE) quoted = false;
    } else if (char === QUOTE) quoted = true;
    else if (char === OPEN_LIST || char === OPEN_OBJECT) {
      if (++depth > most) return true;
    } else if (char === CLOSE_LIST || char === CLOSE_OBJECT) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

function quote(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const long = typeof value === 'string' && value.length > QUOTE_LENGTH_MAX;
  return long
    ? `${JSON.stringify(value.slice(0, QUOTE_LENGTH_MAX))}…`
    : (JSON.stringify(value) ?? 'nothing');
}
