import { type Diagnostic, formatDiagnostic } from '../core/diagnostic.ts';
import { ERRORS } from '../core/errors.ts';
import { coloured } from './commands/validate.ts';
import type { Session } from './session.ts';
import { styleFor } from './style.ts';

/** Tells what is wrong with a file that was to be executed, and lets the process end with 3. */
export function tellMistakes(
  session: Session,
  diagnostics: readonly Diagnostic[],
  text: string,
): void {
  session.exitCode = ERRORS['automation.invalid'].exit;
  if (session.json) session.printJson({ status: 'invalid', diagnostics });
  else printDiagnostics(session, diagnostics, text);
}

/** Diagnostics on standard error, as `validate` tells them. */
export function printDiagnostics(
  { surroundings }: Session,
  diagnostics: readonly Diagnostic[],
  text: string,
): void {
  const style = styleFor(surroundings.err, surroundings.env);
  for (const diagnostic of diagnostics) {
    const shown = coloured(formatDiagnostic(diagnostic, text), diagnostic, style);
    surroundings.err.write(`${shown}\n`);
  }
}
