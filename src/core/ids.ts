import { createHash, randomBytes } from 'node:crypto';

/** Source of random bytes; an argument so that tests control it. */
export type Random = (size: number) => Uint8Array;

const systemRandom: Random = (size) => randomBytes(size);

export type IdPrefix = 'evt' | 'run' | 'wh' | 'msg' | 'hk' | 'dlv' | 'ref' | 'tok';

// Crockford's base 32: no I, L, O, U, so that ids survive being read aloud (crockford.com/base32.html).
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;
/** Random bytes fetched at once: the call costs 2 µs whatever its size. */
const RANDOM_POOL_BYTES = 4096;

/**
 * Makes ids that sort by time: a prefix, 10 digits of milliseconds, 16 random digits (80 bits), as in
 * ULID (github.com/ulid/spec). Not for tokens: the time part can be guessed.
 */
export function idMaker(random: Random = systemRandom): (prefix: IdPrefix, now: number) => string {
  let pool = new Uint8Array(0);
  let used = 0;
  return (prefix, now) => {
    if (used + RANDOM_DIGITS > pool.length) {
      pool = random(RANDOM_POOL_BYTES) as Uint8Array<ArrayBuffer>;
      used = 0;
    }
    let id = '';
    for (let time = now, i = 0; i < TIME_DIGITS; i++, time = Math.floor(time / 32)) {
      id = (DIGITS[time % 32] as string) + id;
    }
    for (let i = 0; i < RANDOM_DIGITS; i++) {
      id += DIGITS[(pool[used++] as number) & 31] as string;
    }
    return `${prefix}_${id}`;
  };
}

/** An id before all that are made from `now` on. */
export function firstId(prefix: IdPrefix, now: number): string {
  return idMaker((size) => new Uint8Array(size))(prefix, now);
}

/** An id that is the same for the same time and text: what a crash interrupted finds it again. */
export function derivedId(prefix: IdPrefix, now: number, text: string): string {
  return idMaker(() => createHash('sha256').update(text).digest())(prefix, now);
}

/** What tells apart ids that follow from one other: the random digits of an id of its own. */
export type IdShift = readonly number[];

/** @param text the same for the same shift */
export function idShift(text: string): IdShift {
  return digits(derivedId('ref', 0, text));
}

/**
 * An id that is the same for the same id and shift, and as random as that id is: its time, and its random
 * digits moved by the shift's. Takes 0.6 µs, `derivedId` 2.6.
 *
 * @param id made by this module
 */
export function shiftedId(prefix: IdPrefix, id: string, shift: IdShift): string {
  let moved = '';
  for (const [at, digit] of digits(id).entries()) {
    moved += DIGITS[digit ^ (shift[at] as number)] as string;
  }
  const time = id.slice(-RANDOM_DIGITS - TIME_DIGITS, -RANDOM_DIGITS);
  return `${prefix}_${time}${moved}`;
}

/** The random digits of an id, as numbers. */
function digits(id: string): number[] {
  const numbers: number[] = [];
  for (let at = id.length - RANDOM_DIGITS; at < id.length; at++) {
    numbers.push(DIGITS.indexOf(id[at] as string));
  }
  return numbers;
}

/** Bytes in a webhook's token: 160 bits cannot be guessed at any rate of requests. */
const TOKEN_BYTES = 20;

/** 40 lower-case hex digits, the form of Cerb's webhook URLs. */
export function makeToken(random: Random = systemRandom): string {
  return Buffer.from(random(TOKEN_BYTES)).toString('hex');
}

/** SHA-256 in hex; names revisions and programs by their content. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
