import { isCollection, text } from './values.ts';

const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
  fortnight: 14 * DAY_MS,
};
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const COUNTS = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
];
const ZONES: Readonly<Record<string, number>> = {
  z: 0,
  utc: 0,
  gmt: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
}; // prettier-ignore

/** A moment while a phrase is read: its parts in UTC, and how far the zone that was named is east of it. */
interface Reading {
  at: Date;
  hasTime: boolean;
  offset: number | undefined;
}

type Reader = (reading: Reading, match: RegExpExecArray) => void;

/**
 * Milliseconds since the epoch of what PHP's `strtotime` and Twig's `date` take: `null` and "now", seconds as
 * a number or digits, ISO 8601, RFC 2822, the usual written dates, and phrases such as `+2 days`,
 * `next monday`, `first day of next month`. UTC unless the text names a zone.
 *
 * @throws RangeError where the text is no date
 */
export function moment(value: unknown, from?: number): number {
  const found = readMoment(value, from);
  if (found !== undefined) return found;
  const shown = isCollection(value) ? 'a list' : JSON.stringify(text(value).slice(0, 40));
  throw new RangeError(`Expected a date such as "now", "2026-01-02" or "+2 days", got ${shown}`);
}

/** Seconds since the epoch, or `false`, as PHP's `strtotime` gives them. */
export function strtotime(value: unknown): number | false {
  const found = readMoment(text(value));
  return found === undefined || text(value) === '' ? false : Math.floor(found / 1000);
}

/** A moment as something to compare, and to put into `date`. */
export function dateOf(value: unknown = null): Date {
  return new Date(moment(value));
}

/** A date moved by a phrase: `+1 day`. */
export function dateModify(value: unknown, phrase: unknown): Date {
  return new Date(moment(text(phrase), moment(value)));
}

function readMoment(value: unknown, from: number = Date.now()): number | undefined {
  if (value instanceof Date) return value.getTime();
  if (value === null || value === undefined) return from;
  if (typeof value === 'number') return value * 1000;
  if (isCollection(value)) return undefined;
  const whole = text(value).trim();
  if (
    /^@?-?\d+(?:\.\d+)?$/.test(whole) &&
    (whole.startsWith('@') || !/^(?:\d{8}|\d{14})$/.test(whole))
  ) {
    return Number(whole.replace('@', '')) * 1000;
  }
  const reading: Reading = { at: new Date(from), hasTime: false, offset: undefined };
  let rest = whole.toLowerCase();
  while (rest !== '') {
    const step = READERS.map(([pattern, read]) => [pattern.exec(rest), read] as const).find(
      ([match]) => match !== null,
    );
    if (step?.[0] === undefined || step[0] === null) return undefined;
    step[1](reading, step[0]);
    rest = rest.slice(step[0][0].length).replace(/^[\s,]+/, '');
  }
  const ms = reading.at.getTime() - (reading.offset ?? 0) * 60_000;
  return Number.isNaN(ms) ? undefined : ms;
}

const UNIT = 'sec(?:ond)?|min(?:ute)?|hour|day|fortnight|week|month|year|weekday';
const DAY = '(sun|mon|tue|wed|thu|fri|sat)[a-z]*';
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';

