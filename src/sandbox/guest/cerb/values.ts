/**
 * PHP's view of values, for what Cerb's templates show: texts, truth, comparison, numbers. Lists are arrays;
 * maps are plain objects, and an empty one is the same as an empty list, as in PHP.
 */
export type Pairs = readonly (readonly [key: string | number, value: unknown])[];

/** Digits of a float that PHP prints (`precision` in php.ini, 14 unless set). */
const PRECISION = 14;
const NUMERIC = /^[ \t\n\r\v\f]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\r\v\f]*$/;
const LEADING = /^[ \t\n\r\v\f]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;

export function isCollection(value: unknown): value is Record<string, unknown> | unknown[] {
  return typeof value === 'object' && value !== null && !(value instanceof Date);
}

/** Keys and values: positions of a list, names of a map; a key of digits is a number, as in PHP. */
export function pairs(value: unknown): Pairs {
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  if (!isCollection(value)) return [];
  return Object.entries(value).map(([key, item]) => [keyOf(key), item] as const);
}

/** A list where the keys are 0, 1, 2, …, else a map. */
export function collect(entries: Pairs): unknown {
  if (entries.every(([key], index) => key === index)) return entries.map(([, value]) => value);
  return Object.fromEntries(entries);
}

/** PHP turns keys such as "7" into numbers. */
export function keyOf(key: string): string | number {
  return /^(?:0|-?[1-9]\d{0,14})$/.test(key) ? Number(key) : key;
}

/** The text that PHP makes of a value: `true` is "1", `false` and `null` nothing, a list "Array". */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined || value === false) return '';
  if (value === true) return '1';
  if (typeof value === 'number') return numeral(value);
  return isCollection(value) ? 'Array' : String(value);
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return 'NAN';
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
  if (Number.isSafeInteger(value)) return String(value);
  const [digits = '', exponent = '0'] = value.toExponential(PRECISION - 1).split('e');
  const power = Number(exponent);
  const short = digits.replace(/\.?0+$/, '');
  if (power < -5 || power >= PRECISION + 1) {
    const sign = power < 0 ? '-' : '+';
    return `${short.includes('.') ? short : `${short}.0`}E${sign}${Math.abs(power)}`;
  }
  return power < 0
    ? Number(`${short}e${power}`).toFixed(fractions(short) - power)
    : plain(short, power);
}

function fractions(digits: string): number {
  return digits.split('.')[1]?.length ?? 0;
}

function plain(digits: string, power: number): string {
  return Number(`${digits}e${power}`).toFixed(Math.max(0, fractions(digits) - power));
}

/** Twig's truth: false are `null`, `false`, 0, "", "0" and what is empty. */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'string') return value !== '' && value !== '0';
  if (isCollection(value)) return pairs(value).length > 0;
  return Boolean(value) || Number.isNaN(value);
}

/** Twig's `empty`: "", `null`, `false` and what has no items; 0 and "0" are not empty. */
export function isEmpty(value: unknown): boolean {
  if (isCollection(value)) return pairs(value).length === 0;
  return value === '' || value === null || value === undefined || value === false;
}

export function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && NUMERIC.test(value));
}

/**
 * The number in arithmetic. Throws a TypeError for a text without a number at its head, and for lists, as
 * PHP 8 does.
 */
export function number(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined || value === false) return 0;
  if (value === true) return 1;
  const found = typeof value === 'string' ? LEADING.exec(value) : null;
  if (found === null) {
    const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : 'a list';
    throw new TypeError(`Expected a number to reckon with, got ${shown}`);
  }
  return Number(found[1]);
}

/** PHP's `intval`: the whole number at the head of a text, 0 where there is none. */
export function int(value: unknown): number {
  return Math.trunc(float(value)) + 0; // `+ 0` turns -0 into 0.
}

/** PHP's `floatval`. */
export function float(value: unknown): number {
  if (isCollection(value)) return pairs(value).length > 0 ? 1 : 0;
  const found = LEADING.exec(text(value));
  return found === null ? 0 : Number(found[1]);
}

/** `==` as PHP 8 has it. */
export function equal(a: unknown, b: unknown): boolean {
  const left = a ?? null;
  const right = b ?? null;
  if (typeof left === 'boolean' || typeof right === 'boolean')
    return isTrue(left) === isTrue(right);
  if (left === null || right === null) {
    const other = left ?? right;
    return typeof other === 'string' ? other === '' : !isTrue(other);
  }
  if (isCollection(left) && isCollection(right)) return equalCollections(left, right);
  if (isCollection(left) || isCollection(right)) return false;
  if (isNumeric(left) && isNumeric(right)) return scalar(left) === scalar(right);
  return scalar(left) === scalar(right) || text(left) === text(right);
}

function equalCollections(a: unknown, b: unknown): boolean {
  const left = pairs(a);
  const right = new Map(pairs(b));
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && equal(value, right.get(key)))
  );
}

/** `===` as PHP has it: the same type and value, items in the same order. */
export function same(a: unknown, b: unknown): boolean {
  if (!isCollection(a) || !isCollection(b)) return (a ?? null) === (b ?? null);
  const [left, right] = [pairs(a), pairs(b)];
  return (
    left.length === right.length &&
    left.every(([key, value], at) => key === right[at]?.[0] && same(value, right[at]?.[1]))
  );
}

/** `<=>` as PHP 8 has it: -1, 0 or 1. */
export function compare(a: unknown, b: unknown): number {
  const left = a ?? null;
  const right = b ?? null;
  if (typeof left === 'string' && typeof right === 'string' && !bothNumeric(left, right)) {
    return order(left, right);
  }
  const logical = typeof left === 'boolean' || typeof right === 'boolean';
  if (logical || left === null || right === null) {
    if (!logical && typeof (left ?? right) === 'string') return order(text(left), text(right));
    return Number(isTrue(left)) - Number(isTrue(right));
  }
  if (isCollection(left) || isCollection(right)) return compareCollections(left, right);
  if (bothNumeric(left, right) || left instanceof Date || right instanceof Date) {
    return order(scalar(left) as number, scalar(right) as number);
  }
  return order(text(left), text(right));
}

function compareCollections(left: unknown, right: unknown): number {
  if (!isCollection(left)) return -1;
  if (!isCollection(right)) return 1;
  const [a, b] = [pairs(left), new Map(pairs(right))];
  if (a.length !== b.size) return a.length < b.size ? -1 : 1;
  for (const [key, value] of a) {
    if (!b.has(key)) return 1;
    const found = compare(value, b.get(key));
    if (found !== 0) return found;
  }
  return 0;
}

function bothNumeric(a: unknown, b: unknown): boolean {
  return isNumeric(a) && isNumeric(b);
}

function order<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function scalar(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'string' && NUMERIC.test(value) ? Number(value) : value;
}
