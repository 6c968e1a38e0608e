import { didYouMean } from '../../core/suggest.ts';

/** One mistake in a source. Where it stands in a file is for the reader of the file to say. */
export interface Mistake {
  /** Keys and indexes that lead to it. */
  readonly path: readonly (string | number)[];
  /** Whether it is about the last key of the path, not about its value. */
  readonly isKey: boolean;
  /** "Expected X, got Y", without a full stop. */
  readonly message: string;
  readonly hint?: string;
}

/** Items of a list of conditions, handshakes or places: more than any sender has. */
const LIST_MAX = 20;

/** Characters of a header that a source writes. */
const LINE_LENGTH_MAX = 1000;

/** The keys of one map, taken one by one; those that nobody took are mistakes. */
export class Fields {
  readonly path: readonly (string | number)[];
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #mistakes: Mistake[];
  readonly #known = new Set<string>();

  private constructor(
    values: Readonly<Record<string, unknown>>,
    path: readonly (string | number)[],
    mistakes: Mistake[],
  ) {
    this.#values = values;
    this.path = path;
    this.#mistakes = mistakes;
  }

  /** `undefined`, and a mistake, where the value is no map. Nothing at all is an empty map. */
  static of(
    value: unknown,
    path: readonly (string | number)[],
    mistakes: Mistake[],
  ): Fields | undefined {
    if (value === null) return new Fields({}, path, mistakes);
    if (typeof value === 'object' && !Array.isArray(value)) {
      return new Fields(value as Record<string, unknown>, path, mistakes);
    }
    mistakes.push({ path, isKey: false, message: `Expected a map, got ${shown(value)}` });
    return undefined;
  }

  has(key: string): boolean {
    this.#known.add(key);
    return Object.hasOwn(this.#values, key);
  }

  /** Keys that were not taken yet. */
  get rest(): readonly string[] {
    return Object.keys(this.#values).filter((key) => !this.#known.has(key));
  }

  take(key: string): unknown {
    return this.has(key) ? this.#values[key] : undefined;
  }

  /** A text that is not empty. @param max characters */
  text(key: string, max = 1000): string | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value !== '' && value.length <= max) return value;
    return this.expected(key, `a text of 1 to ${max} characters`);
  }

  /** A text that a header can hold. @param what what it should be */
  line(key: string, what: string): string | undefined {
    const value = this.text(key, LINE_LENGTH_MAX);
    if (value === undefined || /^[\x20-\x7e]+$/.test(value)) return value;
    return this.expected(key, what);
  }

  required<T>(key: string, value: T | undefined): T | undefined {
    if (value === undefined && !this.has(key)) {
      this.mistake([], `Expected the key \`${key}\`, got a map without it`);
    }
    return value;
  }

  choice<const T extends string>(key: string, of: readonly T[]): T | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    const found = of.find((one) => one === value);
    if (found !== undefined) return found;
    const hint = typeof value === 'string' ? didYouMean(value, of) : undefined;
    return this.expected(key, listed(of), hint);
  }

  boolean(key: string): boolean | undefined {
    const value = this.take(key);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.expected(key, 'true or false');
  }

  integer(key: string, least: number, most: number): number | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) {
      return value as number;
    }
    return this.expected(key, `a whole number from ${least} to ${most}`);
  }

  /** One text or a list of them. */
  texts(key: string, most = 1000): readonly string[] | undefined {
    const value = this.take(key);
    if (value === undefined) return undefined;
    const list = Array.isArray(value) ? value : [value];
    const isText = (item: unknown) => typeof item === 'string' && item !== '';
    if (list.length > 0 && list.length <= most && list.every(isText)) return list;
    return this.expected(key, `a text, or a list of at most ${most} texts`);
  }

  map(key: string): Fields | undefined {
    const value = this.take(key);
    return value === undefined ? undefined : Fields.of(value, [...this.path, key], this.#mistakes);
  }

  /** The items of a list, each read by `read`; a value that is no list is a list of one. */
  list<T>(
    key: string,
    read: (value: unknown, path: readonly (string | number)[]) => T | undefined,
  ): readonly T[] {
    const value = this.take(key);
    if (value === undefined) return [];
    const path = [...this.path, key];
    if (Array.isArray(value) && value.length > LIST_MAX) {
      this.mistake([key], `Expected a list of at most ${LIST_MAX} items, got ${value.length}`);
      return [];
    }
    if (!Array.isArray(value)) return [read(value, path)].filter((item) => item !== undefined);
    return value
      .map((item, index) => read(item, [...path, index]))
      .filter((item) => item !== undefined);
  }

  /** Reports that a key's value should be something else. */
  expected(key: string, what: string, hint?: string): undefined {
    this.mistake([key], `Expected ${what}, got ${shown(this.#values[key])}`, hint);
    return undefined;
  }

  /** Reports that a key should be something else. */
  expectedKey(key: string, what: string): void {
    this.#add([...this.path, key], true, `Expected ${what}, got ${shown(key)}`);
  }

  mistake(path: readonly (string | number)[], message: string, hint?: string): void {
    this.#add([...this.path, ...path], false, message, hint);
  }

  /** Reports the keys that were not taken. */
  finish(): void {
    for (const key of this.rest) {
      const message = `Expected ${listed([...this.#known])}, got \`${key}\``;
      this.#add([...this.path, key], true, message, didYouMean(key, this.#known));
    }
  }

  #add(path: readonly (string | number)[], isKey: boolean, message: string, hint?: string): void {
    this.#mistakes.push({ path, isKey, message, ...(hint === undefined ? {} : { hint }) });
  }
}

/** `\`a\`, \`b\` or \`c\``. */
export function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  const last = quoted.pop() ?? 'nothing';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

/** A value as messages name it. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = typeof value === 'string' ? value : String(value);
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
}
