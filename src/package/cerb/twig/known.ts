import type { Expression, ExpressionOf } from './tree.ts';

/** What is known of a name: its value, or the text with which that begins. */
export interface Lookup {
  value(name: string): Known | undefined;
  beginning(name: string): string | undefined;
}

type Known = string | number | boolean | null | readonly Known[];

/**
 * The value of an expression whose parts are all known, for the rules of policies: names and members by
 * `lookup`, comparisons, `in`, and the tests `prefixed`, `suffixed` and `pattern`. `undefined` otherwise.
 */
export function readKnown(expression: Expression, lookup: Lookup): Known | undefined {
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'name':
      return lookup.value(expression.name);
    case 'member': {
      const name = inputName(expression);
      return name === undefined ? undefined : lookup.value(name);
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
  lookup: Lookup,
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

/** `url` of `inputs.url`. */
function inputName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'member') return undefined;
  const { object, key } = expression;
  const isInput = object.kind === 'name' && object.name === 'inputs' && key.kind === 'constant';
  return isInput ? String(key.value) : undefined;
}

function knownTest(
  { name, input, args, isNegated }: ExpressionOf<'test'>,
  lookup: Lookup,
): boolean | undefined {
  const marks = args.map((arg) => readKnown(arg.value, lookup));
  if (!marks.every((mark) => typeof mark === 'string')) return undefined;
  const texts = marks.map((mark) => mark.toLowerCase());
  const value = readKnown(input, lookup);
  const found =
    typeof value === 'string'
      ? fits(name, value.toLowerCase(), texts)
      : begins(name, input, texts, lookup);
  return found === undefined ? undefined : found !== isNegated;
}

function fits(name: string, value: string, marks: readonly string[]): boolean | undefined {
  if (name === 'prefixed') return marks.some((mark) => value.startsWith(mark));
  return name === 'suffixed' ? marks.some((mark) => value.endsWith(mark)) : undefined;
}

/** `prefixed`, of a text of which no more than its beginning is known. */
function begins(
  name: string,
  input: Expression,
  marks: readonly string[],
  lookup: Lookup,
): boolean | undefined {
  const known = inputName(input);
  const start = known === undefined ? undefined : lookup.beginning(known)?.toLowerCase();
  if (name !== 'prefixed' || start === undefined) return undefined;
  if (marks.some((mark) => start.startsWith(mark))) return true;
  return marks.every((mark) => !mark.startsWith(start)) ? false : undefined;
}
