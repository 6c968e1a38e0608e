import { filterCode, functionCode, testCode } from './calls.ts';
import {
  asCondition,
  asInteger,
  asNumber,
  asText,
  binary,
  type Code,
  call,
  coalesce,
  constant,
  LEVEL,
  make,
  member,
  not,
  property,
  within,
} from './code.ts';
import { type Context, loud, quiet } from './context.ts';
import { checkPattern } from './patterns.ts';
import { type Expression, type ExpressionOf, TwigError } from './tree.ts';

/** An expression of Twig as one of JavaScript. Throws a TwigError for what has no translation. */
export function translate(expression: Expression, context: Context): Code {
  switch (expression.kind) {
    case 'constant':
      return constant(expression.value);
    case 'text':
      return joined(
        expression.parts.map((part) => {
          return typeof part === 'string' ? constant(part) : translate(part, loud(context));
        }),
      );
    case 'name':
      return nameCode(expression, context);
    case 'list':
      return listCode(expression, context);
    case 'map':
      return mapCode(expression, context);
    case 'member':
      return memberCode(expression, context);
    case 'slice':
      return sliceCode(expression, loud(context));
    case 'call':
      return functionCode(expression, loud(context));
    case 'filter':
      return filterCode(expression, context);
    case 'test':
      return testCode(expression, loud(context));
    case 'unary':
      return unaryCode(expression, loud(context));
    case 'binary':
      return binaryCode(expression, loud(context));
    case 'conditional':
      return conditionalCode(expression, loud(context));
    case 'arrow':
      return arrowCode(expression, loud(context));
  }
}

function nameCode({ name, start, end }: ExpressionOf<'name'>, context: Context): Code {
  const found = context.locals.find(name);
  if (found !== undefined) return found;
  if (!context.isQuiet) {
    context.report.warning(
      'twig.undefined',
      { start, end },
      `Expected a variable that something sets, got \`${name}\``,
      'It is empty here, as it is in Cerb.',
    );
  }
  return constant(null);
}

function listCode({ items }: ExpressionOf<'list'>, context: Context): Code {
  const shown = items.map(({ value, isSpread }) => {
    const { code } = translate(value, loud(context));
    return isSpread ? `...Cerb.values(${code})` : code;
  });
  return make(`[${shown.join(', ')}]`, LEVEL.call, 'list');
}

function mapCode({ entries }: ExpressionOf<'map'>, context: Context): Code {
  const shown = entries.map(({ key, value }) => {
    const code = translate(value, loud(context)).code;
    if (key === undefined) return `...${code}`;
    if (typeof key !== 'object') return `${property(String(key))}: ${code}`;
    return `[${asText(translate(key, loud(context))).code}]: ${code}`;
  });
  if (shown.length === 0) return make('[]', LEVEL.call, 'list');
  return make(`{ ${shown.join(', ')} }`, LEVEL.object, 'map');
}

function memberCode(
  { object, key, args, ...place }: ExpressionOf<'member'>,
  context: Context,
): Code {
  if (args !== undefined) {
    throw new TwigError(
      'Expected a member, got a call of one',
      place,
      'Values have no methods in Cerb’s templates.',
      'twig.unsupported',
    );
  }
  const named = namedMember(object, key, context);
  if (named !== undefined) return named;
  const around = loopAround(object, key, context);
  if (around !== undefined) return around;
  return member(translate(object, context), translate(key, loud(context)));
}

/** A member that the place of the template knows by itself, such as one of its inputs. */
function namedMember(object: Expression, key: Expression, context: Context): Code | undefined {
  if (object.kind !== 'name' || key.kind !== 'constant' || context.locals.own(object.name))
    return undefined;
  const found = context.locals.outer.member?.(object.name, String(key.value));
  if (found !== 'unset') return found;
  if (!context.isQuiet) {
    context.report.warning(
      'twig.undefined',
      key,
      `Expected a member of \`${object.name}\` that is declared, got \`${key.value}\``,
      'It is empty here, as it is in Cerb.',
    );
  }
  return constant(null);
}

/** `loop.parent.loop`; of a loop's parent nothing else is there. */
function loopAround(object: Expression, key: Expression, context: Context): Code | undefined {
  if (isParent(object) && key.kind === 'constant' && key.value === 'loop') {
    const found = context.locals.around('loop');
    if (found !== undefined) return found;
  }
  if (!isParent(object)) return undefined;
  throw new TwigError(
    'Expected `loop.parent.loop`, got another member of `loop.parent`',
    key,
    'Name the variable itself.',
    'twig.unsupported',
  );
}

function isParent(expression: Expression): boolean {
  return (
    expression.kind === 'member' &&
    expression.object.kind === 'name' &&
    expression.object.name === 'loop' &&
    expression.key.kind === 'constant' &&
    expression.key.value === 'parent'
  );
}

function sliceCode({ object, from, length }: ExpressionOf<'slice'>, context: Context): Code {
  const given = [object, from, length].map((one) =>
    one === undefined ? constant(null) : translate(one, context),
  );
  if (length === undefined) given.pop();
  return call('Cerb.slice', given);
}

function unaryCode({ operator, operand }: ExpressionOf<'unary'>, context: Context): Code {
  const value = translate(operand, context);
  if (operator === 'not') return not(value);
  if (typeof value.constant === 'number') {
    return constant(operator === '-' ? -value.constant : value.constant);
  }
  const number = asNumber(value);
  return operator === '-'
    ? make(`-${within(number, LEVEL.unary + 1)}`, LEVEL.unary, 'number')
    : number;
}

