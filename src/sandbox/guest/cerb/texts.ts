import { asList } from './collections.ts';
import { collect, int, isCollection, pairs, text } from './values.ts';

/** What PHP's `trim` takes away unless it is told. */
const SPACES = ' \t\n\r\0\v';
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#039;',
};
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  euro: '€',
};
/** Characters that `repeat` makes at most: what an answer may hold. */
const REPEAT_MAX = 1024 * 1024;

export function lower(value: unknown): string {
  return text(value).toLowerCase();
}

export function upper(value: unknown): string {
  return text(value).toUpperCase();
}

export function capitalize(value: unknown): string {
  const [first = '', ...rest] = Array.from(text(value));
  return first.toUpperCase() + rest.join('').toLowerCase();
}

export function title(value: unknown): string {
  return text(value)
    .toLowerCase()
    .replace(/(^|[^\p{L}\p{M}\p{N}'’])(\p{L})/gu, (_, before: string, letter: string) => {
      return before + letter.toUpperCase();
    });
}

export function trim(value: unknown, characters: unknown = null, side: unknown = 'both'): string {
  const mask = new Set(Array.from(characters === null ? SPACES : maskOf(text(characters))));
  const letters = Array.from(text(value));
  let [start, end] = [0, letters.length];
  if (side !== 'right') while (start < end && mask.has(letters[start] as string)) start++;
  if (side !== 'left') while (end > start && mask.has(letters[end - 1] as string)) end--;
  return letters.slice(start, end).join('');
}

/** `a..z` in a mask is a range. */
function maskOf(mask: string): string {
  return mask.replace(/([\s\S])\.\.([\s\S])/g, (all, from: string, to: string) => {
    const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
    if (first > last) return all;
    return Array.from({ length: last - first + 1 }, (_, at) =>
      String.fromCharCode(first + at),
    ).join('');
  });
}

/** PHP's `strtr` with pairs: the longest names first, and nothing twice. */
export function replace(value: unknown, replacements: unknown): string {
  const known = new Map(pairs(replacements).map(([from, to]) => [String(from), text(to)]));
  const names = [...known.keys()].filter((name) => name !== '').sort((a, b) => b.length - a.length);
  if (names.length === 0) return text(value);
  const any = new RegExp(names.map(literal).join('|'), 'g');
  return text(value).replace(any, (name) => known.get(name) ?? '');
}

export function literal(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

export function escaped(value: unknown, strategy: unknown = 'html'): string {
  const shown = text(value);
  if (strategy === 'url') return urlEncode(shown);
  if (strategy === 'js') {
    return shown.replace(/[^a-zA-Z0-9,._]/gu, (letter) =>
      Array.from({ length: letter.length }, (_, at) => {
        return `\\u${letter.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`;
      }).join(''),
    );
  }
  return shown.replace(/[&<>"']/g, (letter) => ENTITIES[letter] as string);
}

export function unescaped(value: unknown): string {
  return text(value).replace(/&(?:#(\d+)|#[xX]([\da-fA-F]+)|(\w+));/g, (all, dec, hex, name) => {
    if (name !== undefined) return NAMED[name as string] ?? all;
    const point = dec === undefined ? Number.parseInt(hex as string, 16) : Number(dec);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : all;
  });
}

export function striptags(value: unknown): string {
  return text(value).replace(/<!--[\s\S]*?-->|<\/?[a-zA-Z!?][^>]*>/g, '');
}

export function nl2br(value: unknown): string {
  return escaped(value).replace(/\r\n|\r|\n/g, '<br />$&');
}

export function spaceless(value: unknown): string {
  return text(value).replace(/>\s+</g, '><').trim();
}

/** RFC 3986; of a map, a query text as PHP's `http_build_query` writes it. */
export function urlEncode(value: unknown): string {
  if (!isCollection(value)) return encoded(text(value));
  return pairs(value)
    .flatMap(([key, item]) => field(encoded(String(key)), item))
    .join('&');
}

/** The body of a form: spaces are `+`. */
export function formBody(value: unknown): string {
  return urlEncode(value).replaceAll('%20', '+');
}

function field(name: string, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!isCollection(value)) {
    return [`${name}=${encoded(typeof value === 'boolean' ? String(Number(value)) : text(value))}`];
  }
  return pairs(value).flatMap(([key, item]) => field(`${name}%5B${encoded(String(key))}%5D`, item));
}

function encoded(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** As PHP decodes: what is not UTF-8 stays as it was written. */
export function decoded(value: string): string {
  return value.replace(/(?:%[\da-fA-F]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

export function split(value: unknown, delimiter: unknown, limit: unknown = null): unknown {
  const [whole, mark] = [text(value), text(delimiter)];
  const most = limit === null ? null : int(limit);
  if (mark === '') return chunks(Array.from(whole), Math.max(1, most ?? 1));
  const parts = whole.split(mark);
  if (most === null) return parts;
  if (most < 0) return parts.slice(0, most);
  const count = Math.max(1, most);
  return parts.length <= count
    ? parts
    : [...parts.slice(0, count - 1), parts.slice(count - 1).join(mark)];
}

function chunks(letters: readonly string[], size: number): string[] {
  const found: string[] = [];
  for (let at = 0; at < letters.length; at += size)
    found.push(letters.slice(at, at + size).join(''));
  return found;
}

/** The lines that have something on them, trimmed. */
export function splitCrlf(value: unknown): unknown {
  const lines = linesOf(value).map((line, index) => [index, trim(line)] as const);
  return collect(lines.filter(([, line]) => line !== ''));
}

export function splitCsv(value: unknown): unknown {
  const parts = text(value)
    .split(',')
    .map((part, index) => [index, trim(part)] as const);
  return collect(parts.filter(([, part]) => part !== ''));
}

/** `@csv`: what stands between commas, trimmed. */
export function csv(value: unknown): string[] {
  return text(value) === ''
    ? []
    : text(value)
        .split(',')
        .map((part) => trim(part));
}

export function linesOf(value: unknown): string[] {
  return text(value)
    .replaceAll('\r\n', '\n')
    .split(/[\r\n]/);
}

export function append(
  value: unknown,
  suffix: unknown,
  mark: unknown = '',
  cut: unknown = null,
): string {
  const head = trim(value, text(cut ?? mark), 'right');
  return head + (head === '' || head === '0' ? '' : text(mark)) + text(suffix);
}

export function alphanum(value: unknown, also: unknown = '', by: unknown = ''): string {
  const others = new RegExp(`[^A-Za-z0-9${literal(text(also))}]`, 'gu');
  return text(value).replace(others, () => text(by));
}

export function indent(value: unknown, marker: unknown = '', from: unknown = 0): string {
  const first = int(from);
  if (!isFilled(value)) return '';
  return linesOf(value)
    .map((line, index) => (first > 0 && index < first - 1 ? line : text(marker) + line))
    .join('\n');
}

/** PHP's `empty` of a text: "0" counts as nothing. */
function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value !== '0';
}

export function stripLines(value: unknown, prefixes: unknown): string {
  const marks = asList(prefixes).map(text);
  return linesOf(value)
    .filter((line) => !marks.some((mark) => startsAnyCase(line, mark)))
    .join('\r\n');
}

function startsAnyCase(value: string, mark: string): boolean {
  return value.slice(0, mark.length).toLowerCase() === mark.toLowerCase();
}

export function isPrefixed(value: unknown, ...prefixes: unknown[]): boolean {
  return typeof value === 'string' && prefixes.some((mark) => startsAnyCase(value, text(mark)));
}

export function isSuffixed(value: unknown, ...suffixes: unknown[]): boolean {
  if (typeof value !== 'string') return false;
  return suffixes.some((mark) => value.toLowerCase().endsWith(text(mark).toLowerCase()));
}

export function permalink(value: unknown, spaces: unknown = '-'): string {
  const mark = text(spaces);
  const plain = text(value)
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'"]/g, '')
    .replace(/[^a-zA-Z0-9+.\-_()]/gu, () => mark);
  if (mark === '') return plain;
  const many = new RegExp(`(?:${literal(mark)}){2,}`, 'g');
  return trim(
    plain.replace(many, () => mark),
    mark,
    'right',
  );
}

export function quote(value: unknown): string {
  return linesOf(trim(value))
    .map((line) => `> ${line}`)
    .join('\n');
}

export function repeat(value: unknown, times: unknown): string {
  const [part, count] = [text(value), Math.max(0, int(times))];
  if (part.length * count > REPEAT_MAX) {
    throw new RangeError(
      `Expected a text of at most ${REPEAT_MAX} characters to be made, got more`,
    );
  }
  return part.repeat(count);
}

export function tokenize(value: unknown): string[] {
  return lower(value)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

export function truncate(
  value: unknown,
  length: unknown = 30,
  whole: unknown = false,
  mark: unknown = '...',
): string {
  if (typeof value !== 'string') return '';
  const letters = Array.from(value);
  let most = int(length);
  if (letters.length <= most) return value;
  const space = whole === true ? letters.indexOf(' ', most) : -1;
  if (space >= 0) most = space;
  return letters.slice(0, most).join('') + text(mark);
}

export function strPos(
  value: unknown,
  part: unknown,
  from: unknown = 0,
  anyCase: unknown = false,
): unknown {
  if (typeof value !== 'string' || typeof part !== 'string') return false;
  const [whole, mark] =
    anyCase === true ? [value.toLowerCase(), part.toLowerCase()] : [value, part];
  const start = int(from);
  return whole.indexOf(mark, start < 0 ? whole.length + start : start);
}

export function strSub(value: unknown, from: unknown, to: unknown): unknown {
  if (typeof value !== 'string' || typeof from !== 'number' || typeof to !== 'number') return false;
  const start = from < 0 ? Math.max(0, value.length + from) : from;
  const count = to - from;
  return count < 0 ? value.slice(start, count) : value.slice(start, start + count);
}

/** One address with something on both sides of its `@`. */
export function isEmail(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(value.trim());
}
