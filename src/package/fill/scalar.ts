import type { RecordKind } from '../../core/package.ts';
import { type CodePlace, codePlaces } from '../../language/expression/code-place.ts';
import { type ExpressionPart, splitTemplate } from '../../language/expression/template.ts';
import { BRACES, type Occurrence, OPENING, occurrencesIn } from '../placeholder.ts';
import type { Placed } from '../read/scalars.ts';

export type Value = string | number | boolean;

/** What becomes of a scalar. */
export interface FilledScalar {
  readonly value: Value;
  /** What takes the place of each placeholder, by offsets in the scalar's text. */
  readonly pieces: readonly Piece[];
}

export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What cannot be filled in, and why. */
export interface ScalarFault {
  readonly fault: string;
}

/** Keys of steps whose lists are steps again. */
export const STEP_LISTS: ReadonlySet<unknown> = new Set([
  'steps',
  'then',
  'else',
  'do',
  'otherwise',
  'try',
  'catch',
  'finally',
  'parallel',
]);

/**
 * Fills in one scalar; `undefined` where it has nothing to fill in. A placeholder that is the whole value
 * keeps its type. In expressions and in JavaScript an answer is a value or a piece of a text, never code.
 *
 * @param answerTo the answer to a key
 */
export function fillScalar(
  { node, isKey, path }: Placed,
  kind: RecordKind,
  answerTo: (key: string) => Value,
): FilledScalar | ScalarFault | undefined {
  const { text } = node;
  const found = occurrencesIn(text);
  const [only] = found;
  if (only === undefined) return undefined;
  const language = isKey ? 'none' : languageOf(kind, path);
  if (!isKey && language !== 'javascript' && only.start === 0 && only.end === text.length) {
    const value = answerTo(only.key);
    const filled =
      typeof value === 'string' && language === 'template' ? withoutExpressions(value) : value;
    return { value: filled, pieces: [{ ...only, text: String(filled) }] };
  }
  switch (language) {
    case 'none': {
      const pieces = found.map((one) => ({ ...one, text: String(answerTo(one.key)) }));
      return { value: joined(text, pieces), pieces };
    }
    case 'javascript':
      return fillCode(text, found, answerTo);
    case 'template':
      return fillTemplate(text, found, answerTo);
  }
}

/** What a scalar is written in, by where it stands. */
function languageOf(
  kind: RecordKind,
  path: readonly (string | number)[],
): 'none' | 'template' | 'javascript' {
  if (kind === 'webhook') {
    return path[0] === 'bindings' && path[2] === 'when' ? 'template' : 'none';
  }
  if (kind !== 'automation' || path[0] !== 'steps') return 'none';
  const isInStep = path.at(-1) === 'run' && typeof path.at(-2) === 'number';
  const list = path.slice(0, -2).findLast((part) => typeof part === 'string');
  return isInStep && STEP_LISTS.has(list) ? 'javascript' : 'template';
}

function fillCode(
  text: string,
  found: readonly Occurrence[],
  answerTo: (key: string) => Value,
): FilledScalar | ScalarFault {
  const places = codePlaces(masked(text, found), found);
  const pieces: Piece[] = [];
  for (const [index, one] of found.entries()) {
    // Of the author's own text, not an answer's.
    const isBraces = one.key === BRACES;
    const code = isBraces
      ? OPENING
      : codeFor(answerTo(one.key), places[index] as CodePlace, one.key);
    if (typeof code !== 'string') return code;
    pieces.push({ ...one, text: code });
  }
  return { value: joined(text, pieces), pieces };
}

function fillTemplate(
  text: string,
  found: readonly Occurrence[],
  answerTo: (key: string) => Value,
): FilledScalar | ScalarFault {
  const pieces: Piece[] = [];
  const wanted: string[] = [];
  let next = 0;
  for (const { source, start } of expressionsIn(masked(text, found))) {
    const end = start + source.length;
    for (let one = found[next]; one !== undefined && one.end < start; one = found[++next]) {
      const answer = withoutExpressions(String(answerTo(one.key)));
      const isBefore = one.end === start - OPEN.length && answer.endsWith('$');
      // `$` and an expression after it would be the text `${{`.
      pieces.push({ ...one, text: isBefore ? `${answer.slice(0, -1)}${OPEN}${DOLLAR}}}` : answer });
      if (isBefore) wanted.push(DOLLAR);
    }
    const inside: Occurrence[] = [];
    for (let one = found[next]; one !== undefined && one.end <= end; one = found[++next]) {
      inside.push({ ...one, start: one.start - start, end: one.end - start });
    }
    const code = fillCode(text.slice(start, end), inside, answerTo);
    if ('fault' in code) return code;
    for (const one of code.pieces) {
      pieces.push({ ...one, start: one.start + start, end: one.end + start });
    }
    wanted.push(String(code.value));
  }
  for (const one of found.slice(next)) {
    pieces.push({ ...one, text: withoutExpressions(String(answerTo(one.key))) });
  }
  const value = joined(text, pieces);
  const { parts, problems } = splitTemplate(value);
  const made = parts.flatMap((part) => (part.kind === 'expression' ? [part.source] : []));
  const isSame = made.length === wanted.length && made.every((one, at) => one === wanted[at]);
  if (isSame && problems.length === 0) return { value, pieces };
  return { fault: 'Expected an answer that makes no `${{` with the text beside it, got one' };
}

const OPEN = '${{';
const DOLLAR = ' "$" ';

function expressionsIn(text: string): readonly ExpressionPart[] {
  return splitTemplate(text).parts.filter((part) => part.kind === 'expression');
}

/** The text with names in place of the placeholders, as long as they are. */
function masked(text: string, found: readonly Occurrence[]): string {
  return joined(
    text,
    found.map((one) => ({ ...one, text: '_'.repeat(one.end - one.start) })),
  );
}

function joined(text: string, pieces: readonly Piece[]): string {
  let made = '';
  let at = 0;
  for (const piece of pieces) {
    made += text.slice(at, piece.start) + piece.text;
    at = piece.end;
  }
  return made + text.slice(at);
}

/** A text in which `${{` begins no expression. */
function withoutExpressions(text: string): string {
  return text.replaceAll('${{', () => '$${{');
}

function codeFor(value: Value, place: CodePlace, key: string): string | ScalarFault {
  switch (place) {
    case 'value':
      return literal(value);
    case 'member':
      if (/^[A-Za-z_$][\w$]*$/.test(String(value))) return String(value);
      return {
        fault: `Expected an answer to \`${key}\` that is a name, because it stands after a dot`,
      };
    case 'piece':
      return escaped(String(value));
    case 'none':
      return {
        fault: `Expected \`${key}\` as a whole value or in quotes, got it in the middle of code`,
      };
  }
}

/** A negative number in brackets, because of what may stand before it. */
function literal(value: Value): string {
  if (typeof value === 'number') return value < 0 ? `(${value})` : String(value);
  return typeof value === 'string' ? escapedQuote(value) : String(value);
}

/** In single quotes, which YAML's own double quotes need not escape. */
function escapedQuote(value: string): string {
  return `'${escaped(value)}'`;
}

/**
 * A piece of a text, a template or a regular expression that stands for itself: everything but letters,
 * digits, `_` and spaces is written as `\uXXXX`.
 */
function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9_ ]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