function binaryCode(expression: ExpressionOf<'binary'>, context: Context): Code {
  const { operator, left: first, right: second } = expression;
  if (operator === '??') {
    return coalesce(translate(first, quiet(context)), translate(second, context));
  }
  const left = translate(first, context);
  const right = translate(second, context);
  switch (operator) {
    case 'or':
      return binary(asCondition(left), '||', asCondition(right), LEVEL.or, 'bool');
    case 'and':
      return binary(asCondition(left), '&&', asCondition(right), LEVEL.and, 'bool');
    case 'xor':
      return binary(asCondition(left), '!==', asCondition(right), LEVEL.equality, 'bool');
    case '~':
      return joined([left, right]);
    case '..':
      return call('Cerb.range', [left, right], 'list');
    case 'in':
      return call('Cerb.contains', [right, left], 'bool');
    case 'not in':
      return not(call('Cerb.contains', [right, left], 'bool'));
    case 'matches':
      checkPattern(second);
      return call('Cerb.matches', [left, right], 'bool');
    case 'starts with':
      return affix(left, 'startsWith', right);
    case 'ends with':
      return affix(left, 'endsWith', right);
    case 'has some':
      return make(`Cerb.values(${left.code}).some(${right.code})`, LEVEL.call, 'bool');
    case 'has every':
      return make(`Cerb.values(${left.code}).every(${right.code})`, LEVEL.call, 'bool');
    default:
      return comparison(left, operator, right) ?? arithmetic(left, operator, right);
  }
}

function comparison(left: Code, operator: string, right: Code): Code | undefined {
  const isPlain = left.kind === right.kind && (left.kind === 'number' || left.kind === 'bool');
  // Two texts are equal as numbers too, unless one of them is known not to be one.
  const isText = [left, right].every(({ kind }) => kind === 'text') && [left, right].some(isWord);
  switch (operator) {
    case '==':
      return isPlain || isText
        ? binary(left, '===', right, LEVEL.equality, 'bool')
        : call('Cerb.equal', [left, right], 'bool');
    case '!=':
      return isPlain || isText
        ? binary(left, '!==', right, LEVEL.equality, 'bool')
        : not(call('Cerb.equal', [left, right], 'bool'));
    case '===':
      return call('Cerb.same', [left, right], 'bool');
    case '!==':
      return not(call('Cerb.same', [left, right], 'bool'));
    case '<=>':
      return call('Cerb.compare', [left, right], 'number');
    case '<':
    case '>':
    case '<=':
    case '>=':
      return left.kind === 'number' && right.kind === 'number'
        ? binary(left, operator, right, LEVEL.relation, 'bool')
        : binary(
            call('Cerb.compare', [left, right], 'number'),
            operator,
            constant(0),
            LEVEL.relation,
            'bool',
          );
    default:
      return undefined;
  }
}

/** A literal that PHP never takes for a number. */
function isWord({ constant: value }: Code): boolean {
  return typeof value === 'string' && !/^\s*[+-]?[\d.]/.test(value);
}

function arithmetic(left: Code, operator: string, right: Code): Code {
  const [a, b] = [asNumber(left), asNumber(right)];
  switch (operator) {
    case '+':
    case '-':
      return binary(a, operator, b, LEVEL.sum, 'number');
    case '*':
    case '/':
      return binary(a, operator, b, LEVEL.product, 'number');
    case '//':
      return call('Math.floor', [binary(a, '/', b, LEVEL.product, 'number')], 'number');
    case '%':
      return binary(asInteger(left), '%', asInteger(right), LEVEL.product, 'number');
    case '**':
      return make(`${within(a, LEVEL.call)} ** ${within(b, LEVEL.power)}`, LEVEL.power, 'number');
    case 'b-and':
      return binary(asInteger(left), '&', asInteger(right), LEVEL.bits, 'number');
    case 'b-or':
      return binary(asInteger(left), '|', asInteger(right), LEVEL.bits, 'number');
    default:
      return binary(asInteger(left), '^', asInteger(right), LEVEL.bits, 'number');
  }
}

function affix(left: Code, name: string, right: Code): Code {
  const value = asText(left);
  return make(`${within(value, LEVEL.call)}.${name}(${asText(right).code})`, LEVEL.call, 'bool');
}

/** What is known of how a text that begins with another one begins. */
function beginningOf({ constant: value, beginning }: Code): { beginning?: string } {
  const known = typeof value === 'string' ? value : beginning;
  return known === undefined ? {} : { beginning: known };
}

/** Texts one after the other. */
export function joined(parts: readonly Code[]): Code {
  const texts = parts.map(asText).filter(({ constant: value }) => value !== '');
  if (texts.length === 0) return constant('');
  return texts.reduce((left, right) =>
    typeof left.constant === 'string' && typeof right.constant === 'string'
      ? constant(left.constant + right.constant)
      : {
          ...make(`${within(left, LEVEL.sum)} + ${within(right, LEVEL.sum)}`, LEVEL.sum, 'text'),
          ...beginningOf(left),
        },
  );
}

function conditionalCode({ test, yes, no }: ExpressionOf<'conditional'>, context: Context): Code {
  const value = translate(test, context);
  const first = yes === undefined ? value : translate(yes, context);
  const second = no === undefined ? constant('') : translate(no, context);
  const condition = asCondition(value);
  const kind = first.kind === second.kind ? first.kind : 'any';
  const [a, b, c] = [
    within(condition, LEVEL.conditional + 1),
    within(first, LEVEL.conditional),
    within(second, LEVEL.conditional),
  ];
  return make(`${a} ? ${b} : ${c}`, LEVEL.conditional, kind);
}

function arrowCode({ names, body }: ExpressionOf<'arrow'>, context: Context): Code {
  const locals = context.locals.inner();
  const made = names.map((name) => locals.declare(name));
  const inner = translate(body, { ...context, locals });
  return make(`(${made.join(', ')}) => ${within(inner, LEVEL.conditional)}`, LEVEL.arrow, 'any');
}