/** The first that fits the beginning of what is left is taken: longer forms stand before shorter ones. */
const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/^now\b/, () => {}],
  [/^(?:today|midnight)\b/, (reading) => clock(reading, 0, 0, 0)],
  [/^noon\b/, (reading) => clock(reading, 12, 0, 0)],
  [
    /^(yesterday|tomorrow)\b/,
    (reading, [, word]) => {
      move(reading, word === 'tomorrow' ? 1 : -1, 'day');
      clock(reading, 0, 0, 0);
    },
  ],
  [
    /^(first|last) day of\b/,
    (reading, [, which]) => {
      pending.set(reading, which as string);
    },
  ],
  [/^(\d{4})-(\d\d?)-(\d\d?)(?:t(?=\d)|\b)/, (reading, [, y, m, d]) => calendar(reading, y, m, d)],
  [/^(\d{4})\/(\d\d?)\/(\d\d?)\b/, (reading, [, y, m, d]) => calendar(reading, y, m, d)],
  [/^(\d\d?)\/(\d\d?)\/(\d{4})\b/, (reading, [, m, d, y]) => calendar(reading, y, m, d)],
  [/^(\d\d?)[-.](\d\d?)[-.](\d{4})\b/, (reading, [, d, m, y]) => calendar(reading, y, m, d)],
  [
    /^(\d{4})(\d\d)(\d\d)t?(\d\d)(\d\d)(\d\d)\b/,
    (reading, [, y, m, d, h, i, s]) => {
      calendar(reading, y, m, d);
      clock(reading, Number(h), Number(i), Number(s));
    },
  ],
  [/^(\d{4})(\d\d)(\d\d)\b/, (reading, [, y, m, d]) => calendar(reading, y, m, d)],
  [
    /^(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*([ap])\.?m\.?(?![a-z])/,
    (reading, [, h, i, s, f, half]) => {
      clock(reading, (Number(h) % 12) + (half === 'p' ? 12 : 0), Number(i), Number(s ?? 0), f);
    },
  ],
  [
    /^(\d\d?)\s*([ap])\.?m\.?(?![a-z])/,
    (reading, [, h, half]) => {
      clock(reading, (Number(h) % 12) + (half === 'p' ? 12 : 0), 0, 0);
    },
  ],
  [
    /^t?(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?/,
    (reading, [, h, i, s, f]) => {
      clock(reading, Number(h), Number(i), Number(s ?? 0), f);
    },
  ],
  [
    new RegExp(`^(\\d\\d?)(?:st|nd|rd|th)?[-\\s.]*${MONTH}[-\\s.,]*(\\d{4})\\b`),
    (reading, [, d, m, y]) => calendar(reading, y, monthNumber(m), d),
  ],
  [
    new RegExp(`^${MONTH}[-\\s.]*(\\d\\d?)(?:st|nd|rd|th)?(?:[\\s,]+(\\d{4}))?(?![\\d:])`),
    (reading, [, m, d, y]) => calendar(reading, y, monthNumber(m), d),
  ],
  [
    new RegExp(`^(\\d\\d?)(?:st|nd|rd|th)?[-\\s.]*${MONTH}`),
    (reading, [, d, m]) => calendar(reading, undefined, monthNumber(m), d),
  ],
  [
    new RegExp(`^${MONTH}\\s+(\\d{4})\\b`),
    (reading, [, m, y]) => calendar(reading, y, monthNumber(m), '1'),
  ],
  [
    new RegExp(`^([+-]?\\s*\\d+)\\s*(${UNIT})s?(?:\\s+(ago))?\\b`),
    (reading, [, count, unit, ago]) =>
      move(
        reading,
        Number((count as string).replace(/\s/g, '')) * (ago === undefined ? 1 : -1),
        unit,
      ),
  ],
  [
    new RegExp(`^(next|last|previous|this|${COUNTS.join('|')})\\s+(${UNIT})s?\\b`),
    (reading, [, word, unit]) => move(reading, countOf(word as string), unit),
  ],
  [
    new RegExp(`^(next|last|previous|this)?\\s*${DAY}\\b`),
    (reading, [, word, day]) => weekday(reading, DAYS.indexOf(day as string), word),
  ],
  [
    /^(z|utc|gmt|[ecmp][sd]t)\b/,
    (reading, [, name]) => {
      reading.offset = (ZONES[name as string] ?? 0) * 60;
    },
  ],
  [
    /^(?:utc|gmt)?([+-])(\d\d):?(\d\d)\b/,
    (reading, [, sign, h, i]) => {
      reading.offset = (Number(h) * 60 + Number(i)) * (sign === '-' ? -1 : 1);
    },
  ],
]; // prettier-ignore

/** `first day of` speaks of what comes after it, such as `next month`. */
const pending = new WeakMap<Reading, string>();

function monthNumber(name: string | undefined): string {
  return String(MONTHS.indexOf(name ?? '') + 1);
}

function countOf(word: string): number {
  if (word === 'this') return 0;
  if (word === 'last' || word === 'previous') return -1;
  return word === 'next' ? 1 : COUNTS.indexOf(word) + 1;
}

function calendar(
  reading: Reading,
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
): void {
  const { at } = reading;
  const y = year === undefined ? at.getUTCFullYear() : Number(year);
  at.setUTCFullYear(y, Number(month) - 1, Number(day));
  // Out of 1 to 12 and 1 to 31 it is no date for PHP.
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31)
    at.setTime(Number.NaN);
  if (!reading.hasTime) clock(reading, 0, 0, 0);
}

function clock(
  reading: Reading,
  hour: number,
  minute: number,
  second: number,
  fraction?: string,
): void {
  const ms = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
  reading.at.setUTCHours(hour, minute, second, ms);
  if (hour > 24 || minute > 59 || second > 60) reading.at.setTime(Number.NaN);
  reading.hasTime = true;
}

function move(reading: Reading, count: number, unit: string | undefined): void {
  const { at } = reading;
  const name = unit as string;
  if (name === 'month' || name === 'year') {
    at.setUTCMonth(at.getUTCMonth() + count * (name === 'year' ? 12 : 1));
  } else if (name === 'weekday') {
    for (let left = Math.abs(count); left > 0; ) {
      at.setUTCDate(at.getUTCDate() + Math.sign(count));
      if (at.getUTCDay() % 6 !== 0) left--;
    }
  } else at.setTime(at.getTime() + count * (UNITS[name] as number));
  const which = pending.get(reading);
  if (which !== undefined) {
    if (which === 'first') at.setUTCDate(1);
    else at.setUTCMonth(at.getUTCMonth() + 1, 0);
    pending.delete(reading);
  }
}

/** The day itself counts, unless `next` or `last` says otherwise. */
function weekday(reading: Reading, day: number, word: string | undefined): void {
  const { at } = reading;
  if (!reading.hasTime) clock(reading, 0, 0, 0);
  const ahead = (day - at.getUTCDay() + 7) % 7;
  const isPast = word === 'last' || word === 'previous';
  const days = isPast ? (ahead === 0 ? -7 : ahead - 7) : word === 'next' && ahead === 0 ? 7 : ahead;
  at.setUTCDate(at.getUTCDate() + days);
}
