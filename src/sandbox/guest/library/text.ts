import { asText, asWhole } from './arguments.ts';
import { splitLines } from './lines.ts';
import type { Provision } from './provide.ts';

/** Letters that Unicode does not take apart into a base letter and an accent. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
};
/** Words of a name in any style: `XML`, `Http`, `request2`, `42`. Digits stay with their letters. */
const WORDS = /\p{Lu}+(?!\p{Ll})\p{N}*|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{Lt}\p{M}]+\p{N}*|\p{N}+/gu;
/** Spaces of an indentation: wider than any page. */
const INDENT_MAX = 1000;

function words(text: unknown, of: string): string[] {
  return asText(text, of).replace(/['’]/g, '').match(WORDS) ?? [];
}

function capitalized(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  return text === '' ? '' : first.toUpperCase() + text.slice(first.length);
}

/** At most `length` code points of a text. */
function head(text: string, length: number): string {
  // A code point is at most two units, so no more of the text need be taken apart.
  return Array.from(text.slice(0, length * 2))
    .slice(0, length)
    .join('');
}

/** `Text`. Lengths count Unicode code points, so that no emoji is cut in half. */
const text: Readonly<Record<string, unknown>> = {
  slug: (value: unknown) =>
    asText(value, 'Text.slug')
      .normalize('NFKD')
      .replace(/[\u0300-\u036f'’]/g, '')
      .toLowerCase()
      .replace(/[ßæœøđðłþħı]/g, (letter) => PLAIN[letter] as string)
      .normalize('NFC')
      .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, ''),

  truncate: (value: unknown, length: unknown, end: unknown = '…') => {
    const whole = asText(value, 'Text.truncate');
    const most = asWhole(length, 0, Number.MAX_SAFE_INTEGER, 'the length of Text.truncate');
    if (whole.length <= most || Array.from(whole.slice(0, most * 2 + 1)).length <= most) {
      return whole;
    }
    const mark = head(asText(end, 'the end mark of Text.truncate'), most);
    return head(whole, most - Array.from(mark).length) + mark;
  },

  capitalize: (value: unknown) => capitalized(asText(value, 'Text.capitalize')),

  title: (value: unknown) =>
    asText(value, 'Text.title').replace(
      /(^|[^\p{L}\p{M}\p{N}'’])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    ),

  camel: (value: unknown) =>
    words(value, 'Text.camel')
      .map((word, at) => (at === 0 ? word.toLowerCase() : capitalized(word.toLowerCase())))
      .join(''),

  snake: (value: unknown) => words(value, 'Text.snake').join('_').toLowerCase(),

  kebab: (value: unknown) => words(value, 'Text.kebab').join('-').toLowerCase(),

  lines: (value: unknown) => {
    const lines = splitLines(asText(value, 'Text.lines'));
    if (lines.at(-1) === '') lines.pop(); // What follows the last line's end is no line.
    return lines;
  },

  between: (value: unknown, before: unknown, after: unknown) => {
    const whole = asText(value, 'Text.between');
    const open = asText(before, 'the first mark of Text.between');
    const close = asText(after, 'the second mark of Text.between');
    const start = whole.indexOf(open);
    if (start === -1) return null;
    const end = whole.indexOf(close, start + open.length);
    return end === -1 ? null : whole.slice(start + open.length, end);
  },

  indent: (value: unknown, spaces: unknown) => {
    const margin = ' '.repeat(asWhole(spaces, 0, INDENT_MAX, 'the spaces of Text.indent'));
    return asText(value, 'Text.indent').replace(/^(?=.)/gm, margin);
  },

  // Percent-encoding writes three characters for each byte it encodes and one for the others.
  size: (value: unknown) => {
    const encoded = encodeURIComponent(asText(value, 'Text.size').toWellFormed());
    return encoded.length - 2 * (encoded.split('%').length - 1);
  },
};

export const provision: Provision = () => ({ Text: text });
