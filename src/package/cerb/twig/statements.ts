import { applyFilter } from './calls.ts';
import { asCondition, type Code, constant, LEVEL, make, quoted, within } from './code.ts';
import type { Context } from './context.ts';
import { type ExpressionOf, type Part, type PartOf, TwigError } from './tree.ts';

const STEP = '  ';

/** A template with statements as the text that it prints: `Cerb.render((print) => { … })`. */
export function renderCode(parts: readonly Part[], context: Context): Code {
  const inner = context.locals.inner();
  const lines = block(parts, { ...context, locals: inner }, STEP);
  return make(`Cerb.render((print) => {\n${lines.join('\n')}\n})`, LEVEL.call, 'text');
}

/** The statements of one scope of Twig: the variables that it sets are gone after it. */
function block(parts: readonly Part[], context: Context, margin: string): string[] {
  const lines: string[] = [];
  for (const name of namesSet(parts)) {
    // One that an outer scope of the template has is changed there.
    if (context.locals.own(name) !== undefined) continue;
    const before = context.locals.find(name);
    const made = context.locals.declare(name);
    lines.push(`${margin}let ${made}${before === undefined ? '' : ` = ${before.code}`};`);
  }
  return [...lines, ...statements(parts, context, margin)];
}

function statements(parts: readonly Part[], context: Context, margin: string): string[] {
  const lines: string[] = [];
  let printed: string[] = [];
  const flush = (): void => {
    if (printed.length > 0) lines.push(`${margin}print(${printed.join(', ')});`);
    printed = [];
  };
  for (const part of parts) {
    if (part.kind === 'raw') printed.push(quoted(part.text));
    else if (part.kind === 'output') printed.push(context.translate(part.value, context).code);
    else {
      flush();
      lines.push(...statement(part, context, margin));
    }
  }
  flush();
  return lines;
}

function statement(
  part: Exclude<Part, { kind: 'raw' | 'output' }>,
  context: Context,
  margin: string,
): string[] {
  switch (part.kind) {
    case 'do':
      return [`${margin}void ${within(context.translate(part.value, context), LEVEL.unary)};`];
    case 'if':
      return ifLines(part, context, margin);
    case 'for':
      return forLines(part, context, margin);
    case 'set':
      return setLines(part, context, margin);
    case 'apply':
      return applyLines(part, context, margin);
    case 'with':
      return withLines(part, context, margin);
  }
}

function ifLines(
  { branches, otherwise }: PartOf<'if'>,
  context: Context,
  margin: string,
): string[] {
  const lines: string[] = [];
  for (const [index, { test, body }] of branches.entries()) {
    const condition = asCondition(context.translate(test, context)).code;
    lines.push(`${margin}${index === 0 ? '' : '} else '}if (${condition}) {`);
    lines.push(...statements(body, context, margin + STEP));
  }
  if (otherwise !== undefined) {
    lines.push(`${margin}} else {`, ...statements(otherwise, context, margin + STEP));
  }
  return [...lines, `${margin}}`];
}

function forLines(part: PartOf<'for'>, context: Context, margin: string): string[] {
  const over = context.translate(part.over, context).code;
  const locals = context.locals.inner();
  const value = locals.declare(part.value);
  const fields = [value === 'value' ? 'value' : `value: ${value}`];
  if (part.key !== undefined) {
    const key = locals.declare(part.key);
    fields.unshift(key === 'key' ? 'key' : `key: ${key}`);
  }
  if (uses(part.body, 'loop')) {
    const loop = locals.declare('loop', 'map');
    fields.push(loop === 'loop' ? loop : `loop: ${loop}`);
  }
  const body = block(part.body, { ...context, locals }, margin + STEP);
  const lines = [
    `${margin}for (const { ${fields.join(', ')} } of Cerb.loop(${over})) {`,
    ...body,
    `${margin}}`,
  ];
  if (part.otherwise === undefined) return lines;
  return [
    `${margin}if (Cerb.length(Cerb.each(${over})) > 0) {`,
    ...lines.map((line) => STEP + line),
    `${margin}} else {`,
    ...statements(part.otherwise, context, margin + STEP),
    `${margin}}`,
  ];
}

function setLines(
  { names, values, body }: PartOf<'set'>,
  context: Context,
  margin: string,
): string[] {
  const targets = names.map((name) => (context.locals.own(name) as Code).code);
  if (body !== undefined) {
    const [first, ...rest] = renderCode(body, context).code.split('\n');
    return [`${margin}${targets[0]} = ${first}`, ...rest.map((line) => margin + line)].map(
      (line, at, all) => (at === all.length - 1 ? `${line};` : line),
    );
  }
  const codes = values.map((value) => context.translate(value, context).code);
  if (targets.length === 1) return [`${margin}${targets[0]} = ${codes[0]};`];
  return [`${margin}[${targets.join(', ')}] = [${codes.join(', ')}];`];
}

function applyLines(
  { filters, body }: PartOf<'apply'>,
  context: Context,
  margin: string,
): string[] {
  const printed = renderCode(body, context);
  const filtered = filters.reduce(
    (value, { name, args, at }) => applyFilter(name, value, args, at, context),
    printed,
  );
  const [first, ...rest] = filtered.code.split('\n');
  return [`${margin}print(${first}`, ...rest.map((line) => margin + line)].map((line, at, all) =>
    at === all.length - 1 ? `${line});` : line,
  );
}

function withLines(part: PartOf<'with'>, context: Context, margin: string): string[] {
  const { values, only, body } = part;
  if (only || (values !== undefined && values.kind !== 'map')) {
    throw new TwigError(
      'Expected a map of variables after `with`, and no `only`, got something else',
      part,
      'Name the variables: `{% with { a: b } %}`.',
      'twig.unsupported',
    );
  }
  const locals = context.locals.inner();
  const lines = (values?.entries ?? []).map(({ key, value }) => {
    if (typeof key !== 'string') {
      throw new TwigError('Expected the name of a variable', value, undefined, 'twig.unsupported');
    }
    const { code } = context.translate(value, context);
    return `${margin}${STEP}let ${locals.declare(key)} = ${code};`;
  });
  return [
    `${margin}{`,
    ...lines,
    ...block(body, { ...context, locals }, margin + STEP),
    `${margin}}`,
  ];
}

/** Names that the parts set in their own scope, not in that of a loop or of `with`. */
function namesSet(parts: readonly Part[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const part of parts) {
    if (part.kind === 'set') for (const name of part.names) names.add(name);
    if (part.kind !== 'if') continue;
    for (const { body } of part.branches) for (const name of namesSet(body)) names.add(name);
    for (const name of namesSet(part.otherwise ?? [])) names.add(name);
  }
  return names;
}

/** Whether a name is used anywhere in the parts. */
function uses(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name: found } = value as Partial<ExpressionOf<'name'>>;
  if (kind === 'name' && found === name) return true;
  return Object.values(value).some((one) => uses(one, name));
}

/** The text that plain parts and expressions make, one after the other. */
export function isPlain(parts: readonly Part[]): parts is readonly PartOf<'raw' | 'output'>[] {
  return parts.every(({ kind }) => kind === 'raw' || kind === 'output');
}

export function printedCode(part: PartOf<'raw' | 'output'>, context: Context): Code {
  return part.kind === 'raw' ? constant(part.text) : context.translate(part.value, context);
}
