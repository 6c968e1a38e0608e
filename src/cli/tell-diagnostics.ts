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
    const shown = formatDiagnostic(diagnostic, sources.get(diagnostic.file) ?? '');
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
