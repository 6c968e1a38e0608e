import { type Expression, type Program, tokTypes } from 'acorn';
import { BoundedParser, isParserError } from './parser.ts';
import { isProblem, type Problem, problem } from './problem.ts';
import { openedAt, syntaxProblem, trailingText } from './syntax-problem.ts';

/** Characters of one expression: what is longer is a program, and belongs into a `run` block. */
export const EXPRESSION_CHARACTERS_MAX: number = 64 * 1024;
/** Characters of one `run` block: four times what people keep in one file. */
const BLOCK_CHARACTERS_MAX = 256 * 1024;

/** How reading one expression from the beginning of a text went. */
export interface Reading {
  readonly result: Expression | Problem;
  /** Offset of the first token after the expression, or from which on the text was not understood. */
  readonly next: number;
  /** Whether a `//` comment on the way has a `}}` in it. */
  readonly hidesEnd: boolean;
}

/** Reads the expression at the beginning of `text` and leaves alone what comes after it. */
export function readExpression(text: string): Reading {
  const parser = new BoundedParser(text);
  try {
    parser.nextToken();
    if (parser.type === tokTypes.eof) {
      const place = { start: 0, end: text.length };
      const empty = problem('expression.empty', 'Expected an expression, got none', place);
      return { result: empty, next: text.length, hidesEnd: parser.hidesEnd };
    }
    const result = parser.parseExpression();
    return { result, next: parser.start, hidesEnd: parser.hidesEnd };
  } catch (error) {
    if (!isParserError(error)) throw error;
    // What is left open may have read over the end; any other mistake is in the last token read.
    const next = openedAt(error, parser) ?? Math.max(error.pos, error.raisedAt - 1);
    return {
      result: syntaxProblem(error, parser, 'expression'),
      next,
      hidesEnd: parser.hidesEnd,
    };
  }
}

/** One expression and nothing besides. Never throws for anything that the text does. */
export function parseExpression(source: string): Expression | Problem {
  const refused = refusal(source, EXPRESSION_CHARACTERS_MAX, 'expression');
  if (refused !== undefined) return refused;
  const { result, next, hidesEnd } = readExpression(source);
  if (isProblem(result) || next >= source.length) return result;
  return trailingText(source, next, hidesEnd);
}

/** The body of an async function. Never throws for anything that the text does. */
export function parseBlock(source: string): Program | Problem {
  const refused = refusal(source, BLOCK_CHARACTERS_MAX, 'script');
  if (refused !== undefined) return refused;
  const parser = new BoundedParser(source);
  try {
    return parser.parse();
  } catch (error) {
    if (!isParserError(error)) throw error;
    return syntaxProblem(error, parser, 'script');
  }
}

function refusal(source: string, charactersMax: number, kind: string): Problem | undefined {
  if (source.length > charactersMax) {
    const message = `Expected at most ${charactersMax} characters, got ${source.length}`;
    return problem(
      `${kind}.too_long`,
      message,
      { start: 0, end: 1 },
      'Move data into `inputs`, or split the work into several steps.',
    );
  }
  const nul = source.indexOf('\0');
  if (nul < 0) return undefined;
  // The guest takes source text as a C string, which ends here: it would run less than was checked.
  return problem(
    `${kind}.syntax`,
    'Expected text without NUL characters, got one',
    { start: nul, end: nul + 1 },
    'Write it as `\\u0000` in a JavaScript string.',
  );
}
