import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/language/compile.ts';
import { cronMistake } from '../../src/language/schedule/mistake.ts';
import { timesOf } from '../../src/language/schedule/times.ts';
import { said } from './run.ts';

const HEAD = 'automation: report\nsteps: [{ return: }]\ntrigger: schedule\n';

function scheduleOf(text: string) {
  return compile(HEAD + text, 'a.yaml').automation?.schedule;
}

/** The next times of expressions, as ISO 8601. */
function next(on: readonly string[], timezone: string, from: string, count: number): string[] {
  const times = timesOf({ on, timezone });
  const found: string[] = [];
  let time = Date.parse(from);
  while (found.length < count) {
    time = times.after(time) as number;
    found.push(new Date(time).toISOString().slice(0, 16));
  }
  return found;
}

describe('a schedule in a file', () => {
  test('is one expression or several, in UTC unless it says otherwise', () => {
    expect(scheduleOf('on: "0 7 * * 1-5"\n')).toEqual({
      on: ['0 7 * * 1-5'],
      timezone: 'UTC',
      missed: 'run',
      overlap: 'skip',
    });
    const text =
      'on: ["@hourly", 30 7 * * MON-FRI]\ntimezone: Europe/Berlin\nmissed: skip\noverlap: allow\n';
    expect(scheduleOf(text)).toEqual({
      on: ['@hourly', '30 7 * * MON-FRI'],
      timezone: 'Europe/Berlin',
      missed: 'skip',
      overlap: 'allow',
    });
  });

  test.each([
    [
      'a field out of its range',
      'on: "0 25 * * *"\n',
      `a.yaml:4:8 error value.invalid: Expected the hour as \`*\` or from 0 to 23, got \`25\`
4 | on: "0 25 * * *"
  |        ^^
  = Ranges are \`1-5\`, steps \`*/15\`, lists \`0,30\`.`,
    ],
    [
      'seconds',
      "on:\n  - '0 0 7 * * *'\n",
      `a.yaml:5:5 error value.invalid: Expected five fields (minute, hour, day of the month, month, day of the week), got \`0 0 7 * * *\`
5 |   - '0 0 7 * * *'
  |     ^^^^^^^^^^^^^
  = Schedules go by the minute. Without the seconds: \`0 7 * * *\`.`,
    ],
    [
      'a step without a range',
      'on: "0 9/4 * * *"\n',
      `a.yaml:4:8 error value.invalid: Expected the hour as \`*\` or from 0 to 23, got \`9/4\`
4 | on: "0 9/4 * * *"
  |        ^^^
  = A step goes over a range: \`9-23/4\` or \`*/4\`.`,
    ],
    [
      'a day that no month has',
      'on: "0 0 30 2 *"\n',
      `a.yaml:4:5 error value.invalid: Expected a time that comes, got \`0 0 30 2 *\`, which never does
4 | on: "0 0 30 2 *"
  |     ^^^^^^^^^^^^
  = No month has that day.`,
    ],
    [
      'a misspelt name',
      'on: "@hourli"\n',
      `a.yaml:4:5 error value.invalid: Expected one of \`@yearly\`, \`@annually\`, \`@monthly\`, \`@weekly\`, \`@daily\`, \`@midnight\`, \`@hourly\`, got \`@hourli\`
4 | on: "@hourli"
  |     ^^^^^^^^^
  = Did you mean "@hourly"?`,
    ],
    [
      'a time zone that does not exist',
      'on: "@daily"\ntimezone: Europe/Berlim\n',
      `a.yaml:5:11 error value.invalid: Expected the IANA name of a time zone, got \`Europe/Berlim\`
5 | timezone: Europe/Berlim
  |           ^^^^^^^^^^^^^
  = Did you mean "Europe/Berlin"?`,
    ],
    [
      'an offset for a time zone',
      'on: "@daily"\ntimezone: "+02:00"\n',
      `a.yaml:5:11 error value.invalid: Expected the IANA name of a time zone, got \`+02:00\`
5 | timezone: "+02:00"
  |           ^^^^^^^^
  = Such as \`Europe/Berlin\` or \`America/New_York\`; \`UTC\` unless given.`,
    ],
    [
      'nothing to go by',
      'on:\n',
      `a.yaml:4:1 error key.missing: Expected a cron expression in \`on\`, got none
4 | on:
  | ^^
  = It says when: \`on: "0 7 * * 1-5"\`, or \`on: "@hourly"\`.`,
    ],
    [
      'an empty list',
      'on: []\n',
      `a.yaml:4:5 error key.missing: Expected a cron expression in \`on\`, got an empty list
4 | on: []
  |     ^^`,
    ],
    [
      'an input that nobody can give',
      'on: "@daily"\ninputs: { a: { required: true } }\n',
      `a.yaml:5:16 error trigger.unfit: Expected an input with a default, because nobody gives one with \`trigger: schedule\`, got \`required\`
5 | inputs: { a: { required: true } }
  |                ^^^^^^^^
  = Write \`default: VALUE\`.`,
    ],
  ])('with %s is told with its place', (_, text, expected) => {
    expect(said(HEAD + text)).toBe(expected);
  });

  test('cannot answer, and has `event.scheduled_at`', () => {
    const text = `automation: a
trigger: schedule
on: "@daily"
steps:
  - log: \${{ event.scheduled_at }}
  - return: { status: 200 }
`;
    expect(
      said(text),
    ).toBe(`a.yaml:6:15 error trigger.unfit: Expected no answer, because nobody waits for one, got \`status\`
6 |   - return: { status: 200 }
  |               ^^^^^^
  = A schedule asks for none: write \`return:\` alone to end the run.`);
  });

  test('has keys that other triggers do not have, and topics are no list', () => {
    const messages = (text: string): string[] =>
      compile(`automation: a\nsteps: []\n${text}`, 'a.yaml').diagnostics.map(
        ({ message }) => message,
      );
    expect(messages('timezone: UTC\nmissed: run\noverlap: skip\n')).toEqual(
      ['timezone', 'missed', 'overlap'].map(
        (key) => `Expected \`${key}\` beside \`trigger: schedule\`, got it without`,
      ),
    );
    expect(messages('disabled: true\n')).toEqual([
      'Expected `disabled` beside `trigger: topic` or `trigger: schedule`, got it without',
    ]);
    expect(messages('trigger: topic\non: [order.paid]\n')).toEqual([
      'Expected a topic in `on`, got a list',
    ]);
  });
});

