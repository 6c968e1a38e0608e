import { tokTypes } from 'acorn';
import type { BoundedParser, ParserError } from './parser.ts';
import { evalProblem, importProblem, type Problem, problem, withProblem } from './problem.ts';

/** What the text is: the first part of the codes of its problems. */
export type TextKind = 'expression' | 'script';

/** Characters of a quoted token; what is longer says no more. */
const QUOTE_CHARACTERS_MAX = 30;

const STATEMENTS =
  /^(?:break|const|continue|do|for|if|let|return|switch|throw|try|var|while|;)(?![\w$])/;
/** For an expression that did not end where a `//` comment has a `}}`. */
export const HIDDEN_END_HINT =
  'A `//` comment goes on to the end of its line, `}}` included; write `/* … */` instead.';
const RUN_HINT = 'An expression is one value; statements belong in a `run` block.';

/** What acorn says in the words of its own code, said in the author's. */
const REWORDED: readonly (readonly [acorn: RegExp, message: string, hint?: string])[] = [
  [
    /^(?:Assigning to|Binding) rvalue/,
    'Expected a variable or a member to assign to, got another expression',
    'To compare, write `===`.',
  ],
  [
    /^Shorthand property assignments/,
    'Expected `:` after the property name, got `=`',
    'Write `{ name: value }`.',
  ],
  [
    /^Logical expressions and coalesce/,
    'Expected brackets where `??` meets `&&` or `||`, got none',
    'Write `(a ?? b) || c`.',
  ],
  [/^Unsyntactic/, 'Expected `break` and `continue` inside a loop or a `switch`, got one outside'],
  [
    /^Deleting local variable/,
    'Expected a member to take away with `delete`, got a name',
    'Set a variable to `undefined` instead.',
  ],
  [
    /^(?:Binding|Assigning to) arguments/,
    'Expected another name, got `arguments`, which functions have',
  ],
  [/^Octal literal in strict/, 'Expected an escape such as `\\x07`, got an octal one'],
  [/^Unterminated string/, 'Expected a quote that closes the text, got the end of the line'],
  [/^Unterminated template/, 'Expected a backtick that closes the template, got the end'],
  [/^Unterminated comment/, 'Expected `*/` to close the comment, got the end'],
  [
    /^Unterminated regular expression/,
    'Expected `/` to close the regular expression, got the end of the line',
  ],
];

/** acorn's error as a problem: said plainly, with the wrong text marked. */
export function syntaxProblem(error: ParserError, parser: BoundedParser, kind: TextKind): Problem {
  const { input } = parser;
  const place = placeOf(error, parser);
  const said = error.message.replace(/ \(\d+:\d+\)$/, '');
  if (parser.refused !== undefined) {
    return problem(`${kind}.${parser.refused}`, said, place, 'Split it into several steps.');
  }
  if (/^.import. and .export. may|import\.meta/.test(said)) return importProblem(place);
  const code = `${kind}.syntax`;
  const hint = kind === 'expression' && parser.hidesEnd ? HIDDEN_END_HINT : undefined;
  if (/ eval in strict mode$/.test(said)) return evalProblem(place);
  if (/^'with' in strict mode/.test(said)) return withProblem(place);
  const word = /^The keyword '(\w+)' is reserved/.exec(said)?.[1];
  if (word !== undefined) {
    const message = `Expected a name, got \`${word}\`, which is a word of JavaScript`;
    return problem(code, message, place, hint ?? statementHint(input, error.pos, kind));
  }
  const reworded = REWORDED.find(([acorn]) => acorn.test(said));
  if (reworded !== undefined) return problem(code, reworded[1], place, hint ?? reworded[2]);
  if (said !== 'Unexpected token') return problem(code, shortened(said), place, hint);
  if (error.pos >= input.length) {
    const whole = kind === 'expression' ? 'expression' : 'block';
    return problem(code, `Expected more, got the end of the ${whole}`, place, hint);
  }
  const message = `Unexpected token \`${quote(input, place)}\``;
  return problem(code, message, place, hint ?? tokenHint(parser, error.pos, kind));
}

/** The problem of text after an expression; `at` is where it begins. */
export function trailingText(source: string, at: number, hidesEnd: boolean): Problem {
  const rest = source.slice(at);
  const end =
    at + (/^(?:[\p{ID_Continue}$]+|[^\s\p{ID_Continue}$]{1,2})/u.exec(rest)?.[0] ?? ' ').length;
  const place = { start: at, end };
  const statement = rest.startsWith(';') || /^\s*let\s/.test(source);
  const message = `Expected the end of the expression, got \`${quote(source, place)}\``;
  const hint = hidesEnd ? HIDDEN_END_HINT : statement ? RUN_HINT : undefined;
  return problem('expression.syntax', message, place, hint);
}

/** Where a text, template, comment or regular expression begins that does not end; else `undefined`. */
export function openedAt(error: ParserError, parser: BoundedParser): number | undefined {
  if (!/^Unterminated/.test(error.message)) return undefined;
  // acorn says where the last piece begins, which may be after the end that is sought.
  return /^Unterminated template/.test(error.message)
    ? (parser.openTemplate ?? error.pos)
    : error.pos;
}

function placeOf(error: ParserError, parser: BoundedParser): { start: number; end: number } {
  const { input } = parser;
  const { pos } = error;
  const open = openedAt(error, parser);
  if (open !== undefined) {
    const line = /[\r\n\u2028\u2029]/.exec(input.slice(open));
    return { start: open, end: line === null ? input.length : open + line.index };
  }
  if (pos >= input.length) {
    const end = input.trimEnd().length || input.length;
    return { start: Math.max(0, end - 1), end };
  }
  if (pos === parser.start && parser.end > pos) return { start: pos, end: parser.end };
  const word = /^[\p{ID_Continue}$]+/u.exec(input.slice(pos, pos + QUOTE_CHARACTERS_MAX));
  return { start: pos, end: pos + (word?.[0].length ?? 1) };
}

/** acorn repeats whole patterns and names, which may have 64,000 characters. */
function shortened(said: string): string {
  const plain = said.replace(/^(Invalid regular expression): \/.*\/: (.*)$/s, '$1: $2');
  return plain.replace(/'([^']*)'/, (quoted, name: string) =>
    name.length > QUOTE_CHARACTERS_MAX ? `'${name.slice(0, QUOTE_CHARACTERS_MAX)}…'` : quoted,
  );
}

function quote(input: string, place: { readonly start: number; readonly end: number }): string {
  const text = input.slice(place.start, place.end);
  const line = text.split(/[\r\n\u2028\u2029]/, 1)[0] ?? '';
  const short = line.slice(0, QUOTE_CHARACTERS_MAX);
  return short.length < text.length ? `${short}…` : short;
}

function tokenHint(parser: BoundedParser, pos: number, kind: TextKind): string | undefined {
  const { input, lastTokStart, lastTokEnd, type } = parser;
  if (input.slice(lastTokStart, lastTokEnd) === 'await' && type !== tokTypes.eof) {
    return 'Write `async` before the function that has the `await`.';
  }
  return statementHint(input, pos, kind);
}

function statementHint(input: string, pos: number, kind: TextKind): string | undefined {
  const isStatement = kind === 'expression' && STATEMENTS.test(input.slice(pos, pos + 9));
  return isStatement ? RUN_HINT : undefined;
}
