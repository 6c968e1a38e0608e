import { type Phrase, turnRound, type Weekday } from './phrase.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const COUNTS =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(' ');
const SECONDS: Readonly<Record<string, number>> = {
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
};
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
/** More working days than that are walked through by nobody. */
const WORKDAYS_MAX = 100_000;

/** What stands at the beginning of what is left. `false`: it is no date. */
// biome-ignore lint/suspicious/noConfusingVoidType: most readers have nothing to refuse.
type Reader = (phrase: Phrase, match: RegExpExecArray) => boolean | void;

/** What a text says, as PHP's `strtotime` reads it; `undefined` where it is no date. */
export function readPhrase(text: string): Phrase | undefined {
  const phrase: Phrase = {
    hasDate: false,
    hasTime: false,
    years: 0,
    months: 0,
    days: 0,
    ms: 0,
    workdays: 0,
  };
  let rest = text.trim().toLowerCase();
  while (rest !== '') {
    let length = 0;
    for (const [pattern, read] of READERS) {
      const match = pattern.exec(rest);
      if (match === null) continue;
      if (read(phrase, match) === false) return undefined;
      length = match[0].length;
      break;
    }
    if (length === 0) return undefined;
    rest = rest.slice(length).replace(/^[\s,]+/, '');
  }
  return phrase;
}

const UNIT = 'sec(?:ond)?|min(?:ute)?|hour|day|fortnight|forthnight|week|month|year|weekday';
const DAY = '(sun|mon|tue|wed|thu|fri|sat)(?:day|sday|nesday|rsday|urday)?';
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const WORD = `(next|last|previous|this|${COUNTS.join('|')})`;
const TIME = '(\\d\\d?):(\\d\\d?)(?::(\\d\\d?)(?:[.,:](\\d+))?)?';