describe('the times of a schedule', () => {
  test('are those of all its expressions, each once', () => {
    expect(next(['0,30 * * * *', '0 9 * * *'], 'UTC', '2026-03-04T08:29:59.999Z', 3)).toEqual([
      '2026-03-04T08:30',
      '2026-03-04T09:00',
      '2026-03-04T09:30',
    ]);
  });

  test('are by the clocks of the time zone', () => {
    expect(next(['0 7 * * 1-5'], 'Asia/Kolkata', '2026-03-06T01:29:00Z', 3)).toEqual([
      '2026-03-06T01:30',
      '2026-03-09T01:30',
      '2026-03-10T01:30',
    ]);
  });

  // Berlin's clocks go from 02:00 to 03:00 on 29 March 2026 and from 03:00 to 02:00 on 25 October.
  test('that the change to summer time leaves out come when the gap ends', () => {
    expect(next(['30 2 * * *'], 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
  });

  test('that come twice at the end of summer time run once', () => {
    expect(next(['30 2 * * *'], 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  test('that repeat go on at both changes', () => {
    const every = (from: string) => next(['*/30 * * * *'], 'Europe/Berlin', from, 4);
    expect(every('2026-03-29T00:00:00Z')).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:00',
      '2026-03-29T01:30',
      '2026-03-29T02:00',
    ]);
    expect(every('2026-10-25T00:00:00Z')).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
    ]);
  });

  test('are the same looked at from both sides', () => {
    const number = (least: number, most: number) =>
      fc.integer({ min: least, max: most }).map(String);
    const minute = fc.oneof(
      number(0, 59),
      number(1, 59).map((n) => `*/${n}`),
      fc.constant('*'),
    );
    const hour = fc.oneof(number(0, 23), fc.constant('*'), fc.constant('1-3'));
    const weekday = fc.oneof(number(0, 7), fc.constant('*'), fc.constant('MON-FRI'));
    const expression = fc.tuple(minute, hour, weekday).map(([m, h, d]) => `${m} ${h} * * ${d}`);
    const timezone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
    );
    const moment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
    fc.assert(
      fc.property(expression, timezone, moment, (on, zone, from) => {
        expect(cronMistake(on)).toBeUndefined();
        const times = timesOf({ on: [on], timezone: zone });
        const after = times.after(from) as number;
        expect(after).toBeGreaterThan(from);
        expect(times.before(after + 1)).toBe(after);
        expect(times.before(after) ?? 0).toBeLessThanOrEqual(from);
      }),
      { numRuns: 300 },
    );
  });

  test('no text makes the check throw', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .array(
          fc.string({
            unit: fc.constantFrom('*', '/', '-', ',', '#', 'L', 'W', '?', '+', '1', '9', 'M'),
          }),
          { minLength: 5, maxLength: 5 },
        )
        .map((fields) => fields.join(' ')),
    );
    fc.assert(
      fc.property(text, (expression) => {
        const mistake = cronMistake(expression);
        if (mistake !== undefined) expect(mistake.message).toMatch(/^Expected /);
        else expect(timesOf({ on: [expression], timezone: 'UTC' }).after(0)).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});
