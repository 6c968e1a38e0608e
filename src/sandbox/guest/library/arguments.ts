/** Characters of a wrong value that an error message quotes: enough to know it again. */
const QUOTED_MAX = 40;

/** What the author handed over, for "Expected X, got Y". */
export function found(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') {
    const short = value.length > QUOTED_MAX ? `${value.slice(0, QUOTED_MAX)}…` : value;
    return JSON.stringify(short);
  }
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol' || typeof value === 'function') return `a ${typeof value}`;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return 'a list';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'bytes';
  if (value instanceof Date) return 'a Date';
  return 'an object';
}

/** The value as a text; numbers, bigints and booleans are converted. Throws a TypeError for others. */
export function asText(value: unknown, of: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return String(value);
  }
  throw new TypeError(`Expected a text for ${of}, got ${found(value)}`);
}

/** A whole number between two bounds; a text of digits is converted. Throws Type- and RangeErrors. */
export function asWhole(value: unknown, least: number, most: number, of: string): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') {
    throw new TypeError(`Expected a whole number for ${of}, got ${found(value)}`);
  }
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new RangeError(
      `Expected a whole number from ${least} to ${most} for ${of}, got ${found(value)}`,
    );
  }
  return number;
}

/** The options object, `{}` where there is none. Throws a TypeError for anything else and for unknown names. */
export function asOptions(
  value: unknown,
  names: readonly string[],
  of: string,
): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TypeError(`Expected an object of options for ${of}, got ${found(value)}`);
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(
      `Expected the options ${names.join(', ')} for ${of}, got ${found(unknown)}`,
    );
  }
  return value as Readonly<Record<string, unknown>>;
}
