import type { Span } from '../../../language/source.ts';

/** What stands after a key, or below it as a block of text, with its places in the file. */
export interface KataText {
  readonly value: string;
  /** Whether it is a block of lines. */
  readonly isBlock: boolean;
  /** The place in the file of a character of the value; that of its end for its length. */
  offset(index: number): number;
}

/** `type/name@annotation,annotation: value`. */
export interface KataEntry {
  /** `type/name`, without annotations. */
  readonly key: string;
  readonly type: string;
  readonly name: string | undefined;
  readonly annotations: readonly string[];
  /** Where the key with its annotations stands. */
  readonly span: Span;
  /** Absent where there is nothing after the key and nothing below it but entries. */
  readonly text: KataText | undefined;
  readonly entries: readonly KataEntry[];
  /** Lines of comment directly above, without their `#`. */
  readonly comment: string | undefined;
}

/** The first entry with a key or, for keys without a name, a type. */
export function entryOf(entries: readonly KataEntry[], key: string): KataEntry | undefined {
  return entries.find((entry) => entry.key === key);
}

/** The text of an entry, trimmed at its end; `undefined` where it has none. */
export function plainText(entry: KataEntry | undefined): string | undefined {
  return entry?.text?.value.trimEnd();
}
