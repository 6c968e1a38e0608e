import { analyseExpression } from '../expression/analyse.ts';
import { splitTemplate, type TemplatePart } from '../expression/template.ts';
import type { Advice, Report } from '../report.ts';
import { describe, type Shape } from '../table/shape.ts';
import { writeScalar } from '../yaml/quote.ts';
import type { ScalarNode } from '../yaml/tree.ts';
import { expected } from './expected.ts';

const CONDITION: Shape = { is: 'condition' };
/** What YAML 1.1 took for truth, and YAML 1.2 takes for texts. */
const OLD_TRUTHS: ReadonlyMap<string, string> = new Map([
  ['yes', 'true'],
  ['on', 'true'],
  ['no', 'false'],
  ['off', 'false'],
]);

/** A condition: `true`, `false`, or one expression. */
export function checkCondition(node: ScalarNode, report: Report): void {
  if (typeof node.value !== 'boolean') checkSingle(node, CONDITION, report);
}

/** A text that is one expression and nothing besides. */
export function checkSingle(node: ScalarNode, shape: Shape, report: Report): void {
  if (typeof node.value !== 'string') {
    expected(node, shape, report);
    return;
  }
  const { parts, problems } = splitTemplate(node.text);
  // An unclosed expression is reported where expressions are compiled.
  if (problems.length > 0 || singleExpression(parts) !== undefined) return;
  if (parts.some(({ kind }) => kind === 'expression')) {
    report.error(
      'condition.mixed',
      node,
      `Expected ${describe(shape)}, got text beside \`\${{ }}\``,
      {
        hint: 'Put all of it inside one `${{ }}`.',
      },
    );
    return;
  }
  report.error(
    'condition.plain',
    node,
    `Expected ${describe(shape)}, got a text`,
    wrapping(node, shape),
  );
}

/** The one expression of a text that has nothing but white space beside it. */
export function singleExpression(
  parts: readonly TemplatePart[],
): (TemplatePart & { kind: 'expression' }) | undefined {
  const [only, ...others] = parts.filter(
    (part) => part.kind === 'expression' || part.text.trim() !== '',
  );
  return only?.kind === 'expression' && others.length === 0 ? only : undefined;
}

/** The expression that a plain text lacks the `${{ }}` for, if it is one. */
function wrapping(node: ScalarNode, shape: Shape): Advice {
  const text = node.text.trim();
  const truth = shape.is === 'condition' ? OLD_TRUTHS.get(text.toLowerCase()) : undefined;
  const isBlock = node.style === 'literal' || node.style === 'folded';
  if (truth === undefined && analyseExpression(text).problems.length > 0) return {};
  const written = truth ?? writeScalar(`\${{ ${text} }}`, node.inFlow);
  const hint = `Write ${written}`;
  if (isBlock) return { hint };
  return { hint, fix: { start: node.start, end: node.end, text: written } };
}
