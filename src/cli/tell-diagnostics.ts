import { type Diagnostic, formatDiagnostic } from '../core/diagnostic.ts';
import { coloured } from './commands/validate.ts';
import type { Session } from './session.ts';
import { styleFor } from './style.ts';

/** What is wrong with several texts, and the texts by what diagnostics call them. */
interface Told {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/** Tells diagnostics on standard error, each with its line. */
export function tellDiagnostics({ surroundings }: Session, { diagnostics, sources }: Told): void {
  const { err, env } = surroundings;
  const style = styleFor(err, env);
  for (const diagnostic of diagnostics) {
    const shown = formatted(diagnostic, sources.get(diagnostic.file) ?? '');
    err.write(`${coloured(shown, diagnostic, style)}\n\n`);
  }
}

/** `1 error, 2 warnings`; empty where there are none. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return [...counted(errors, 'error'), ...counted(diagnostics.length - errors, 'warning')].join(
    ', ',
  );
}

function counted(count: number, noun: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];
}

/** Columns of a line that a person sees: JSON has whole records on one. */
const EXCERPT_MAX = 160;
/** Columns before the place, where not all are shown. */
const BEFORE = 60;

/** A diagnostic with the part of its line that it is about. */
function formatted(diagnostic: Diagnostic, text: string): string {
  const { file, line, column, length } = diagnostic;
  const lines = text.split(/\r\n|\r|\n/);
  const whole = lines[line - 1] ?? '';
  const from = whole.length > EXCERPT_MAX ? Math.max(0, column - BEFORE) : 0;
  const part = whole.slice(from, from + EXCERPT_MAX);
  const cut = part.length < whole.length - from ? `${part}…` : part;
  const shifted = column - from;
  const shown = formatDiagnostic(
    {
      ...diagnostic,
      column: shifted,
      length: Math.max(1, Math.min(length, EXCERPT_MAX - shifted)),
    },
    lines
      .with(line - 1, cut)
      .slice(0, line)
      .join('\n'),
  );
  return shown.replace(`${file}:${line}:${shifted} `, () => `${file}:${line}:${column} `);
}
