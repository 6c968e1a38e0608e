import { HookwrightError } from '../../core/errors.ts';
import type { AnswerProblem } from './answers.ts';
import type { Filling } from './fill.ts';

/** One error for all that keeps a package from being filled in, a line for each. */
export function fillingError(filling: Extract<Filling, { readonly ok: false }>): HookwrightError {
  const { unfit, problems, diagnostics } = filling;
  if (unfit !== undefined) {
    return new HookwrightError('package.unfit', unfit, {
      next: 'Use a version of the package, or of Hookwright, that goes with the other.',
    });
  }
  if (problems.length > 0) return answersError(problems);
  const lines = diagnostics.map(
    ({ file, line, column, message }) => `${file}:${line}:${column} ${message}.`,
  );
  return new HookwrightError('package.invalid', lines.join('\n'));
}

/** One error for all that is wrong with the answers, a line for each. */
export function answersError(problems: readonly AnswerProblem[]): HookwrightError {
  const lines = problems.map(({ message, hint }) => [message, hint].filter(Boolean).join(' '));
  const isMissing = problems.some(({ kind }) => kind === 'missing');
  return new HookwrightError('package.answers', lines.join('\n'), {
    ...(isMissing ? { next: 'Give answers with --set KEY=VALUE or --answers FILE.' } : {}),
  });
}
