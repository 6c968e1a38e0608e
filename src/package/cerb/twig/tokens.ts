import { type Place, TwigError } from './tree.ts';

/** One word of an expression. */
export interface Token extends Place {
  readonly kind: 'name' | 'number' | 'string' | 'operator' | 'mark' | 'end';
  readonly text: string;
  /** Of a string with `#{…}`: texts and the tokens of the expressions, in turn. */
  readonly parts?: readonly (string | readonly Token[])[];
}

/** Longer ones first. Words among them must not be the beginning of a longer word. */
const OPERATORS = [
  'b-and',
  'b-xor',
  'b-or',
  'starts with',
  'ends with',
  'has some',
  'has every',
  'matches',
  'not in',
  'is not',
  '...',
  '<=>',
  '===',
  '!==',
  '=>',
  '**',
  '//',
  '..',
  '??',
  '?:',
  '==',
  '!=',
  '<=',
  '>=',
  'not',
  'and',
  'or',
  'xor',
  'in',
  'is',
  '+',
  '-',
  '~',
  '*',
  '/',
  '%',
  '<',
  '>',
  '=',
]; // prettier-ignore
const OPERATOR = new RegExp(
  OPERATORS.map((operator) => {
    const pattern = operator.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(' ', '\\s+');
    return /[a-z]$/.test(operator) ? `${pattern}(?![\\w])` : pattern;
  }).join('|'),
  'y',
);
const NAME = /[a-zA-Z_\u0080-\uffff][\w\u0080-\uffff]*/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]\d+)?/y;
const MARKS = '()[]{}?:.,|';
/** Expressions inside texts inside expressions: nobody goes deeper than two. */
const INTERPOLATION_DEPTH_MAX = 8;

/**
 * The words of an expression, up to where `close` begins outside of brackets and texts.
 *
 * @param close the text that ends it, such as `}}`; `null` reads all of it
 * @returns the words, and where `close` begins
 * @throws TwigError
 */
export function tokenize(
  text: string,
  from: number,
  close: RegExp | null,
  depth = 0,
): { tokens: readonly Token[]; at: number } {
  const tokens: Token[] = [];
  const brackets: { readonly open: string; readonly at: number }[] = [];
  let at = from;
  for (;;) {
    at = afterSpace(text, at);
    if (close !== null && brackets.length === 0 && sticky(close, text, at) !== undefined) break;
    if (at >= text.length) {
      const open = brackets.at(-1);
      if (open !== undefined) {
        throw new TwigError(
          `Expected the other end of \`${open.open}\`, got the end`,
          place(open.at),
        );
      }
      if (close === null) break;
      throw new TwigError('Expected the end of a tag, got the end of the text', place(from - 1));
    }
    const token = next(text, at, depth);
    if (token.kind === 'mark') track(token, brackets);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', start: at, end: at + 1 });
  return { tokens, at };
}

function next(text: string, at: number, depth: number): Token {
  const letter = text[at] as string;
  if (letter === '"' || letter === "'") return readString(text, at, letter, depth);
  const operator = sticky(OPERATOR, text, at);
  if (operator !== undefined) {
    return {
      kind: 'operator',
      text: operator.replace(/\s+/g, ' '),
      start: at,
      end: at + operator.length,
    };
  }
  const name = sticky(NAME, text, at);
  if (name !== undefined) return { kind: 'name', text: name, start: at, end: at + name.length };
  const number = sticky(NUMBER, text, at);
  if (number !== undefined) {
    return { kind: 'number', text: number, start: at, end: at + number.length };
  }
  if (MARKS.includes(letter)) return { kind: 'mark', text: letter, start: at, end: at + 1 };
  throw new TwigError(`Expected a part of an expression, got \`${letter}\``, place(at));
}

function track(token: Token, brackets: { readonly open: string; readonly at: number }[]): void {
  const { text, start } = token;
  if ('([{'.includes(text)) brackets.push({ open: text, at: start });
  if (!')]}'.includes(text)) return;
  const open = brackets.pop();
  if (open === undefined || '([{'.indexOf(open.open) !== ')]}'.indexOf(text)) {
    throw new TwigError(`Expected a part of an expression, got \`${text}\``, token);
  }
}

/** In double quotes `#{…}` is an expression; a backslash takes what follows as PHP's `stripcslashes`. */
function readString(text: string, start: number, quote: string, depth: number): Token {
  const parts: (string | readonly Token[])[] = [];
  let current = '';
  let at = start + 1;
  for (;;) {
    const letter = text[at];
    if (letter === undefined) {
      throw new TwigError(`Expected the closing ${quote} of a text, got the end`, place(start));
    }
    if (letter === quote) break;
    if (letter === '\\') {
      const found = escapeAt(text, at + 1);
      current += found.text;
      at = found.end;
    } else if (quote === '"' && text.startsWith('#{', at)) {
      if (depth >= INTERPOLATION_DEPTH_MAX) {
        throw new TwigError('Expected fewer texts inside each other', place(at));
      }
      const inner = tokenize(text, at + 2, /\}/y, depth + 1);
      parts.push(current, inner.tokens);
      current = '';
      at = inner.at + 1;
    } else {
      current += letter;
      at++;
    }
  }
  const whole = { kind: 'string', text: current, start, end: at + 1 } as const;
  return parts.length === 0 ? whole : { ...whole, text: '', parts: [...parts, current] };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  f: '\f',
  a: '\x07',
  b: '\b',
};

function escapeAt(text: string, at: number): { text: string; end: number } {
  const code = sticky(/x[0-9a-fA-F]{1,2}|[0-7]{1,3}/y, text, at);
  if (code !== undefined) {
    const point = code.startsWith('x')
      ? Number.parseInt(code.slice(1), 16)
      : Number.parseInt(code, 8);
    return { text: String.fromCharCode(point & 0xff), end: at + code.length };
  }
  const letter = text[at] ?? '';
  return { text: ESCAPES[letter] ?? letter, end: at + 1 };
}

function afterSpace(text: string, at: number): number {
  return at + (sticky(/\s*/y, text, at)?.length ?? 0);
}

function sticky(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function place(start: number): Place {
  return { start, end: start + 1 };
}
