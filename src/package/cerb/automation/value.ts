import type { Findings } from '../../convert/findings.ts';
import { type KataEntry, type KataText, plainText } from '../kata/tree.ts';
import {
  asText,
  type Code,
  call,
  coalesce,
  constant,
  LEVEL,
  make,
  member,
  property,
} from '../twig/code.ts';
import type { TemplateScope } from '../twig/scope.ts';
import { type Translated, textCode, translateTemplate } from '../twig/translate.ts';
import { reportIn } from './place.ts';

/** What translating a value needs. */
export interface ValueContext {
  readonly scope: TemplateScope;
  readonly findings: Findings;
  /** What stands between the names of a `@key` path: `:` in automations, `.` in event KATA and policies. */
  readonly pathMark: ':' | '.';
}

/** A value of KATA: known now, or computed by an expression. */
export type Value =
  | { readonly is: 'static'; readonly value: unknown }
  | { readonly is: 'entries'; readonly entries: readonly (readonly [key: string, value: Value])[] }
  | { readonly is: 'text'; readonly template: Translated }
  | { readonly is: 'code'; readonly code: Code };

const FALSE: ReadonlySet<string> = new Set(['', '0', 'false', 'no', 'n', 'off']);
/** Annotations that say how a text is read, and not what it becomes. */
const PLAIN: ReadonlySet<string> = new Set(['text', 'key', 'raw', 'optional', 'ref']);

/** The value of an entry, its annotations applied from left to right. */
export function readValue(entry: KataEntry, context: ValueContext): Value {
  const { text, entries, annotations } = entry;
  if (annotations.includes('optional')) {
    context.findings.warning(
      'cerb.changed',
      entry.span,
      'Expected a key that is always there, got `@optional`',
      { hint: 'It stays, with an empty value, where Cerb would drop it.' },
    );
  }
  if (text === undefined) {
    if (annotations.includes('text') || annotations.includes('raw')) return plain('');
    return entriesValue(entries, context);
  }
  const start = annotations.includes('raw')
    ? plain(text.value)
    : annotations.includes('key')
      ? keyValue(text, context)
      : textValue(text, context);
  // A raw value keeps its other annotations on its key; see `keyOf`.
  if (annotations.includes('raw')) return start;
  return annotations.reduce(
    (value, annotation) => annotated(value, annotation, entry, context),
    start,
  );
}

/** The key of an entry in the map that it is part of. */
function keyOf({ key, annotations }: KataEntry): string {
  const kept = annotations.includes('raw')
    ? annotations.filter((one) => one !== 'raw' && one !== 'text')
    : [];
  return kept.length === 0 ? key : `${key}@${kept.join(',')}`;
}

/** The entries below a key as YAML: a list where the keys are 0, 1, 2, … */
export function readEntries(entries: readonly KataEntry[], context: ValueContext): unknown {
  return toYaml(entriesValue(entries, context));
}

function entriesValue(entries: readonly KataEntry[], context: ValueContext): Value {
  return {
    is: 'entries',
    entries: entries.map((entry) => [keyOf(entry), readValue(entry, context)] as const),
  };
}

function isList(entries: readonly (readonly [key: string, value: Value])[]): boolean {
  return entries.every(([key], index) => key === String(index));
}

/** A value as it stands in YAML: texts with `${{ … }}` in them, lists, maps, numbers. */
export function toYaml(value: Value): unknown {
  if (value.is === 'code') return expression(value.code);
  if (value.is === 'static') return escaped(value.value);
  if (value.is === 'entries') {
    const items = value.entries.map(([key, item]) => [key, toYaml(item)] as const);
    return isList(value.entries) ? items.map(([, item]) => item) : Object.fromEntries(items);
  }
  const { template } = value;
  switch (template.kind) {
    case 'plain':
      return literal(template.text);
    case 'mixed':
      return template.parts
        .map((part) =>
          typeof part.constant === 'string' ? literal(part.constant) : expression(asText(part)),
        )
        .join('');
    default:
      return expression(textCode(template));
  }
}

/** A value as an expression. */
export function toCode(value: Value): Code {
  if (value.is === 'code') return value.code;
  if (value.is === 'text') return textCode(value.template);
  return value.is === 'entries' ? entriesCode(value.entries) : dataCode(value.value);
}

/** An expression in a text of YAML. */
export function expression({ code, constant: value }: Code): unknown {
  if (value !== undefined && typeof value !== 'string') return value;
  if (typeof value === 'string') return literal(value);
  return `\${{ ${code} }}`;
}

/** A text that says `${{` is not an expression. */
function literal(text: string): string {
  return text.replaceAll('${{', () => '$${{');
}

function entriesCode(entries: readonly (readonly [key: string, value: Value])[]): Code {
  const items = entries.map(([key, item]) => [key, toCode(item).code] as const);
  if (isList(entries)) {
    return make(`[${items.map(([, code]) => code).join(', ')}]`, LEVEL.call, 'list');
  }
  const shown = items.map(([key, code]) => `${property(key)}: ${code}`);
  return make(`{ ${shown.join(', ')} }`, LEVEL.object, 'map');
}

/** Data that was read from the file, without expressions, as JavaScript. */
function dataCode(value: unknown): Code {
  if (typeof value === 'object' && value !== null) {
    return make(`(${JSON.stringify(value)})`, LEVEL.call, Array.isArray(value) ? 'list' : 'map');
  }
  return constant(value as string | number | boolean | null);
}

function plain(text: string): Value {
  return { is: 'text', template: { kind: 'plain', text } };
}

function textValue(text: KataText, context: ValueContext): Value {
  const found = translateTemplate(text.value, context.scope, reportIn(text, context.findings));
  return { is: 'text', template: found ?? { kind: 'plain', text: '' } };
}

