import type { Diagnostic } from '../core/diagnostic.ts';
import type { DiagnosticCode } from './codes.ts';
import type { SourceText, Span } from './source.ts';

/** Diagnostics of one file. More than these nobody reads, and hostile files would have a million. */
export const DIAGNOSTICS_MAX = 100;

/** What a mistake in YAML brings about elsewhere: the key or the name may stand in the broken line. */
const ECHOES: ReadonlySet<string> = new Set(['key.missing', 'name.unknown', 'name.later']);

export interface Advice {
  readonly hint?: string | undefined;
  readonly fix?:
    | { readonly start: number; readonly end: number; readonly text: string }
    | undefined;
}

/**
 * Gathers what is wrong with one file, in whatever order the checks find it.
 *
 * @typeParam Code the codes that these checks give
 */
export class Report<Code extends string = DiagnosticCode> {
  readonly source: SourceText;
  private readonly found: Diagnostic[] = [];
  private readonly seen = new Set<string>();
  private errors = 0;

  constructor(source: SourceText) {
    this.source = source;
  }

  error(code: Code, span: Span, message: string, advice: Advice = {}): void {
    this.errors += 1;
    this.add('error', code, span, message, advice);
  }

  warning(code: Code, span: Span, message: string, advice: Advice = {}): void {
    this.add('warning', code, span, message, advice);
  }

  /** Whether more mistakes have been found than are shown: looking for good advice is over. */
  get isFull(): boolean {
    return this.found.length >= DIAGNOSTICS_MAX;
  }

  get hasErrors(): boolean {
    return this.errors > 0;
  }

  /**
   * By place, without the echo of a broken text: what other checks say about a line that is not YAML, or
   * about names and keys that it may have had. At most `DIAGNOSTICS_MAX`, errors before warnings where
   * they are more.
   */
  diagnostics(): readonly Diagnostic[] {
    const broken = new Set(
      this.found.filter(({ code }) => code === 'yaml.syntax').map(({ line }) => line),
    );
    const found = this.found.filter(
      ({ code, line }) =>
        broken.size === 0 || code.startsWith('yaml.') || !(broken.has(line) || ECHOES.has(code)),
    );
    const errors = found.filter(({ severity }) => severity === 'error');
    const warnings = found.filter(({ severity }) => severity === 'warning');
    return [...errors.sort(byPlace), ...warnings.sort(byPlace)]
      .slice(0, DIAGNOSTICS_MAX)
      .sort(byPlace);
  }

  private add(
    severity: Diagnostic['severity'],
    code: Code,
    span: Span,
    message: string,
    { hint, fix }: Advice,
  ): void {
    const key = `${span.start} ${code} ${message}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.found.push({
      file: this.source.file,
      ...this.source.position(span.start),
      length: this.source.lengthWithinLine(span),
      severity,
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(fix === undefined ? {} : { fix }),
    });
  }
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.line - b.line || a.column - b.column;
}
