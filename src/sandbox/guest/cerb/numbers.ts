import { lower } from './texts.ts';
import { float, int, isNumeric, text } from './values.ts';

export function bytesPretty(value: unknown, precision: unknown = 0): string {
  if (!isNumeric(value)) return '';
  const bytes = Math.abs(int(value));
  const sign = int(value) < 0 ? '-' : '';
  const units = [
    [1e12, 'TB'],
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'KB'],
  ] as const;
  const found = units.find(([size]) => bytes >= size);
  if (found === undefined) return `${sign}${bytes} bytes`;
  return `${sign}${numberFormat(bytes / found[0], precision)} ${found[1]}`;
}

export function secsPretty(value: unknown, precision: unknown = 0): string {
  if (!isNumeric(value)) return '';
  let left = int(value);
  if (left === 0) return '0 secs';
  const blocks = [
    ['year', 31_449_600],
    ['month', 2_628_000],
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3600],
    ['min', 60],
    ['sec', 1],
  ] as const;
  const shown: string[] = [];
  for (const [label, size] of blocks) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count !== 0) shown.push(`${count} ${label}${count === 1 ? '' : 's'}`);
  }
  return shown.slice(0, int(precision) || undefined).join(', ');
}

/** PHP's `number_format`: rounds half away from zero. */
export function numberFormat(
  value: unknown,
  decimals: unknown = 0,
  point: unknown = '.',
  thousands: unknown = ',',
): string {
  const rounded = round(float(value), Math.max(0, int(decimals)));
  const [whole = '0', part = ''] = Math.abs(rounded)
    .toFixed(Math.max(0, int(decimals)))
    .split('.');
  const sign = rounded < 0 && /[1-9]/.test(whole + part) ? '-' : '';
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, () => text(thousands));
  return sign + grouped + (part === '' ? '' : text(point) + part);
}

/** `round`, `ceil` or `floor` at a number of decimals. */
export function round(value: unknown, precision: unknown = 0, method: unknown = 'common'): number {
  const places = int(precision);
  const shifted = Number(`${float(value)}e${places}`);
  const moved = Number.isFinite(shifted) ? shifted : float(value) * 10 ** places;
  const whole =
    method === 'ceil'
      ? Math.ceil(moved)
      : method === 'floor'
        ? Math.floor(moved)
        : Math.sign(moved) * Math.round(Math.abs(moved));
  const back = Number(`${whole}e${-places}`);
  return (Number.isFinite(back) ? back : whole / 10 ** places) + 0;
}

export function baseConvert(value: unknown, from: unknown, to: unknown): string {
  const [source, target] = [int(from), int(to)];
  if (![source, target].every((base) => base >= 2 && base <= 36)) return '';
  const digits = lower(value).replace(/^0[xbo]/, '');
  let sum = 0n;
  for (const digit of digits) {
    const worth = Number.parseInt(digit, source);
    if (!Number.isNaN(worth)) sum = sum * BigInt(source) + BigInt(worth);
  }
  return sum.toString(target);
}

export function clampInt(value: unknown, least: unknown = null, most: unknown = null): unknown {
  return isNumeric(value) ? clamped(int(value), least, most) : false;
}

export function clampFloat(value: unknown, least: unknown = null, most: unknown = null): unknown {
  return isNumeric(value) ? clamped(float(value), least, most) : false;
}

function clamped(value: number, least: unknown, most: unknown): number {
  const low = least === null ? value : Math.max(value, float(least));
  return most === null ? low : Math.min(low, float(most));
}

export function abs(value: unknown): number {
  return Math.abs(float(value));
}