/** The first that fits the beginning of what is left is taken: longer forms stand before shorter ones. */
const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/^now\b/, () => {}],
  [/^(?:today|midnight)\b/, (phrase) => dawn(phrase)],
  [
    /^noon\b/,
    (phrase) => {
      phrase.time = [12, 0, 0, 0];
      phrase.hasTime = true;
    },
  ],
  [
    /^(yesterday|tomorrow)\b/,
    (phrase, [, word]) => {
      phrase.days = word === 'tomorrow' ? 1 : -1;
      dawn(phrase);
    },
  ],
  [
    /^(first|last) day of\b/,
    (phrase, [, which]) => {
      phrase.dayOf = which as 'first' | 'last';
    },
  ],
  [
    /^@(-?\d+)(?:\.(\d+))?/,
    (phrase, [, seconds, fraction = '0']) => {
      if (!date(phrase, '1970', '1', '1')) return false;
      phrase.time = [0, 0, 0, 0];
      phrase.ms += Number(seconds) * 1000 + msOf(fraction);
      phrase.offset = 0;
      return true;
    },
  ],
  // Dates of digits.
  [/^(\d{4})-(\d\d?)-(\d\d?)(?:(?=t\d)|\b)/, (phrase, [, y, m, d]) => date(phrase, y, m, d)],
  [/^(\d{4})\/(\d\d?)\/(\d\d?)\b/, (phrase, [, y, m, d]) => date(phrase, y, m, d)],
  [/^(\d{4}):(\d\d):(\d\d)\b/, (phrase, [, y, m, d]) => date(phrase, y, m, d)],
  [/^(\d\d?)\/(\d\d?)(?:\/(\d{4}|\d\d))?\b/, (phrase, [, m, d, y]) => date(phrase, y, m, d)],
  [/^(\d\d?)[-.](\d\d?)[-.](\d{4})\b/, (phrase, [, d, m, y]) => date(phrase, y, m, d)],
  [/^(\d\d)-(\d\d)-(\d\d)\b/, (phrase, [, y, m, d]) => date(phrase, y, m, d)],
  [
    /^(\d{4})(\d\d)(\d\d)t?(\d\d):?(\d\d):?(\d\d)(?!\d)/,
    (phrase, [, y, m, d, h, i, s]) => date(phrase, y, m, d) && clock(phrase, h, i, s),
  ],
  [/^(\d{4})(\d\d)(\d\d)\b/, (phrase, [, y, m, d]) => date(phrase, y, m, d)],
  [/^(\d{4})-?w(\d\d)(?:-?([0-7]))?\b/, (phrase, [, y, w, d = '1']) => week(phrase, y, w, d)],
  [
    /^(\d{4})[-.]?(\d{3})\b/,
    (phrase, [, y, d]) => {
      const isFirst = date(phrase, y, '1', '1');
      phrase.day = Number(d);
      return isFirst;
    },
  ],
  [/^(\d{4})-(\d\d?)\b/, (phrase, [, y, m]) => date(phrase, y, m, '1')],
  // Times of day.
  [
    /^(\d\d?)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s*([ap])\.?m\.?(?![a-z])/,
    (phrase, [, h, i, s, f, half]) => {
      const hour = (Number(h) % 12) + (half === 'p' ? 12 : 0);
      return clock(phrase, String(hour), i, s, f);
    },
  ],
  [new RegExp(`^t?${TIME}`), (phrase, [, h, i, s, f]) => clock(phrase, h, i, s, f)],
  [/^t?(\d\d)\.([0-5]\d)(?![.\d])/, (phrase, [, h, i]) => clock(phrase, h, i)],
  [/^t(\d\d)(?:(\d\d)(\d\d)?)?\b/, (phrase, [, h, i, s]) => clock(phrase, h, i, s)],
  // Dates with words.
  [
    new RegExp(`^(\\d\\d?)\\/${MONTH}\\/(\\d{4}):${TIME}`),
    (phrase, [, d, m, y, h, i, s]) => date(phrase, y, monthNumber(m), d) && clock(phrase, h, i, s),
  ],
  [
    new RegExp(`^(\\d\\d?)(?:st|nd|rd|th)?[-\\s.]*${MONTH}[-\\s.,]*(\\d{4}|\\d\\d)\\b(?!:)`),
    (phrase, [, d, m, y]) => date(phrase, y, monthNumber(m), d),
  ],
  [
    new RegExp(`^${MONTH}[-\\s.]*(\\d\\d?)(?:st|nd|rd|th)?(?:[\\s,]+(\\d{4})(?!:))?(?![\\d:])`),
    (phrase, [, m, d, y]) => date(phrase, y, monthNumber(m), d),
  ],
  [
    new RegExp(`^(\\d\\d?)(?:st|nd|rd|th)?[-\\s.]*${MONTH}`),
    (phrase, [, d, m]) => date(phrase, undefined, monthNumber(m), d),
  ],
  [
    new RegExp(`^${MONTH}[-\\s.]+(\\d{4})\\b`),
    (phrase, [, m, y]) => date(phrase, y, monthNumber(m), '1'),
  ],
  [new RegExp(`^${MONTH}\\b`), (phrase, [, m]) => date(phrase, undefined, monthNumber(m))],
  // What moves.
  [
    new RegExp(`^([+-]*)\\s*(\\d{1,13})\\s*(?:(${UNIT})|${DAY})s?\\b`),
    (phrase, [, signs = '', digits, unit, day]) => {
      const count = Number(digits) * (signs.replaceAll('+', '').length % 2 === 0 ? 1 : -1);
      return unit === undefined ? weekday(phrase, day, count, 'today') : move(phrase, count, unit);
    },
  ],
  [
    /^(next|last|previous|this)\s+week\b/,
    (phrase, [, word]) => {
      phrase.days += countOf(word) * 7;
      phrase.weekday = { day: phrase.weekday?.day ?? 1, counts: 'week' };
    },
  ],
  [
    new RegExp(`^${WORD}\\s+${DAY}\\s+of\\b`),
    (phrase, [, word, day]) => {
      const count = countOf(word);
      dawn(phrase);
      phrase.weekdayOf = count > 0 ? 'nth weekday' : 'last weekday';
      phrase.workdays = 0;
      return weekday(phrase, day, count, count >= 0 && word !== 'next' ? 'today' : 'next');
    },
  ],
  [
    new RegExp(`^${WORD}\\s+(${UNIT})s?\\b`),
    (phrase, [, word, unit]) => {
      if (unit === 'weekday') dawn(phrase);
      return move(phrase, countOf(word), unit);
    },
  ],
  [
    new RegExp(`^${WORD}\\s+${DAY}\\b`),
    (phrase, [, word, day]) => {
      dawn(phrase);
      return weekday(phrase, day, countOf(word), word === 'this' ? 'today' : 'next');
    },
  ],
  [
    new RegExp(`^${DAY}\\b\\.?`),
    (phrase, [, day]) => {
      dawn(phrase);
      const counts = phrase.weekday?.counts === 'week' ? 'week' : 'today';
      phrase.weekday = { day: DAYS.indexOf(day as string), counts };
    },
  ],
  [/^ago\b/, (phrase) => turnRound(phrase)],
  // Zones, and the year that stands behind a time.
  [
    /^\(?(z|utc|gmt|[ecmp][sd]t)\b\)?(?![+-]\d)/,
    (phrase, [, name]) => {
      phrase.offset = (ZONES[name as string] ?? 0) * 60;
    },
  ],
  [
    /^(?:utc|gmt)?([+-])(\d\d?)(?::?(\d\d))?\b/,
    (phrase, [, sign, h, i = '0']) => {
      phrase.offset = (Number(h) * 60 + Number(i)) * (sign === '-' ? -1 : 1);
    },
  ],
  [
    /^(\d\d)(\d\d)\b/,
    (phrase, [whole, h, i]) => {
      if (!phrase.hasTime) return clock(phrase, h, i);
      phrase.year = Number(whole);
      return true;
    },
  ],
]; // prettier-ignore

