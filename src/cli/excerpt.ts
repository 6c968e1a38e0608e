import { printableLine } from './style.ts';

/** Characters of a value that are shown: three lines of a terminal. */
const SHOWN_MAX = 240;
/** Characters before the first that differs. */
const BEFORE_DIFFERENCE = 60;

/** Both sides of a difference in one line each; of long ones the part that differs. */
export function excerpts(was: string, is: string): readonly [was: string, is: string] {
  const from = Math.max(0, firstDifference(was, is) - BEFORE_DIFFERENCE);
  return [excerpt(was, from), excerpt(is, from)];
}

/** The part of a text from a place on, or all of it where it is short. */
export function excerpt(whole: string, from = 0): string {
  const start = whole.length > SHOWN_MAX ? from : 0;
  const part = whole.slice(start, start + SHOWN_MAX);
  const after = start + SHOWN_MAX < whole.length ? '…' : '';
  return printableLine(`${start > 0 ? '…' : ''}${part}${after}`);
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
