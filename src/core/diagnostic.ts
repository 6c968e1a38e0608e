/** One mistake in a file, with where it is and what to do. Positions count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Length in characters of the marked text, at least 1, within the line. */
  readonly length: number;
  readonly severity: 'error' | 'warning';
  /** Stable, for tools: `yaml.syntax`, `key.unknown`, `name.unknown`, … */
  readonly code: string;
  /** "Expected X, got Y" where that fits. */
  readonly message: string;
  /** What to do next, such as `Did you mean "status"?`; absent where the message says it all. */
  readonly hint?: string;
  /** A replacement that `validate --fix` may write: character offsets into the text. */
  readonly fix?: { readonly start: number; readonly end: number; readonly text: string };
}

/** Characters of a line that an excerpt shows; JSON may have everything on one. */
const EXCERPT_MAX = 300;
/** Of those, what stands before the place. */
const EXCERPT_BEFORE = 80;

/** Prints a diagnostic as compilers do: place, message, the line, a caret, the hint. */
export function formatDiagnostic(diagnostic: Diagnostic, text: string): string {
  const { file, line, column, length, severity, code, message, hint } = diagnostic;
  const whole = (text.split(/\r\n|\r|\n/)[line - 1] ?? '').replaceAll('\t', ' ');
  const start = whole.length > EXCERPT_MAX ? Math.max(0, column - 1 - EXCERPT_BEFORE) : 0;
  const shown = whole.slice(start, start + EXCERPT_MAX);
  const before = start > 0 ? '…' : '';
  const after = start + EXCERPT_MAX < whole.length ? '…' : '';
  const indent = before.length + column - 1 - start;
  const marked = Math.max(1, Math.min(length, EXCERPT_MAX - indent));
  const gutter = String(line);
  const margin = ' '.repeat(gutter.length);
  const rows = [
    `${file}:${line}:${column} ${severity} ${code}: ${message}`,
    `${gutter} | ${before}${shown}${after}`,
    `${margin} | ${' '.repeat(indent)}${'^'.repeat(marked)}`,
  ];
  if (hint !== undefined) rows.push(`${margin} = ${hint}`);
  return rows.join('\n');
}
