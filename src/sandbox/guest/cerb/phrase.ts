/** A time of day: hour, minute, second, millisecond. */
type Clock = readonly [number, number, number, number];

/** Which day a weekday means, as PHP tells them apart. */
export interface Weekday {
  /** From 0 for Sunday; negative after `ago`. */
  day: number;
  /** `next`: not today. `today`: today counts. `week`: that of the week from Monday to Sunday. */
  counts: 'next' | 'today' | 'week';
}

/** What a date's text says, before it is put to a moment: what is fixed, and by how much it is moved. */
export interface Phrase {
  year?: number;
  month?: number;
  day?: number;
  time?: Clock;
  /** Whether a date was written. */
  hasDate: boolean;
  /** Whether the time was written, and does not only follow from a word such as `tomorrow`. */
  hasTime: boolean;
  /** Minutes east of UTC. */
  offset?: number;
  years: number;
  months: number;
  days: number;
  ms: number;
  /** Days from Monday to Friday. */
  workdays: number;
  weekday?: Weekday;
  /** `first day of`, `last day of` the month that all the rest leads to. */
  dayOf?: 'first' | 'last';
  /** `second monday of`, `last monday of` that month. */
  weekdayOf?: 'nth weekday' | 'last weekday';
}

const DAY_MS = 86_400_000;

/**
 * The moment that a phrase means, in milliseconds since the epoch, in the order in which PHP goes about it: what is
 * fixed, then the weekday, then what is moved, all at once, then the day of the month, then working days.
 *
 * @param keepsTime whether a date without a time leaves the time as it is, as `date_modify` does
 */
export function momentOf(phrase: Phrase, from: number, keepsTime: boolean): number {
  const start = new Date(from);
  const time = phrase.time ?? (phrase.hasDate && !keepsTime ? [0, 0, 0, 0] : clockOf(start));
  const { dayOf, weekdayOf } = phrase;
  const at = dayFrom(
    phrase.year ?? start.getUTCFullYear(),
    (phrase.month ?? start.getUTCMonth() + 1) + (weekdayOf === undefined ? 0 : phrase.months),
    weekdayOf === undefined ? (phrase.day ?? start.getUTCDate()) : 1,
    weekdayOf ?? dayOf,
  );
  if (phrase.weekday !== undefined) toWeekday(at, phrase.weekday, phrase.days);
  // All at once: the last day of the month before March 31 is no day of March.
  const moved = dayFrom(
    at.getUTCFullYear() + phrase.years,
    at.getUTCMonth() + 1 + (weekdayOf === undefined ? phrase.months : 0),
    at.getUTCDate() + phrase.days,
    dayOf,
  );
  moved.setUTCHours(...time);
  moved.setTime(moved.getTime() + phrase.ms);
  moveWorkdays(moved, phrase.workdays);
  return moved.getTime() - (keepsTime ? 0 : (phrase.offset ?? 0)) * 60_000;
}

function clockOf(at: Date): Clock {
  return [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds(), at.getUTCMilliseconds()];
}

/**
 * A day, which may lie outside of its month, or the first or last of that month. For `last monday of` it is the
 * first of the month after. (`Date.UTC` takes years below 100 for others.)
 */
function dayFrom(
  year: number,
  month: number,
  day: number,
  which: Phrase['dayOf'] | Phrase['weekdayOf'],
): Date {
  const at = new Date(0);
  const isLast = which === 'last' || which === 'last weekday';
  const own = which === 'first' || which === 'last weekday' ? 1 : which === 'last' ? 0 : day;
  at.setUTCFullYear(year, month - 1 + (isLast ? 1 : 0), own);
  return at;
}

function toWeekday(at: Date, { day, counts }: Weekday, days: number): void {
  const today = at.getUTCDay();
  if (counts === 'week') {
    // A Sunday is the last day of its week.
    const wanted = today === 0 && day !== 0 ? day - 7 : today !== 0 && day === 0 ? 7 : day;
    at.setTime(at.getTime() + (wanted - today) * DAY_MS);
    return;
  }
  let ahead = day - today;
  const isBehind = days < 0 ? ahead < 0 : ahead <= (counts === 'today' ? -1 : 0);
  if (isBehind) ahead += 7;
  const move = day >= 0 ? ahead : -(7 - (Math.abs(day) - today));
  at.setTime(at.getTime() + move * DAY_MS);
}

function moveWorkdays(at: Date, count: number): void {
  for (let left = Math.abs(count); left > 0; ) {
    at.setTime(at.getTime() + Math.sign(count) * DAY_MS);
    if (at.getUTCDay() % 6 !== 0) left--;
  }
}

/** Turns round all that moves, as `ago` does with what stands before it. */
export function turnRound(phrase: Phrase): void {
  phrase.years = -phrase.years;
  phrase.months = -phrase.months;
  phrase.days = -phrase.days;
  phrase.ms = -phrase.ms;
  phrase.workdays = -phrase.workdays;
  if (phrase.weekday !== undefined) {
    phrase.weekday = { ...phrase.weekday, day: -phrase.weekday.day || -7 };
  }
}
