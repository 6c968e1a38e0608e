import { linesOf, trim } from './texts.ts';
import { collect, isCollection, isTrue, text } from './values.ts';

const FALSE = new Set(['', '0', 'false', 'no', 'n', 'off']);

/** KATA's `@bool` of a text: "", 0, false, no, n and off are false, in any case. */
export function bool(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  return isCollection(value) ? isTrue(value) : !FALSE.has(text(value).toLowerCase());
}

/** KATA's `@list`: the lines that have something on them; a blank line leaves a gap in the numbers. */
export function list(value: unknown): unknown {
  const lines = linesOf(value).map((line, index) => [index, trim(line)] as const);
  return collect(lines.filter(([, line]) => line !== ''));
}
