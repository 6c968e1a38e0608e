import { inspect } from 'node:util';
import { HookwrightError } from '../core/errors.ts';
import { errorAnswer } from '../http/errors.ts';
import { printable, type Style } from './style.ts';

/**
 * An error as people read it: `hookwright: expected X, got Y.`, and what to do on the next line.
 * Errors that nobody foresaw come with their stack and their causes, because that is what a report needs.
 */
export function errorText(error: unknown, style: Style): string {
  const name = style('red', 'hookwright:');
  if (!(error instanceof HookwrightError)) {
    return `${name} an error inside Hookwright itself; please report it.\n${printable(inspect(error))}\n`;
  }
  const lines = printable(error.message).split('\n');
  const next = error.next === undefined ? [] : [`  ${printable(error.next)}`];
  return `${[...lines.map((line) => `${name} ${uncapitalized(line)}`), ...next].join('\n')}\n`;
}

/** The same for programs: one line of JSON in the shape of the API's errors. */
export function errorJson(error: unknown): string {
  if (error instanceof HookwrightError) return `${JSON.stringify(errorAnswer(error).body)}\n`;
  const message = error instanceof Error ? error.message : String(error);
  return `${JSON.stringify({ error: { code: 'internal', message } })}\n`;
}

export function exitCodeOf(error: unknown): number {
  return error instanceof HookwrightError ? error.exit : 1;
}

function uncapitalized(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