/** `@key: a:b` is the value of `a`'s member `b`, with its type. */
function keyValue(text: KataText, context: ValueContext): Value {
  const path = text.value.trim();
  const [root = '', ...names] = path.split(context.pathMark);
  const named = names[0] === undefined ? undefined : context.scope.member?.(root, names[0]);
  if (named !== undefined && named !== 'unset') {
    const inner = names.slice(1).reduce((object, name) => member(object, keyConstant(name)), named);
    return { is: 'code', code: names.length === 1 ? named : coalesce(inner, constant(null)) };
  }
  const found = named === 'unset' ? undefined : context.scope.variable(root);
  if (found === undefined) {
    const span = { start: text.offset(0), end: text.offset(root.length) };
    const message = `Expected a variable that something sets, got \`${root}\``;
    context.findings.warning('twig.undefined', span, message, {
      hint: 'It is empty here, as it is in Cerb.',
    });
    return { is: 'code', code: constant(null) };
  }
  const code = names.reduce((object, name) => member(object, keyConstant(name)), found);
  return { is: 'code', code: names.length === 0 ? code : coalesce(code, constant(null)) };
}

function keyConstant(name: string): Code {
  return constant(/^\d+$/.test(name) ? Number(name) : name);
}

function annotated(
  value: Value,
  annotation: string,
  entry: KataEntry,
  context: ValueContext,
): Value {
  if (PLAIN.has(annotation)) return value;
  const known = staticText(value);
  if (known !== undefined) {
    const read = readStatic(known, annotation, entry, context.findings);
    if (read !== undefined) return read;
  }
  const code = toCode(value);
  switch (annotation) {
    case 'bool':
    case 'bit':
      return { is: 'code', code: boolCode(value, code) };
    case 'int':
      return { is: 'code', code: numberCode(value, code, 'int') };
    case 'float':
      return { is: 'code', code: numberCode(value, code, 'float') };
    case 'csv':
      return { is: 'code', code: call('Cerb.csv', [code], 'list') };
    case 'list':
      return { is: 'code', code: call('Cerb.list', [code], 'list') };
    case 'json':
      return { is: 'code', code: jsonCode(code) };
    case 'date':
      return { is: 'code', code: call('Cerb.strtotime', [code]) };
    case 'base64':
      return { is: 'code', code: call('Cerb.base64Decode', [code], 'text') };
    case 'trim':
      return { is: 'code', code: call('Cerb.trim', [code], 'text') };
    case 'nowrap':
      return {
        is: 'code',
        code: call('Cerb.join', [call('Cerb.list', [code], 'list'), constant(' ')], 'text'),
      };
    default:
      context.findings.error(
        'kata.annotation',
        entry.span,
        `Expected a known annotation, got \`@${annotation}\``,
        {
          hint: 'There are `@base64 bool csv date float int json key list nowrap optional raw ref text trim`.',
        },
      );
      return value;
  }
}

/** A template that is one number needs no way over its text. */
function numberCode(value: Value, code: Code, name: 'int' | 'float'): Code {
  const single =
    value.is === 'text' && value.template.kind === 'single' ? value.template.value : code;
  if (single.kind !== 'number') return call(`Cerb.${name}`, [single], 'number');
  return name === 'float' ? single : call('Math.trunc', [single], 'number');
}

/** A template that is one condition needs no way over its text. */
function boolCode(value: Value, code: Code): Code {
  const single =
    value.is === 'text' && value.template.kind === 'single' ? value.template.value : code;
  return single.kind === 'bool' ? single : call('Cerb.bool', [single], 'bool');
}

/** `@json` of what has just been encoded is the value itself. */
function jsonCode(code: Code): Code {
  return code.encodes ?? call('Cerb.jsonDecode', [code]);
}

/** The text of a value that is known now. */
export function staticText(value: Value): string | undefined {
  if (value.is === 'text') return value.template.kind === 'plain' ? value.template.text : undefined;
  return value.is === 'static' && typeof value.value === 'string' ? value.value : undefined;
}

/** The text with which a value is known to begin; empty where nothing is known. */
export function beginningOf(value: Value): string {
  const known = staticText(value);
  if (known !== undefined) return known.trim();
  const first =
    value.is === 'text' && value.template.kind === 'mixed' ? value.template.parts[0] : undefined;
  return typeof first?.constant === 'string' ? first.constant.trim() : '';
}

function readStatic(
  text: string,
  annotation: string,
  entry: KataEntry,
  findings: Findings,
): Value | undefined {
  const known = (value: unknown): Value => ({ is: 'static', value });
  switch (annotation) {
    case 'bool':
    case 'bit':
      return known(!FALSE.has(text.trim().toLowerCase()));
    case 'int':
      return known(Math.trunc(leading(text)));
    case 'float':
      return known(leading(text));
    case 'csv':
      return known(text === '' ? [] : text.split(',').map((part) => part.trim()));
    case 'list':
      return known(
        text
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
      );
    case 'json':
      return known(jsonOf(text, entry, findings));
    case 'trim':
      return plain(text.trim());
    case 'nowrap':
      return plain(
        text
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean)
          .join(' '),
      );
    default:
      return undefined;
  }
}

function leading(text: string): number {
  return Number(/^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(text)?.[1] ?? 0) + 0;
}

function jsonOf(text: string, entry: KataEntry, findings: Findings): unknown {
  try {
    return JSON.parse(text);
  } catch {
    findings.warning(
      'cerb.value',
      entry.span,
      `Expected JSON in \`${entry.key}\`, got \`${(plainText(entry) ?? '').slice(0, 60)}\``,
      {
        hint: 'It is empty, as it is in Cerb.',
      },
    );
    return null;
  }
}

/** Texts in data that was read from a file. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]));
}
