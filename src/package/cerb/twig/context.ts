import type { Code } from './code.ts';
import type { Locals, TemplateReport } from './scope.ts';
import type { Expression } from './tree.ts';

/** What translating an expression needs to know. */
export interface Context {
  readonly locals: Locals;
  readonly report: TemplateReport;
  /** Translates an expression; here, so that calls and the expressions in them need not know each other. */
  readonly translate: (expression: Expression, context: Context) => Code;
  /** Whether a variable that nothing sets is expected here: before `??`, in `default` and `is defined`. */
  readonly isQuiet?: boolean;
}

export function loud({ locals, report, translate }: Context): Context {
  return { locals, report, translate };
}

export function quiet(context: Context): Context {
  return { ...context, isQuiet: true };
}
