import { didYouMean } from '../../../core/suggest.ts';
import { asInteger, binary, type Code, call, constant, LEVEL, make, not } from './code.ts';
import { type Context, loud, quiet } from './context.ts';
import { FILTERS, FUNCTIONS, TESTS, type Translation, WITHOUT } from './functions.ts';
import { checkPattern } from './patterns.ts';
import {
  type Argument,
  type Expression,
  type ExpressionOf,
  type Place,
  TwigError,
} from './tree.ts';

export function filterCode(expression: ExpressionOf<'filter'>, context: Context): Code {
  const { name, input, args, at } = expression;
  const isQuiet = name === 'default' || context.isQuiet;
  return applyFilter(
    name,
    context.translate(input, isQuiet ? quiet(context) : loud(context)),
    args,
    at,
    context,
  );
}

/** A filter on a value that has been translated. */
export function applyFilter(
  name: string,
  input: Code,
  args: readonly Argument[],
  at: Place,
  context: Context,
): Code {
  const translation = known(FILTERS, name, 'filter', at);
  if (name === 'regexp') checkPattern(args[0]?.value);
  if (name === 'date') checkZone(args);
  if (name === 'e' || name === 'escape') checkStrategy(args);
  return translation.make([input, ...ordered(translation, name, args, at, loud(context))]);
}

export function functionCode(expression: ExpressionOf<'call'>, context: Context): Code {
  const { name, args } = expression;
  const special = context.locals.outer.call?.(expression);
  if (special !== undefined) return special;
  const at = { start: expression.start, end: expression.start + name.length };
  if (/^(?:cerb|xml|dns)_/.test(name) && !Object.hasOwn(WITHOUT, name)) {
    throw unsupported(name, 'function', at, 'It needs Cerb.');
  }
  const translation = known(FUNCTIONS, name, 'function', at);
  if (name === 'regexp_match_all') checkPattern(args[0]?.value);
  return translation.make(ordered(translation, name, args, at, context));
}

export function testCode(expression: ExpressionOf<'test'>, context: Context): Code {
  const found = plainTest(expression, context);
  return expression.isNegated ? not(found) : found;
}

function plainTest(expression: ExpressionOf<'test'>, context: Context): Code {
  const { name, input, args, at } = expression;
  if (name === 'defined') return definedCode(input, context);
  const value = context.translate(input, context);
  const remainder = (by: Code): Code => binary(asInteger(value), '%', by, LEVEL.product, 'number');
  switch (name) {
    case 'null':
    case 'none':
      return binary(value, '==', constant(null), LEVEL.equality, 'bool');
    case 'even':
      return binary(remainder(constant(2)), '===', constant(0), LEVEL.equality, 'bool');
    case 'odd':
      return binary(remainder(constant(2)), '!==', constant(0), LEVEL.equality, 'bool');
    case 'divisible by': {
      const by = args[0] === undefined ? constant(1) : context.translate(args[0].value, context);
      return binary(remainder(asInteger(by)), '===', constant(0), LEVEL.equality, 'bool');
    }
    default: {
      const translation = known(TESTS, name, 'test', at);
      return translation.make([value, ...ordered(translation, name, args, at, context)]);
    }
  }
}

function definedCode(input: Expression, context: Context): Code {
  if (input.kind === 'name') {
    const found = context.locals.find(input.name);
    return found === undefined
      ? constant(false)
      : binary(found, '!==', make('undefined', LEVEL.call, 'any'), LEVEL.equality, 'bool');
  }
  if (input.kind === 'member' && input.args === undefined) {
    const object = context.translate(input.object, quiet(context));
    return call('Cerb.has', [object, context.translate(input.key, context)], 'bool');
  }
  return constant(true);
}

/** The arguments in the order of the parameters; a text for a list of words becomes a list. */
function ordered(
  { params }: Translation,
  name: string,
  args: readonly Argument[],
  at: Place,
  context: Context,
): readonly Code[] {
  const isOpen = params[0] === '...';
  const found: (Code | undefined)[] = [];
  for (const { name: label, value } of args) {
    const index = label === undefined ? found.length : params.indexOf(label);
    if (index < 0) {
      const hint = didYouMean(label as string, params);
      throw new TwigError(`Expected an argument of \`${name}\`, got \`${label}\``, value, hint);
    }
    if (!isOpen && index >= params.length) {
      throw new TwigError(
        `Expected at most ${params.length} ${params.length === 1 ? 'argument' : 'arguments'} for \`${name}\`, got ${args.length}`,
        at,
        'What comes after them has no translation.',
        'twig.unsupported',
      );
    }
    found[index] = context.translate(value, context);
  }
  return Array.from(found, (code) => code ?? constant(null));
}

function known(
  table: Readonly<Record<string, Translation>>,
  name: string,
  what: string,
  at: Place,
): Translation {
  if (Object.hasOwn(table, name)) return table[name] as Translation;
  if (Object.hasOwn(WITHOUT, name)) throw unsupported(name, what, at, WITHOUT[name] as string);
  const hint =
    didYouMean(name, Object.keys(table)) ?? `Cerb has no such ${what}, or it has no translation.`;
  throw new TwigError(`Expected a ${what} of Twig, got \`${name}\``, at, hint, 'twig.unsupported');
}

function unsupported(name: string, what: string, at: Place, why: string): TwigError {
  const message = `Expected a ${what} that has a translation, got \`${name}\``;
  return new TwigError(message, at, why, 'twig.unsupported');
}

/** The sandbox has no table of time zones. */
function checkZone(args: readonly Argument[]): void {
  const zone = args.find(
    ({ name }, index) => name === 'timezone' || (name === undefined && index === 1),
  );
  if (zone?.value.kind !== 'constant') return;
  const { value } = zone.value;
  if (typeof value !== 'string' || /^(?:UTC|GMT|Z|Etc\/UTC|[+-]\d\d:?\d\d)?$/i.test(value)) return;
  throw new TwigError(
    `Expected UTC or an offset such as +02:00 as time zone, got \`${value}\``,
    zone.value,
    'The sandbox has no table of time zones.',
    'twig.unsupported',
  );
}

function checkStrategy([first]: readonly Argument[]): void {
  if (first?.value.kind !== 'constant') return;
  const { value } = first.value;
  if (value === 'html' || value === 'js' || value === 'url') return;
  throw new TwigError(
    `Expected the strategy html, js or url, got \`${value}\``,
    first.value,
    undefined,
    'twig.unsupported',
  );
}
