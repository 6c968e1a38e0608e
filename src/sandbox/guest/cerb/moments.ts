import { momentOf } from './phrase.ts';
import { readPhrase } from './read-phrase.ts';
import { isCollection, text } from './values.ts';

/** What a `Date` can hold. */
const MS_MAX = 8.64e15;

/**
 * Milliseconds since the epoch of what PHP's `strtotime` and Twig's `date` take: `null` and "now", seconds as
 * a number or digits, ISO 8601, RFC 2822, the usual written dates, and phrases such as `+2 days`,
 * `next monday`, `first day of next month`. UTC unless the text names a zone.
 *
 * @throws RangeError where the text is no date
 */
export function moment(value: unknown): number {
  const found = readMoment(value);
  if (found !== undefined && Math.abs(found) <= MS_MAX) return found;
  throw noMoment(value);
}

function noMoment(value: unknown): RangeError {
  const shown = isCollection(value) ? 'a list' : JSON.stringify(text(value).slice(0, 40));
  return new RangeError(`Expected a date such as "now", "2026-01-02" or "+2 days", got ${shown}`);
}

/** Seconds since the epoch, or `false`, as PHP's `strtotime` gives them. */
export function strtotime(value: unknown): number | false {
  const whole = text(value).trim();
  if (whole === '') return false;
  // Digits are seconds, as `date` takes them, apart from those that are a date for PHP.
  const isDate = /^(?:\d{8}|\d{14})$/.test(whole);
  const found = isDate ? readText(whole) : readMoment(whole);
  return found === undefined ? false : Math.floor(found / 1000);
}

/** A moment as something to compare, and to put into `date`. */
export function dateOf(value: unknown = null): Date {
  return new Date(moment(value));
}

/** A date moved by a phrase: `+1 day`. */
export function dateModify(value: unknown, phrase: unknown): Date {
  const read = readPhrase(text(phrase));
  const found = read && momentOf(read, moment(value), true);
  if (found === undefined || Number.isNaN(found)) throw noMoment(phrase);
  return new Date(found);
}

function readMoment(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (value === null || value === undefined) return Date.now();
  if (typeof value === 'number') return value * 1000;
  if (isCollection(value)) return undefined;
  const whole = text(value).trim();
  // Of digits Twig takes all for seconds; those of a date and a time are too many for what can be shown.
  const isSeconds = /^-?\d+(?:\.\d+)?$/.test(whole) && !/^\d{14}$/.test(whole);
  return isSeconds ? Number(whole) * 1000 : readText(whole);
}

function readText(whole: string): number | undefined {
  const read = readPhrase(whole);
  const ms = read && momentOf(read, Date.now(), false);
  return ms === undefined || Number.isNaN(ms) ? undefined : ms;
}
