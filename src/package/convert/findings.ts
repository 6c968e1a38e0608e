import type { Diagnostic } from '../../core/diagnostic.ts';
import { SourceText, type Span } from '../../language/source.ts';
import type { ConvertCode } from './codes.ts';

/** Diagnostics of one text. More than these nobody reads. */
const FINDINGS_MAX = 200;

/** Gathers what is wrong, or different, in one text that is converted. */
export class Findings {
  readonly source: SourceText;
  readonly #found = new Map<string, Diagnostic>();

  /** @param file what diagnostics call the text */
  constructor(text: string, file: string) {
    this.source = new SourceText(text, file);
  }

  error(code: ConvertCode, span: Span, message: string, advice: { hint?: string } = {}): void {
    this.#add('error', code, span, message, advice);
  }

  warning(code: ConvertCode, span: Span, message: string, advice: { hint?: string } = {}): void {
    this.#add('warning', code, span, message, advice);
  }

  get hasErrors(): boolean {
    return [...this.#found.values()].some(({ severity }) => severity === 'error');
  }

  /** By place. */
  diagnostics(): readonly Diagnostic[] {
    return [...this.#found.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  }

  #add(
    severity: Diagnostic['severity'],
    code: ConvertCode,
    span: Span,
    message: string,
    { hint }: { hint?: string },
  ): void {
    const key = `${span.start} ${code} ${message}`;
    if (this.#found.has(key) || this.#found.size >= FINDINGS_MAX) return;
    this.#found.set(key, {
      file: this.source.file,
      ...this.source.position(span.start),
      length: this.source.lengthWithinLine(span),
      severity,
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