function monthNumber(name: string | undefined): string {
  return String(MONTHS.indexOf(name ?? '') + 1);
}

function countOf(word: string | undefined): number {
  if (word === 'this') return 0;
  if (word === 'last' || word === 'previous') return -1;
  return word === 'next' ? 1 : COUNTS.indexOf(word ?? '') + 1;
}

/** A second one, or one out of 1 to 12 and 1 to 31, is no date for PHP; of two digits of a year, those from 70 on are of 1900. */
function date(phrase: Phrase, year: string | undefined, month = '', day?: string): boolean {
  if (phrase.hasDate) return false;
  phrase.hasDate = true;
  if (year !== undefined) {
    const short = Number(year) + (Number(year) < 70 ? 2000 : 1900);
    phrase.year = year.length === 2 ? short : Number(year);
  }
  phrase.month = Number(month);
  if (day !== undefined) phrase.day = Number(day);
  const number = phrase.day ?? 1;
  return phrase.month >= 1 && phrase.month <= 12 && number >= 1 && number <= 31;
}

function clock(
  phrase: Phrase,
  hour: string | undefined,
  minute = '0',
  second = '0',
  fraction = '0',
): boolean {
  const time = [Number(hour), Number(minute), Number(second), msOf(fraction)] as const;
  if (phrase.hasTime) return false;
  phrase.time = time;
  phrase.hasTime = true;
  return time[0] <= 24 && time[1] <= 59 && time[2] <= 60;
}

function msOf(fraction: string): number {
  return Math.floor(Number(`0.${fraction}`) * 1000);
}

/** The beginning of the day, whatever time was written before. */
function dawn(phrase: Phrase): void {
  phrase.time = [0, 0, 0, 0];
  phrase.hasTime = false;
}

/** A day of an ISO week: the first has January 4 in it. */
function week(phrase: Phrase, year: string | undefined, number = '1', day = '1'): boolean {
  const isFirst = date(phrase, year, '1', '1');
  const first = new Date(0);
  first.setUTCFullYear(Number(year), 0, 4);
  phrase.day = 4 - (first.getUTCDay() || 7) + (Number(number) - 1) * 7 + Number(day);
  return isFirst && Number(number) >= 1 && Number(number) <= 53;
}

function move(phrase: Phrase, count: number, unit: string | undefined): boolean {
  const name = unit as string;
  if (name === 'month') phrase.months += count;
  else if (name === 'year') phrase.years += count;
  else if (name === 'weekday') {
    // Of what is counted in a month or in working days, the last counts.
    phrase.workdays = count;
    delete phrase.weekdayOf;
  } else if (Object.hasOwn(SECONDS, name)) phrase.ms += count * (SECONDS[name] as number) * 1000;
  else phrase.days += count * (name === 'week' ? 7 : name === 'day' ? 1 : 14);
  return Math.abs(phrase.workdays) <= WORKDAYS_MAX;
}

/** `next monday` is the first one that comes, `second monday` the one after it. */
function weekday(
  phrase: Phrase,
  day: string | undefined,
  count: number,
  counts: Weekday['counts'],
): boolean {
  phrase.days += (count > 0 ? count - 1 : count) * 7;
  phrase.weekday = { day: DAYS.indexOf(day ?? ''), counts };
  return true;
}
