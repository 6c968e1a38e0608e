import { isCollection, pairs, text } from './values.ts';

// Flags of PHP's json_encode (php.net/json.constants).
const FORCE_OBJECT = 16;
const UNESCAPED_SLASHES = 64;
const PRETTY_PRINT = 128;
const UNESCAPED_UNICODE = 256;

/** JSON as PHP writes it: `/` and non-ASCII characters escaped, an empty map as `[]`. */
export function jsonEncode(value: unknown, flags: unknown = 0): string {
  return write(value, Number(flags), '');
}

/** A JSON text laid out with four spaces and plain slashes; `""` for what is no text. */
export function jsonPretty(value: unknown): string {
  if (typeof value !== 'string') return '';
  return write(jsonDecode(value), PRETTY_PRINT | UNESCAPED_SLASHES, '');
}

/** The same of a value, as Cerb encodes the body of a request. */
export function jsonBody(value: unknown): string {
  return write(value, PRETTY_PRINT | UNESCAPED_SLASHES, '');
}

/** The value behind a JSON text; `null` where it is not JSON. */
export function jsonDecode(value: unknown): unknown {
  try {
    return JSON.parse(text(value));
  } catch {
    return null;
  }
}

function write(value: unknown, flags: number, margin: string): string {
  if (typeof value === 'string') return quoted(value, flags);
  if (typeof value === 'number') return numeral(value);
  if (value instanceof Date) return quoted(value.toISOString(), flags);
  if (!isCollection(value)) return typeof value === 'boolean' ? String(value) : 'null';
  const entries = pairs(value);
  const isList = (flags & FORCE_OBJECT) === 0 && entries.every(([key], index) => key === index);
  const [open, close] = isList ? '[]' : '{}';
  if (entries.length === 0) return `${open}${close}`;
  const pretty = (flags & PRETTY_PRINT) !== 0;
  const inner = pretty ? `${margin}    ` : '';
  const items = entries.map(([key, item]) => {
    const shown = write(item, flags, inner);
    return isList
      ? inner + shown
      : `${inner}${quoted(String(key), flags)}:${pretty ? ' ' : ''}${shown}`;
  });
  return pretty
    ? `${open}\n${items.join(',\n')}\n${margin}${close}`
    : `${open}${items.join(',')}${close}`;
}

function numeral(value: number): string {
  if (!Number.isFinite(value)) return '0';
  return String(value).replace(/^(-?\d)(?=e)/, '$1.0');
}

function quoted(value: string, flags: number): string {
  let shown = JSON.stringify(value.toWellFormed());
  if ((flags & UNESCAPED_SLASHES) === 0) shown = shown.replaceAll('/', '\\/');
  // Both separators break old JavaScript, and PHP escapes them in any case.
  const escaped = (flags & UNESCAPED_UNICODE) !== 0 ? /[\u2028\u2029]/g : /[\u0080-\uffff]/g;
  return shown.replace(escaped, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
