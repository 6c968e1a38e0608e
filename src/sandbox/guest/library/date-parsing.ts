/** Below this a number counts seconds (until the year 5138), from it on milliseconds (since 1973). */
const SECONDS_MAX = 1e11;
/** The farthest moment from the epoch that a `Date` holds (ECMA-262, section 21.4.1.1). */
const MS_MAX = 8.64e15;

// Groups: year, month, day, hours, minutes, seconds, fraction, zone.
const ISO =
  /^([+-]\d{6}|\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:(?:[Tt]|\s+)(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*([Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?$/;
const ISO_BASIC =
  /^(\d{4})(\d\d)(\d\d)(?:[Tt]?(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d+))?)?\s*([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/;
// Groups: day, month, year, hours, minutes, seconds, zone. RFC 850's hyphens are read too.
const RFC_2822 =
  /^(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*[\s-]+(\d{2,4})(?:\s+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s*([+-]\d{4}|[A-Za-z]{1,5}))?)?(?:\s*\([^()]*\))?$/;
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';
/** Hours east of UTC (RFC 2822, section 4.3); other letters mean an unknown zone, which is UTC. */
const ZONES: Readonly<Record<string, number>> = {
  EDT: -4,
  EST: -5,
  CDT: -5,
  CST: -6,
  MDT: -6,
  MST: -7,
  PDT: -7,
  PST: -8,
};
const UTC_NAMES = /^(?:Z|UT|UTC|GMT|[A-IK-Y])$/i;

/**
 * Milliseconds since the epoch of a `Date`, of seconds or milliseconds as number or digits, of ISO 8601
 * (without a zone: UTC) or of an RFC 2822 date; `undefined` for anything else.
 */
export function parseDate(value: unknown): number | undefined {
  if (value instanceof Date) return within(value.getTime());
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  // Eight digits are a date, fourteen a date with a time; between lie seconds and milliseconds.
  if (/^-?(?:\d{9,13}|\d{9,11}\.\d+)$/.test(text)) return fromNumber(Number(text));
  const iso = ISO.exec(text) ?? ISO_BASIC.exec(text);
  if (iso !== null) {
    const [, year, month = '1', day = '1', hours = '0', minutes = '0', seconds = '0'] = iso;
    const time = fromParts(Number(year), Number(month), Number(day), hours, minutes, seconds);
    const zone = zoneMinutes(iso[8] ?? 'Z');
    if (time === undefined || zone === undefined) return undefined;
    return within(time + Number((iso[7] ?? '').padEnd(3, '0').slice(0, 3)) - zone * 60_000);
  }
  const mail = RFC_2822.exec(text);
  return mail === null ? undefined : fromMail(mail);
}

function fromNumber(value: number): number | undefined {
  const ms = Math.abs(value) < SECONDS_MAX ? value * 1000 : value;
  return within(Math.round(ms));
}

function within(ms: number): number | undefined {
  return Math.abs(ms) <= MS_MAX ? ms + 0 : undefined; // NaN is not within; `+ 0` turns -0 into 0.
}

function fromMail(mail: RegExpExecArray): number | undefined {
  const [, day, name, digits, hours = '0', minutes = '0', seconds = '0'] = mail;
  const at = MONTHS.indexOf((name as string).toLowerCase());
  if (at === -1 || at % 3 !== 0) return undefined;
  let year = Number(digits);
  // RFC 2822, section 4.3: two digits are 1950 to 2049, three count from 1900.
  if ((digits as string).length === 2) year += year < 50 ? 2000 : 1900;
  if ((digits as string).length === 3) year += 1900;
  const time = fromParts(year, at / 3 + 1, Number(day), hours, minutes, seconds);
  const zone = zoneMinutes(mail[7] ?? 'Z');
  return time === undefined || zone === undefined ? undefined : within(time - zone * 60_000);
}

function fromParts(
  year: number,
  month: number,
  day: number,
  hours: string,
  minutes: string,
  seconds: string,
): number | undefined {
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)] as const;
  // 24:00 ends a day, and second 60 is a leap second (ISO 8601); both are the moment that follows.
  if (h > 24 || (h === 24 && m + s > 0) || m > 59 || s > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Unlike `Date.UTC`, takes the years 0 to 99 as they are.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() + ((h * 60 + m) * 60 + s) * 1000;
}

function zoneMinutes(zone: string): number | undefined {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (match === null) {
    const hours = ZONES[zone.toUpperCase()];
    if (hours !== undefined) return hours * 60;
    return UTC_NAMES.test(zone) ? 0 : undefined;
  }
  const [hours, minutes] = [Number(match[2]), Number(match[3] ?? 0)] as const;
  if (hours > 23 || minutes > 59) return undefined;
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
}
