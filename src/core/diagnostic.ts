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

/** Characters of a line that is shown as it is; JSON may have everything on one. */
const LINE_MAX = 300;
/** Characters that are shown of a longer one, and those of them before the place. */
const EXCERPT_LENGTH = 160;
const EXCERPT_BEFORE = 60;

/** Prints a diagnostic as compilers do: place, message, the line, a caret, the hint. */
export function formatDiagnostic(diagnostic: Diagnostic, text: string): string {
  const { file, line, column, length, severity, code, message, hint } = diagnostic;
  const whole = (text.split(/\r\n|\r|\n/)[line - 1] ?? '').replaceAll('\t', ' ');
  const isLong = whole.length > LINE_MAX;
  const start = isLong ? Math.max(0, column - 1 - EXCERPT_BEFORE) : 0;
  const shown = isLong ? whole.slice(start, start + EXCERPT_LENGTH) : whole;
  const before = start > 0 ? '…' : '';
  const after = start + shown.length < whole.length ? '…' : '';
  const indent = before.length + column - 1 - start;
  const marked = isLong ? Math.min(length, EXCERPT_LENGTH) : length;
  const gutter = String(line);
  const margin = ' '.repeat(gutter.length);
  const rows = [
    `${file}:${line}:${column} ${severity} ${code}: ${message}`,
    `${gutter} | ${before}${shown}${after}`,
    `${margin} | ${' '.repeat(indent)}${'^'.repeat(Math.max(1, marked))}`,
  ];
  if (hint !== undefined) rows.push(`${margin} = ${hint}`);
  return rows.join('\n');
}
