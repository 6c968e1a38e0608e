import type { Expression, ExpressionOf } from './tree.ts';

type Known = string | number | boolean | null | readonly Known[];

/**
 * The value of an expression whose parts are all known, for the rules of policies: names and members by
 * `lookup`, comparisons, `in`, and the tests `prefixed`, `suffixed` and `pattern`. `undefined` otherwise.
 */
export function readKnown(
  expression: Expression,
  lookup: (name: string) => Known | undefined,
): Known | undefined {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'name':
      return lookup(expression.name);
    case 'member': {
      const { object, key } = expression;
      const isInput = object.kind === 'name' && object.name === 'inputs' && key.kind === 'constant';
      return isInput ? lookup(String(key.value)) : undefined;
    }
    case 'list': {
      const items = expression.items.map(({ value }) => readKnown(value, lookup));
      return items.includes(undefined) ? undefined : (items as Known[]);
    }
    case 'unary': {
      const operand = readKnown(expression.operand, lookup);
      return expression.operator === 'not' && typeof operand === 'boolean' ? !operand : undefined;
    }
    case 'binary':
      return knownBinary(expression, lookup);
    case 'test':
      return knownTest(expression, lookup);
    default:
      return undefined;
  }
}

function knownBinary(
  { operator, left, right }: ExpressionOf<'binary'>,
  lookup: (name: string) => Known | undefined,
): boolean | undefined {
  const [a, b] = [readKnown(left, lookup), readKnown(right, lookup)];
  if (operator === 'and' && (a === false || b === false)) return false;
  if (operator === 'or' && (a === true || b === true)) return true;
  if (a === undefined || b === undefined) return undefined;
  switch (operator) {
    case '==':
      return isWord(a) && isWord(b) ? a === b : undefined;
    case '!=':
      return isWord(a) && isWord(b) ? a !== b : undefined;
    case 'in':
      return isIn(a, b);
    case 'not in': {
      const found = isIn(a, b);
      return found === undefined ? undefined : !found;
    }
    case 'and':
      return a === true && b === true ? true : undefined;
    case 'or':
      return a === false && b === false ? false : undefined;
    default:
      return undefined;
  }
}

/** Texts that PHP does not take for numbers compare as they are. */
function isWord(value: Known): value is string {
  return typeof value === 'string' && !/^\s*[+-]?[\d.]/.test(value);
}

function isIn(value: Known, list: Known): boolean | undefined {
  if (!Array.isArray(list) || !isWord(value) || !list.every(isWord)) return undefined;
  return list.includes(value);
}

function knownTest(
  { name, input, args, isNegated }: ExpressionOf<'test'>,
  lookup: (name: string) => Known | undefined,
): boolean | undefined {
  const value = readKnown(input, lookup);
  const marks = args.map((arg) => readKnown(arg.value, lookup));
  if (typeof value !== 'string' || !marks.every((mark) => typeof mark === 'string'))
    return undefined;
  const lower = value.toLowerCase();
  const texts = marks.map((mark) => mark.toLowerCase());
  const found =
    name === 'prefixed'
      ? texts.some((mark) => lower.startsWith(mark))
      : name === 'suffixed'
        ? texts.some((mark) => lower.endsWith(mark))
        : undefined;
  return found === undefined ? undefined : found !== isNegated;
}
