/** What stands for `{{{` itself: `{{{braces}}}`. */
export const BRACES = 'braces';
export const OPENING = '{{{';

/** A `{{{key}}}` in a text. */
export interface Occurrence {
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
  /** `name`, or `uid.` with a record's uid. */
  readonly key: string;
}

const PATTERN = /(?<!\$)\{\{\{[ \t]*([A-Za-z_]\w*(?:\.[A-Za-z0-9_.-]*[A-Za-z0-9_-])?)[ \t]*\}\}\}/g;

/**
 * What the import fills in, from left to right. Braces with anything but a name between them are text, and
 * `${{{` begins an expression.
 */
export function occurrencesIn(text: string): readonly Occurrence[] {
  if (!text.includes('{{{')) return [];
  return [...text.matchAll(PATTERN)].map(({ 0: whole, 1: key = '', index }) => {
    return { start: index, end: index + whole.length, key };
  });
}

/** The uid that a placeholder refers to, or `undefined` where it is another kind. */
export function uidOf(key: string): string | undefined {
  return key.startsWith('uid.') ? key.slice('uid.'.length) : undefined;
}
