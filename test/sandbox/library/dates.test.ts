import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { installed } from './installed.ts';

const { Dates } = installed();
const moment = Date.UTC(2026, 0, 2, 3, 4, 5);

afterEach(() => vi.useRealTimers());

test.each([
  ['2026-01-02T03:04:05Z', moment],
  ['2026-01-02T03:04:05', moment],
  ['2026-01-02 03:04:05', moment],
  ['2026-01-02 03:04:05 UTC', moment],
  ['2026-01-02t05:04:05+02:00', moment],
  ['2026-01-01T21:34:05-0530', moment],
  ['2026-01-02T05:04:05+02', moment],
  ['2026-01-02T03:04:05.123456789Z', moment + 123],
  ['2026-01-02T03:04:05,5Z', moment + 500],
  ['20260102T030405Z', moment],
  ['20260102030405', moment],
  ['2026-01-02T03:04', moment - 5000],
  ['2026-01-02', Date.UTC(2026, 0, 2)],
  ['20260102', Date.UTC(2026, 0, 2)],
  ['2026-02', Date.UTC(2026, 1)],
  ['2026', Date.UTC(2026)],
  ['2026-01-01T24:00Z', Date.UTC(2026, 0, 2)],
  ['2016-12-31T23:59:60Z', Date.UTC(2017)],
  ['0001-01-01T00:00:00Z', -62135596800000],
  ['+012026-01-02', Date.UTC(12026, 0, 2)],
  ['Fri, 02 Jan 2026 03:04:05 GMT', moment],
  ['Fri, 2 Jan 2026 05:04:05 +0200', moment],
  ['02 Jan 26 03:04:05 +0000', moment],
  ['Thu, 1 Jan 2026 22:04:05 EST', moment],
  ['Friday, 02-Jan-26 03:04:05 GMT', moment],
  ['Fri, 2 Jan 2026 03:04:05 -0000 (UTC)', moment],
  ['1767323045', moment],
  ['1767323045.25', moment + 250],
  ['1767323045000', moment],
  [1767323045, moment],
  [1767323045.5, moment + 500],
  [1767323045000, moment],
  [0, 0],
  [-1, -1000],
  [new Date(moment), moment],
])('%j is read', (value, ms) => {
  expect(Dates.parse(value)).toBe(ms);
});

test.each([
  ['2026-02-30'],
  ['2026-13-01'],
  ['2026-01-02T25:00Z'],
  ['2026-01-02T24:00:01Z'],
  ['2026-01-02T03:60Z'],
  ['2026-01-02T03:04:05+24:00'],
  ['Fri, 31 Feb 2026 03:04:05 GMT'],
  ['Fri, 02 Foo 2026 03:04:05 GMT'],
  ['02 anf 2026'],
  ['02 Jan 2026 03:04:05 QQQ'],
  ['tomorrow'],
  [''],
  ['12'],
  [null],
  [undefined],
  [{}],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [1e300],
  [new Date(Number.NaN)],
])('%j is no date', (value) => {
  expect(Dates.parse(value)).toBeNull();
});

const dates = fc.date({ min: new Date(-1e14), max: new Date(1e14), noInvalidDate: true });

test('what Date writes as ISO and as UTC text is read again', () => {
  fc.assert(
    fc.property(dates, (date) => {
      expect(Dates.parse(date.toISOString())).toBe(date.getTime());
      expect(Dates.iso(date)).toBe(date.toISOString());
      if (date.getUTCFullYear() < 1000 || date.getUTCFullYear() > 9999) return;
      expect(Dates.parse(date.toUTCString())).toBe(Math.floor(date.getTime() / 1000) * 1000);
    }),
  );
});

test('the ISO form made of tokens is Date’s own', () => {
  fc.assert(
    fc.property(dates, (date) => {
      const iso = Dates.format(date, 'YYYY-MM-DD[T]HH:mm:ss.SSS[Z]');
      expect(iso).toBe(date.toISOString());
    }),
  );
});

test.each([
  ['YYYY YY MMMM MMM MM M DD D dddd ddd', '2026 26 January Jan 01 1 02 2 Friday Fri'],
  ['HH H hh h mm m ss s SSS A a Z', '03 3 03 3 04 4 05 5 000 AM am +00:00'],
  ['[Day] D [of] MMMM[]', 'Day 2 of January'],
])('the pattern %s gives %s', (pattern, text) => {
  expect(Dates.format(moment, pattern)).toBe(text);
});

test('offsets shift what is shown', () => {
  expect(Dates.format(moment, 'D HH:mm Z', 120)).toBe('2 05:04 +02:00');
  expect(Dates.format(moment, 'D HH:mm Z', '-05:30')).toBe('1 21:34 -05:30');
  expect(Dates.format(moment, 'Z', '+0200')).toBe('+02:00');
  expect(Dates.format(moment, 'h A', 12 * 60)).toBe('3 PM');
  expect(Dates.format('2026-01-02T12:00', 'h a')).toBe('12 pm');
  expect(() => Dates.format(moment, 'Z', 'Berlin')).toThrow(
    new TypeError('Expected a whole number for the offset of Dates.format, got "Berlin"'),
  );
});

test('durations move a moment either way', () => {
  expect(Dates.add(moment, '-15m')).toBe('2026-01-02T02:49:05.000Z');
  expect(Dates.add(moment, '1.5h')).toBe('2026-01-02T04:34:05.000Z');
  expect(Dates.add(moment, 250)).toBe('2026-01-02T03:04:05.250Z');
  expect(() => Dates.add(moment, '1 month')).toThrow(
    new RangeError(
      'Expected a duration such as "90s", "-15m", "2h" or "30d" for Dates.add, got "1 month"',
    ),
  );
  expect(() => Dates.add(moment, '999999999d')).toThrow(
    new RangeError('Expected a date within 270,000 years for Dates.add, got 86401767236645000 ms'),
  );
});

test('differences are whole units, negative the other way round', () => {
  expect(Dates.diff('2026-01-02', '2026-01-01T00:00:01', 'h')).toBe(23);
  expect(Dates.diff('2026-01-01', '2026-01-02', 's')).toBe(-86400);
  expect(Object.is(Dates.diff('2026-01-01', '2026-01-01T12:00', 'd'), 0)).toBe(true);
  expect(() => Dates.diff(0, 0, 'weeks')).toThrow(
    new RangeError('Expected a unit of ms, s, m, h, d for Dates.diff, got "weeks"'),
  );
});

test('what is no date is named', () => {
  expect(() => Dates.iso('soon')).toThrow(
    new RangeError('Expected a date for Dates.iso, got "soon"'),
  );
  expect(() => Dates.unix(null)).toThrow(new TypeError('Expected a date for Dates.unix, got null'));
});

test('now is the clock’s time', () => {
  vi.useFakeTimers({ now: moment });
  expect(Dates.now()).toBe('2026-01-02T03:04:05.000Z');
});
