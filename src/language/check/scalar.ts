import { formatDuration, formatSize, parseDuration, parseSize } from '../../core/quantity.ts';
import { didYouMean } from '../../core/suggest.ts';
import { splitTemplate } from '../expression/template.ts';
import type { Report } from '../report.ts';
import { VARIABLE_PATTERN } from '../table/names.ts';
import { describe, type Shape } from '../table/shape.ts';
import { isNull, type ScalarNode } from '../yaml/tree.ts';
import { checkCondition, checkSingle } from './condition.ts';
import { expected } from './expected.ts';

const VARIABLE = VARIABLE_PATTERN.slice(1, -1);
const LOOP_NAMES = new RegExp(`^\\s*${VARIABLE}\\s*(?:,\\s*${VARIABLE}\\s*)?$`);

/** Checks a scalar against a shape that takes one. */
export function checkScalar(node: ScalarNode, shape: Shape, report: Report): void {
  if (shape.is === 'nothing') {
    if (!isNull(node)) expected(node, shape, report);
  } else if (isNull(node)) expected(node, shape, report);
  else checkPresent(node, shape, report);
}

function checkPresent(node: ScalarNode, shape: Shape, report: Report): void {
  const { value, text } = node;
  switch (shape.is) {
    case 'name':
      checkName(node, shape, report);
      return;
    case 'label':
      checkLabel(node, report);
      return;
    case 'condition':
      checkCondition(node, report);
      return;
    case 'iterable':
      checkSingle(node, shape, report);
      return;
    case 'integer':
      checkInteger(node, shape, report);
      return;
    case 'number':
      if (typeof value === 'number') return;
      if (hasExpression(node)) checkSingle(node, shape, report);
      else expected(node, shape, report);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') expected(node, shape, report);
      return;
    case 'duration':
      if (shape.expression && hasExpression(node)) return;
      checkQuantity(node, shape, parseDuration(text), formatDuration, report);
      return;
    case 'size':
      checkQuantity(node, shape, parseSize(text), formatSize, report);
      return;
    case 'choice':
      if (shape.of.includes(text) || (shape.expression && hasExpression(node))) return;
      report.error('value.invalid', node, `Expected ${describe(shape)}, got \`${text}\``, {
        hint: didYouMean(text, shape.of),
      });
      return;
    case 'javascript':
      if (typeof value !== 'string' || text.trim() === '') expected(node, shape, report);
      return;
    case 'loop-names':
      if (!LOOP_NAMES.test(text)) invalidName(node, shape, report);
      return;
    case 'variable':
      if (!new RegExp(VARIABLE_PATTERN).test(text)) invalidName(node, shape, report);
      return;
    case 'text':
      return;
    default:
      expected(node, shape, report);
  }
}

function checkName(node: ScalarNode, shape: Shape & { is: 'name' }, report: Report): void {
  const { text } = node;
  if (!new RegExp(shape.pattern).test(text)) {
    report.error('value.invalid', node, `Expected ${shape.what}, got \`${text}\``);
  } else if (shape.max !== undefined && text.length > shape.max) {
    const message = `Expected at most ${shape.max} characters, got ${text.length}`;
    report.error('value.invalid', node, message);
  }
}

function checkLabel(node: ScalarNode, report: Report): void {
  const first = splitTemplate(node.text).parts.find(({ kind }) => kind === 'expression');
  if (first === undefined) return;
  report.warning('value.invalid', node, 'Expected a text without expressions, got one', {
    hint: 'It is shown as it stands here. Write `$${{` to say so.',
  });
}

function checkInteger(node: ScalarNode, shape: Shape & { is: 'integer' }, report: Report): void {
  const { value, text } = node;
  if (typeof value === 'string') {
    if (shape.expression && hasExpression(node)) {
      checkSingle(node, shape, report);
      return;
    }
    const hint = /^\d+$/.test(text) ? 'Write it without quotes.' : undefined;
    expected(node, shape, report, hint);
    return;
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    expected(node, shape, report);
    return;
  }
  if (value >= shape.least && value <= shape.most) return;
  const message = `Expected ${describe(shape)}, got ${text}`;
  report.error('value.invalid', node, message);
}

function hasExpression({ text }: ScalarNode): boolean {
  return text.includes('${{');
}

function checkQuantity(
  node: ScalarNode,
  shape: Shape & { is: 'duration' | 'size' },
  amount: number | undefined,
  format: (amount: number) => string,
  report: Report,
): void {
  const { text } = node;
  if (amount === undefined) {
    const unit = shape.is === 'duration' ? 's' : 'MB';
    const hint = /^[\d.]+$/.test(text) ? `Add a unit: \`${text}${unit}\`.` : undefined;
    report.error('value.invalid', node, `Expected ${describe(shape)}, got \`${text}\``, { hint });
  } else if (amount < 1) {
    report.error('value.invalid', node, `Expected more than nothing, got \`${text}\``);
  } else if (amount > shape.most) {
    const message = `Expected at most ${format(shape.most)}, got \`${text}\``;
    report.error('limit.exceeded', node, message);
  }
}

function invalidName(node: ScalarNode, shape: Shape, report: Report): void {
  report.error('name.invalid', node, `Expected ${describe(shape)}, got \`${node.text}\``, {
    hint: 'Names are letters, digits and `_`, and do not begin with a digit.',
  });
}
