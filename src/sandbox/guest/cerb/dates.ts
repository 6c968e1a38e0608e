import { moment } from './moments.ts';
import { text } from './values.ts';

const MONTHS =
  `January February March April May June July August September October November December`.split(
    ' ',
  );
const DAYS = `Sunday Monday Tuesday Wednesday Thursday Friday Saturday`.split(' ');
const DAY_MS = 86_400_000;

/** A date by PHP's letters (php.net/datetime.format), in UTC or at an offset such as `+02:00`. */
export function date(value: unknown, layout: unknown = 'F j, Y H:i', zone: unknown = null): string {
  const at = moment(value);
  const minutes = offsetOf(zone);
  const shown = new Date(at + minutes * 60_000);
  let result = '';
  const letters = text(layout);
  for (let index = 0; index < letters.length; index++) {
    const letter = letters[index] as string;
    if (letter === '\\') result += letters[++index] ?? '';
    else result += part(letter, shown, at, minutes);
  }
  return result;
}

/** Minutes east of UTC. Throws a RangeError for names of places: the sandbox has no table of them. */
function offsetOf(zone: unknown): number {
  if (zone === null || zone === undefined || zone === false) return 0;
  const name = text(zone);
  if (/^(?:UTC|GMT|Z|Etc\/UTC)?$/i.test(name)) return 0;
  const found = /^([+-])(\d\d):?(\d\d)$/.exec(name);
  if (found === null) {
    throw new RangeError(`Expected UTC or an offset such as +02:00 as time zone, got ${name}`);
  }
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return found[1] === '-' ? -minutes : minutes;
}

function part(letter: string, shown: Date, at: number, offset: number): string {
  const year = shown.getUTCFullYear();
  const [month, day, weekday] = [shown.getUTCMonth(), shown.getUTCDate(), shown.getUTCDay()];
  switch (letter) {
    case 'd':
      return two(day);
    case 'D':
      return (DAYS[weekday] as string).slice(0, 3);
    case 'j':
      return String(day);
    case 'l':
      return DAYS[weekday] as string;
    case 'N':
      return String(weekday || 7);
    case 'S':
      return suffix(day);
    case 'w':
      return String(weekday);
    case 'z':
      return String(dayOfYear(shown));
    case 'W':
      return two(week(shown).number);
    case 'o':
      return String(week(shown).year);
    case 'F':
      return MONTHS[month] as string;
    case 'M':
      return (MONTHS[month] as string).slice(0, 3);
    case 'm':
      return two(month + 1);
    case 'n':
      return String(month + 1);
    case 't':
      return String(new Date(Date.UTC(year, month + 1, 0)).getUTCDate());
    case 'L':
      return new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1 ? '1' : '0';
    case 'Y':
      return String(year).padStart(4, '0');
    case 'y':
      return two(year % 100);
    default:
      return time(letter, shown, at, offset);
  }
}

function time(letter: string, shown: Date, at: number, offset: number): string {
  const hours = shown.getUTCHours();
  switch (letter) {
    case 'a':
      return hours < 12 ? 'am' : 'pm';
    case 'A':
      return hours < 12 ? 'AM' : 'PM';
    case 'B':
      return String(
        Math.floor(((((at / 1000 + 3600) % 86_400) + 86_400) % 86_400) / 86.4),
      ).padStart(3, '0');
    case 'g':
      return String(hours % 12 || 12);
    case 'G':
      return String(hours);
    case 'h':
      return two(hours % 12 || 12);
    case 'H':
      return two(hours);
    case 'i':
      return two(shown.getUTCMinutes());
    case 's':
      return two(shown.getUTCSeconds());
    case 'u':
      return `${String(shown.getUTCMilliseconds()).padStart(3, '0')}000`;
    case 'v':
      return String(shown.getUTCMilliseconds()).padStart(3, '0');
    case 'U':
      return String(Math.floor(at / 1000));
    case 'I':
      return '0';
    case 'O':
      return zone(offset, '');
    case 'P':
      return zone(offset, ':');
    case 'p':
      return offset === 0 ? 'Z' : zone(offset, ':');
    case 'e':
    case 'T':
      return offset === 0 ? 'UTC' : zone(offset, ':');
    case 'Z':
      return String(offset * 60);
    case 'c':
      return date(at / 1000, 'Y-m-d\\TH:i:sP', zone(offset, ':'));
    case 'r':
      return date(at / 1000, 'D, d M Y H:i:s O', zone(offset, ':'));
    default:
      return letter;
  }
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function suffix(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

function dayOfYear(shown: Date): number {
  return Math.floor((shown.getTime() - Date.UTC(shown.getUTCFullYear(), 0, 1)) / DAY_MS);
}

/** ISO 8601: the week of a day is that of its Thursday. */
function week(shown: Date): { number: number; year: number } {
  const thursday = new Date(shown.getTime() + (4 - (shown.getUTCDay() || 7)) * DAY_MS);
  return { number: Math.floor(dayOfYear(thursday) / 7) + 1, year: thursday.getUTCFullYear() };
}

function zone(minutes: number, mark: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${mark}${two(size % 60)}`;
}
