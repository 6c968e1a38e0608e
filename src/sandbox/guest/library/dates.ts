import { asText, asWhole, found } from './arguments.ts';
import { parseDate } from './date-parsing.ts';
import type { Provision } from './provide.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]; // prettier-ignore
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const TOKENS = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|m|SSS|ss|s|A|a|Z/g;
/** Minutes: the widest offset that ISO 8601 can write is 23:59. */
const OFFSET_MAX = 23 * 60 + 59;

/** `Dates`. Everything is UTC unless an offset is given. */
const dates: Readonly<Record<string, unknown>> = {
  now: () => new Date(Date.now()).toISOString(),
  parse: (value: unknown) => parseDate(value) ?? null,
  iso: (value: unknown) => iso(moment(value, 'Dates.iso'), 'Dates.iso'),
  unix: (value: unknown) => Math.floor(moment(value, 'Dates.unix') / 1000),

  format: (value: unknown, pattern: unknown, offset: unknown = 0) => {
    const minutes = offsetOf(offset);
    const shifted = new Date(moment(value, 'Dates.format') + minutes * 60_000);
    const layout = asText(pattern, 'the pattern of Dates.format');
    return layout.replace(TOKENS, (token: string, literal?: string) =>
      literal === undefined ? part(shifted, token, minutes) : literal,
    );
  },

  add: (value: unknown, duration: unknown) =>
    iso(moment(value, 'Dates.add') + durationOf(duration), 'Dates.add'),

  diff: (later: unknown, earlier: unknown, unit: unknown = 'ms') => {
    const ms = moment(later, 'Dates.diff') - moment(earlier, 'Dates.diff');
    if (typeof unit !== 'string' || !Object.hasOwn(UNITS, unit)) {
      throw new RangeError(
        `Expected a unit of ${Object.keys(UNITS).join(', ')} for Dates.diff, got ${found(unit)}`,
      );
    }
    return Math.trunc(ms / (UNITS[unit] as number)) + 0; // `+ 0` turns -0 into 0.
  },
};

function moment(value: unknown, of: string): number {
  const ms = parseDate(value);
  if (ms !== undefined) return ms;
  const message = `Expected a date for ${of}, got ${found(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

function iso(ms: number, of: string): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) {
    throw new RangeError(`Expected a date within 270,000 years for ${of}, got ${ms} ms`);
  }
  return date.toISOString();
}

function durationOf(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const match =
    typeof value === 'string' ? /^\s*([+-]?)(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(value) : null;
  if (match === null) {
    throw new RangeError(
      `Expected a duration such as "90s", "-15m", "2h" or "30d" for Dates.add, got ${found(value)}`,
    );
  }
  const ms = Math.round(Number(match[2]) * (UNITS[match[3] as string] as number));
  return match[1] === '-' ? -ms : ms;
}

function offsetOf(value: unknown): number {
  if (value === 'Z') return 0;
  const match = typeof value === 'string' ? /^([+-])(\d\d):?(\d\d)?$/.exec(value) : null;
  if (match === null) return asWhole(value, -OFFSET_MAX, OFFSET_MAX, 'the offset of Dates.format');
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return asWhole(match[1] === '-' ? -minutes : minutes, -OFFSET_MAX, OFFSET_MAX, 'the offset');
}

function part(date: Date, token: string, offset: number): string {
  const hours = date.getUTCHours();
  const month = MONTHS[date.getUTCMonth()] as string;
  const day = DAYS[date.getUTCDay()] as string;
  switch (token) {
    case 'YYYY':
      return date.toISOString().replace(/-\d\d-\d\dT.*$/, '');
    case 'YY':
      return two(((date.getUTCFullYear() % 100) + 100) % 100);
    case 'MMMM':
      return month;
    case 'MMM':
      return month.slice(0, 3);
    case 'MM':
      return two(date.getUTCMonth() + 1);
    case 'M':
      return String(date.getUTCMonth() + 1);
    case 'DD':
      return two(date.getUTCDate());
    case 'D':
      return String(date.getUTCDate());
    case 'dddd':
      return day;
    case 'ddd':
      return day.slice(0, 3);
    case 'HH':
      return two(hours);
    case 'H':
      return String(hours);
    case 'hh':
      return two(hours % 12 || 12);
    case 'h':
      return String(hours % 12 || 12);
    case 'mm':
      return two(date.getUTCMinutes());
    case 'm':
      return String(date.getUTCMinutes());
    case 'ss':
      return two(date.getUTCSeconds());
    case 's':
      return String(date.getUTCSeconds());
    case 'SSS':
      return String(date.getUTCMilliseconds()).padStart(3, '0');
    case 'A':
      return hours < 12 ? 'AM' : 'PM';
    case 'a':
      return hours < 12 ? 'am' : 'pm';
    default:
      return zone(offset);
  }
}

function zone(offset: number): string {
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

export const provision: Provision = () => ({ Dates: dates });
