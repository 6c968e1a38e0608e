import type { Diagnostic } from '../../core/diagnostic.ts';
import { SourceText } from '../../language/source.ts';
import { occurrencesIn } from '../placeholder.ts';

/**
 * Mistakes of an automation's text, which may be a package's: what is said of a value with a placeholder in it
 * holds for the text as it stands, and not for what an import makes of it.
 */
export function withPackageHints(
  text: string,
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] {
  const found = occurrencesIn(text);
  if (found.length === 0) return diagnostics;
  const source = new SourceText(text, '');
  return diagnostics.map((diagnostic) => {
    const start = source.offset(diagnostic);
    const end = start + diagnostic.length;
    const one = found.find((occurrence) => occurrence.start < end && start < occurrence.end);
    if (one === undefined || diagnostic.fix !== undefined) return diagnostic;
    const placeholder = text.slice(one.start, one.end);
    const hint = `Importing a package fills in \`${placeholder}\`: \`hookwright package pack\` checks what does not depend on it.`;
    return { ...diagnostic, hint };
  });
}
