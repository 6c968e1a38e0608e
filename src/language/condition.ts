import type { Diagnostic } from '../core/diagnostic.ts';
import { RUN_LIMITS } from '../core/limits.ts';
import type { Program } from '../core/program.ts';
import { singleExpression } from './check/condition.ts';
import { splitTemplate } from './expression/template.ts';
import { writeSingle } from './generate/expression.ts';
import { conditionProgram } from './generate/program.ts';
import { Unit } from './generate/unit.ts';
import { Report } from './report.ts';
import { SourceText } from './source.ts';
import type { ScalarNode } from './yaml/tree.ts';

/**
 * Compiles a binding's `when`: one expression over `request`, `webhook`, `event` and `inputs`, with or
 * without its `${{ }}`. The program gives `true` or `false`. Never throws.
 *
 * @param place what diagnostics call it, such as `webhook orders, binding 1`
 */
export function compileCondition(
  when: string,
  place: string,
): { program?: Program; diagnostics: readonly Diagnostic[] } {
  const report = new Report(new SourceText(when, place));
  const unit = new Unit(report, undefined, 'webhook', { hasSecrets: false });
  const { parts, problems } = splitTemplate(when);
  const isBare = problems.length === 0 && parts.every(({ kind }) => kind === 'text');
  if (isBare || singleExpression(parts) !== undefined || problems.length > 0) {
    unit.out.line(1);
    writeSingle(isBare ? wrapped(when) : written(when), unit);
  } else {
    report.error(
      'condition.mixed',
      { start: 0, end: when.length },
      'Expected one expression, got text beside `${{ }}`',
      { hint: 'Put all of it inside one `${{ }}`.' },
    );
  }
  unit.scope.finish();
  const diagnostics = report.diagnostics();
  if (report.hasErrors) return { diagnostics };
  return { program: conditionProgram(unit, RUN_LIMITS), diagnostics };
}

function written(text: string): ScalarNode {
  return {
    kind: 'scalar',
    start: 0,
    end: text.length,
    value: text,
    text,
    style: 'plain',
    inFlow: false,
    offset: (index) => Math.min(index, text.length),
  };
}

/** A bare expression as if it had its `${{ }}`, with places in the bare text. */
function wrapped(bare: string): ScalarNode {
  const open = '${{';
  return {
    ...written(`${open}${bare}\n}}`),
    end: bare.length,
    offset: (index) => Math.max(0, Math.min(index - open.length, bare.length)),
  };
}
