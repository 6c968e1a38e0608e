import type { Diagnostic } from '../core/diagnostic.ts';

/**
 * Writes the fixes that diagnostics of this text offer, as `validate --fix` does. Where two overlap, the
 * one that begins first is written; compiling again finds what is left.
 */
export function applyFixes(text: string, diagnostics: readonly Diagnostic[]): string {
  const fixes = diagnostics
    .flatMap(({ fix }) => (fix === undefined ? [] : [fix]))
    .sort((a, b) => a.start - b.start);
  let fixed = '';
  let at = 0;
  for (const { start, end, text: replacement } of fixes) {
    if (start < at) continue;
    fixed += text.slice(at, start) + replacement;
    at = end;
  }
  return fixed + text.slice(at);
}
