import { flatStrings, textOf, wellFormed } from './flatten.ts';

/** A text with places to fill: `order {data.id}`, `{data.name | topic}`, `{data.meta : strings}`. */
export type Template = readonly Part[];

type Part = string | Placeholder;

/** The first of the alternatives that is neither missing nor null, through the filter. */
interface Placeholder {
  readonly alternatives: readonly Alternative[];
  readonly filter: Filter | undefined;
}

type Alternative =
  | { readonly path: readonly string[] }
  | { readonly literal: string | number | boolean };

/** `strings`: a flat map of texts. `json`: JSON. `percent`: printable ASCII, the rest percent-encoded. */
type Filter = 'strings' | 'json' | 'percent';

const FILTERS: readonly Filter[] = ['strings', 'json', 'percent'];

/** Names that begin a path. */
const ROOTS: ReadonlySet<string> = new Set([
  'id',
  'timestamp',
  'time',
  'topic',
  'resource',
  'event',
  'attempt',
  'source',
  'version',
  'hook',
  'delivery',
  'data',
  'body',
  'signature',
]);

/**
 * Reads a template. `{{` is a brace.
 *
 * @returns the template, or in words that complete "Expected …" what is wrong with it
 */
export function readTemplate(text: string): Template | { readonly mistake: string } {
  const parts: Part[] = [];
  let plain = '';
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    if (char !== '{') {
      plain += char;
      at += 1;
    } else if (text[at + 1] === '{') {
      plain += '{';
      at += 2;
    } else {
      const end = text.indexOf('}', at);
      if (end < 0) return { mistake: 'a `}` for every `{`; `{{` is a brace, got one that is open' };
      const inside = text.slice(at + 1, end);
      const placeholder = readPlaceholder(inside);
      if (placeholder === undefined) return { mistake: placeholderMistake(inside) };
      if (plain !== '') parts.push(plain);
      plain = '';
      parts.push(placeholder);
      at = end + 1;
    }
  }
  if (plain !== '') parts.push(plain);
  return parts;
}

function readPlaceholder(text: string): Placeholder | undefined {
  const [, source = '', filter] = /^([^:]*)(?::\s*(\w+)\s*)?$/.exec(text) ?? [];
  const known = FILTERS.find((name) => name === filter);
  if (filter !== undefined && known === undefined) return undefined;
  const alternatives = source.split('|').map((part) => readAlternative(part.trim()));
  if (!alternatives.every((one) => one !== undefined)) return undefined;
  return { alternatives, filter: known };
}

function readAlternative(text: string): Alternative | undefined {
  if (text === 'true' || text === 'false') return { literal: text === 'true' };
  if (/^-?\d+(\.\d+)?$/.test(text)) return { literal: Number(text) };
  const quoted = /^'([^']*)'$/.exec(text);
  if (quoted !== null) return { literal: quoted[1] as string };
  const path = text.split('.');
  return path.every((part) => /^[\w$-]+$/.test(part)) && ROOTS.has(path[0] as string)
    ? { path }
    : undefined;
}

function placeholderMistake(text: string): string {
  return `a placeholder such as {topic}, {data.name | topic} or {data : strings}, got {${text}}`;
}

/** What a template that is one placeholder gives, with its type; a text otherwise. `undefined`: missing. */
export function fillValue(template: Template, scope: Readonly<Record<string, unknown>>): unknown {
  const [only] = template;
  return template.length === 1 && typeof only === 'object'
    ? filled(only, scope)
    : fillText(template, scope);
}

/** A text; what is missing or null is empty, and other values are JSON. */
export function fillText(template: Template, scope: Readonly<Record<string, unknown>>): string {
  return template
    .map((part) => (typeof part === 'string' ? part : textOf(filled(part, scope))))
    .join('');
}

function filled(placeholder: Placeholder, scope: Readonly<Record<string, unknown>>): unknown {
  let value: unknown;
  for (const alternative of placeholder.alternatives) {
    value = 'path' in alternative ? lookUp(scope, alternative.path) : alternative.literal;
    if (value !== undefined && value !== null) break;
  }
  switch (placeholder.filter) {
    case undefined:
      return value;
    case 'strings':
      return flatStrings(value);
    case 'json':
      return JSON.stringify(value ?? null);
    case 'percent':
      return percentEncode(textOf(value));
  }
}

/** Own members only, so that no name reaches into a prototype. */
function lookUp(scope: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    scope,
  );
}

/** Header values of CloudEvents' HTTP binding 1.0.2, section 3.1.3.2. */
function percentEncode(text: string): string {
  return wellFormed(text).replace(/[^\x21\x23\x24\x26-\x7e]/gu, encodeURIComponent);
}
