import { didYouMean } from '../../core/suggest.ts';
import { NICKNAMES, openCron } from './cron.ts';

/** Characters of an expression: every minute of an hour by its number takes 170. */
const EXPRESSION_LENGTH_MAX = 256;

/** The five fields, in order, with what a plain value of each is. */
const FIELDS: readonly { readonly name: string; readonly values: string; readonly most: number }[] =
  [
    { name: 'minute', values: '0 to 59', most: 59 },
    { name: 'hour', values: '0 to 23', most: 23 },
    { name: 'day of the month', values: '1 to 31, `L` for the last', most: 31 },
    { name: 'month', values: '1 to 12 or `JAN` to `DEC`', most: 12 },
    { name: 'day of the week', values: '0 (Sunday) to 6 or `SUN` to `SAT`', most: 6 },
  ];

/** A mistake in an expression: what was expected and found, what to do, and which part of it is meant. */
export interface CronMistake {
  readonly message: string;
  readonly hint?: string;
  /** Offsets in the expression. */
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a cron expression, or `undefined`. Never throws. */
export function cronMistake(expression: string): CronMistake | undefined {
  const whole = { start: 0, end: expression.length };
  if (expression.length > EXPRESSION_LENGTH_MAX) {
    const message = `Expected a cron expression of at most ${EXPRESSION_LENGTH_MAX} characters, got ${expression.length}`;
    return { ...whole, message };
  }
  if (expression.trim().startsWith('@')) return nicknameMistake(expression.trim(), whole);
  const fields = [...expression.matchAll(/\S+/g)];
  if (fields.length !== FIELDS.length) {
    const message = `Expected five fields (${FIELDS.map(({ name }) => name).join(', ')}), got ${fields.length === 0 ? 'none' : `\`${expression}\``}`;
    return { ...whole, message, ...countHint(fields.map(([text]) => text)) };
  }
  for (const [index, match] of fields.entries()) {
    const mistake = fieldMistake(match[0], index);
    if (mistake !== undefined) {
      return { ...mistake, start: match.index, end: match.index + match[0].length };
    }
  }
  if (openCron(expression, 'UTC').nextRun(new Date(0)) !== null) return undefined;
  return {
    ...whole,
    message: `Expected a time that comes, got \`${expression}\`, which never does`,
    hint: 'No month has that day.',
  };
}

function nicknameMistake(
  text: string,
  whole: { readonly start: number; readonly end: number },
): CronMistake | undefined {
  if (NICKNAMES.includes(text.toLowerCase())) return undefined;
  const known = NICKNAMES.map((name) => `\`${name}\``).join(', ');
  return {
    ...whole,
    message: `Expected one of ${known}, got \`${text}\``,
    hint: didYouMean(text, NICKNAMES) ?? 'Or write five fields, such as `*/5 * * * *`.',
  };
}

function countHint(fields: readonly string[]): { readonly hint?: string } {
  if (fields.length === 0) return { hint: 'For seven o’clock every day: `0 7 * * *`.' };
  if (fields.length !== FIELDS.length + 1) return {};
  return {
    hint: `Schedules go by the minute. Without the seconds: \`${fields.slice(1).join(' ')}\`.`,
  };
}

/** Tried out with `*` in all other fields. */
function fieldMistake(
  text: string,
  index: number,
): Pick<CronMistake, 'message' | 'hint'> | undefined {
  const { name, values, most } = FIELDS[index] as (typeof FIELDS)[number];
  try {
    openCron(FIELDS.map((_, i) => (i === index ? text : '*')).join(' '), 'UTC');
    return undefined;
  } catch {
    const message = `Expected the ${name} as \`*\` or from ${values}, got \`${text}\``;
    return { message, hint: fieldHint(text, most) };
  }
}

function fieldHint(text: string, most: number): string {
  const step = /^(\d+)\/(\d+)$/.exec(text);
  if (step !== null)
    return `A step goes over a range: \`${step[1]}-${most}/${step[2]}\` or \`*/${step[2]}\`.`;
  return 'Ranges are `1-5`, steps `*/15`, lists `0,30`.';
}
