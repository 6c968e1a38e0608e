import { didYouMean } from '../core/suggest.ts';

export type InputType = 'any' | 'string' | 'number' | 'boolean' | 'list' | 'object';

/** One input that an automation declares. */
export interface InputSpec {
  readonly name: string;
  readonly type: InputType;
  readonly required: boolean;
  /** `null` where the automation gives none. */
  readonly default: unknown;
  readonly description: string;
}

const TYPE_NAMES: Readonly<Record<InputType, string>> = {
  any: 'a value',
  string: 'a text',
  number: 'a number',
  boolean: '`true` or `false`',
  list: 'a list',
  object: 'an object',
};

/**
 * What a run gets as `inputs`: what is given, and the defaults of what is not. A given `null` counts as
 * not given. Problems are whole sentences, each naming its input; where there are any, the run must not
 * start.
 */
export function resolveInputs(
  specs: readonly InputSpec[],
  given: Readonly<Record<string, unknown>>,
): { inputs: Record<string, unknown>; problems: readonly string[] } {
  const problems: string[] = [];
  const resolved: [string, unknown][] = [];
  for (const spec of specs) {
    const value = Object.hasOwn(given, spec.name) ? (given[spec.name] ?? null) : null;
    resolved.push([spec.name, value ?? spec.default]);
    if (value === null) {
      if (spec.required) problems.push(`Expected the input \`${spec.name}\`, got none`);
      continue;
    }
    const mistake = typeMistake(spec.type, value);
    if (mistake !== undefined) problems.push(`Input \`${spec.name}\`: ${mistake}`);
  }
  const known = specs.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known);
    const message = `Expected an input that the automation declares, got \`${name}\``;
    problems.push(hint === undefined ? message : `${message}. ${hint}`);
  }
  // Entries become own members whatever they are called, `__proto__` too.
  return { inputs: Object.fromEntries(resolved), problems };
}

/** "Expected a text, got a number" where a value is not of the type. */
export function typeMistake(type: InputType, value: unknown): string | undefined {
  if (type === 'any' || typeOf(value) === type) return undefined;
  return `Expected ${TYPE_NAMES[type]}, got ${said(value)}`;
}

function typeOf(value: unknown): InputType | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value as InputType;
    case 'object':
      if (Array.isArray(value)) return 'list';
      return value === null ? undefined : 'object';
    default:
      return undefined;
  }
}

function said(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const type = typeOf(value);
  if (type === 'boolean') return `\`${value}\``;
  return type === undefined ? `a ${typeof value}` : TYPE_NAMES[type];
}
