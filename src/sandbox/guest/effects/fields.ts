import { parseDuration } from '../../../core/quantity.ts';
import { didYouMean } from '../../../core/suggest.ts';

/** Characters of a wrong value that a message quotes: enough to know it again. */
const QUOTED_MAX = 60;

/** Arguments that are not what their kind of effect takes; the message is for the author. */
export class InvalidEffect extends Error {}

/** `Expected ${expected}, got ${value}`. */
export function invalid(expected: string, value: unknown): InvalidEffect {
  return new InvalidEffect(`Expected ${expected}, got ${shown(value)}`);
}

export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > QUOTED_MAX ? `${value.slice(0, QUOTED_MAX)}…` : value);
}

/** A map of known members. @throws InvalidEffect with the nearest name for one that is not known */
export function readFields(
  value: unknown,
  names: readonly string[],
  of: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`an object with ${names.join(', ')} for ${of}`, value);
  }
  for (const name of Object.keys(value)) {
    if (names.includes(name)) continue;
    const advice = didYouMean(name, names);
    const tail = advice === undefined ? '' : `. ${advice}`;
    throw new InvalidEffect(`Expected ${names.join(', ')} for ${of}, got ${shown(name)}${tail}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** A text; numbers and booleans count as texts. Lone surrogates become U+FFFD, as when it is sent. */
export function readText(value: unknown, of: string): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') throw invalid(`a text for ${of}`, value);
  return Buffer.from(value, 'utf8').toString('utf8');
}

/** Milliseconds of a text such as `5m`, or of a number of them. */
export function readDuration(value: unknown, most: number, of: string): number {
  const ms = typeof value === 'string' ? parseDuration(value) : value;
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms < 0) {
    throw invalid(`a duration such as 30s or 5m for ${of}`, value);
  }
  if (ms > most) throw invalid(`at most ${inWords(most)} for ${of}`, value);
  return Math.round(ms);
}

export function readWhole(value: unknown, least: number, most: number, of: string): number {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) {
    return number;
  }
  throw invalid(`a whole number from ${least} to ${most} for ${of}`, value);
}

export function readChoice<T extends string>(value: unknown, choices: readonly T[], of: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw invalid(`${choices.join(' or ')} for ${of}`, value);
  return found;
}

/**
 * Names with values: an object, or pairs. A list as value repeats the name; `null` leaves it out.
 *
 * @throws InvalidEffect for values that are no texts, numbers or booleans
 */
export function readPairs(value: unknown, of: string): [name: string, value: string][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') throw invalid(`names with values for ${of}`, value);
  const entries: readonly unknown[] = Array.isArray(value) ? value : Object.entries(value);
  const pairs: [string, string][] = [];
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) {
      throw invalid(`pairs of name and value for ${of}`, entry);
    }
    const name = readText(entry[0], `a name of ${of}`);
    const given: unknown = entry[1];
    for (const one of Array.isArray(given) ? (given as unknown[]) : [given]) {
      if (one === null) continue;
      pairs.push([name, readText(one, `${shown(name)} of ${of}`)]);
    }
  }
  return pairs;
}

function inWords(ms: number): string {
  const days = ms / 86_400_000;
  return days >= 1 ? `${days}d` : `${ms / 1000}s`;
}
