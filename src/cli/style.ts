import type { Environment } from '../config/read-config.ts';
import { printable } from '../core/printable.ts';
import type { Output } from './surroundings.ts';

export { printable };

// SGR codes (ECMA-48, section 8.3.117): on and off.
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Style = (name: keyof typeof CODES, text: string) => string;

/** Colours for one output: only on a terminal, and not where NO_COLOR is set (no-color.org). */
export function styleFor(output: Output, env: Environment): Style {
  const plain = !output.terminal || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  if (plain) return (_name, text) => text;
  return (name, text) => `\x1b[${CODES[name][0]}m${text}\x1b[${CODES[name][1]}m`;
}

/** `printable` for what must stay on its line: line feeds and tabs are shown as escapes too. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
