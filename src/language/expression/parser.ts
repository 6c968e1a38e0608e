import { type Expression, type Options, Parser, type Program, type TokenType } from 'acorn';

/**
 * Levels of recursion of the parser, over everything that nests: about 100 brackets inside each other,
 * or 300 operators in one chain. Unbounded, 690 brackets overflowed a stack of 984 kB (Node 20), and a
 * V8 that compiles a regular expression on a nearly exhausted stack aborts the process, so catching the
 * overflow is no way out. At this depth the worst of 36 shapes, nested functions, parsed and walked by the
 * interpreter, took under 500 kB; the others under 350.
 */
const DEPTH_MAX = 300;
/**
 * Names that one text may declare. acorn looks every new name up in lists, in each scope around it for
 * `var`: 50,000 of them in nested blocks would take minutes.
 */
const DECLARATIONS_MAX = 2000;
const OPTIONS: Options = {
  // What QuickJS (bellard, 2025) reads at least; later syntax is refused here rather than at run time.
  ecmaVersion: 2023,
  sourceType: 'script',
  // As the guest reads it: what only sloppy code may say would pass here, and fail every run.
  strict: true,
  allowHashBang: false,
  allowReturnOutsideFunction: true,
  // Otherwise `await x` reads as the name `await` and a stray `x`.
  allowAwaitOutsideFunction: true,
};

/** The parts of acorn's parser that its types leave out; stable since acorn 4, whose plugins use them. */
interface Internals {
  readonly input: string;
  readonly pos: number;
  /** The token under way, which is the first one after what has been parsed. */
  readonly type: TokenType;
  readonly start: number;
  readonly end: number;
  readonly lastTokStart: number;
  readonly lastTokEnd: number;
  nextToken(): void;
  parse(): Program;
  parseExpression(): Expression;
  parseTemplate(...rest: unknown[]): unknown;
  skipLineComment(mark: number): void;
  declareName(...rest: unknown[]): void;
  raise(pos: number, message: string): never;
}

const Base = Parser as unknown as new (options: Options, input: string) => Internals;

/** acorn's SyntaxError: where the mistake is, and how far the parser had read when it saw it. */
export interface ParserError extends SyntaxError {
  readonly pos: number;
  readonly raisedAt: number;
}

export function isParserError(error: unknown): error is ParserError {
  return error instanceof SyntaxError && 'pos' in error && 'raisedAt' in error;
}

/** acorn, bounded in depth and in declared names, so that hostile text costs neither stack nor time. */
export class BoundedParser extends Base {
  /** Why it refused a text that may be JavaScript: the last part of the problem's code. */
  refused: 'too_deep' | 'too_many_names' | undefined;
  /** Whether a `//` comment has a `}}` in it, which the author may have meant as the end. */
  hidesEnd = false;
  /** Where the outermost template that has not ended yet begins. */
  openTemplate: number | undefined;
  private depth = 0;
  private declarations = 0;

  constructor(input: string) {
    super(OPTIONS, input);
  }

  enter(): void {
    this.depth += 1;
    if (this.depth <= DEPTH_MAX) return;
    this.refused = 'too_deep';
    this.raise(this.start, 'Expected less nesting, got more than the parser takes');
  }

  leave(): void {
    this.depth -= 1;
  }

  override parseTemplate(...rest: unknown[]): unknown {
    const outer = this.openTemplate;
    this.openTemplate ??= this.start;
    const node = super.parseTemplate(...rest);
    this.openTemplate = outer;
    return node;
  }

  override declareName(...rest: unknown[]): void {
    this.declarations += 1;
    if (this.declarations > DECLARATIONS_MAX) {
      this.refused = 'too_many_names';
      this.raise(this.start, `Expected at most ${DECLARATIONS_MAX} declared names, got more`);
    }
    super.declareName(...rest);
  }

  /** `mark` is the length of what opens the comment: 2 for `//`, 3 for `-->`, 4 for `<!--`. */
  override skipLineComment(mark: number): void {
    const start = this.pos;
    // HTML's comments are JavaScript's only at certain places of a script; compiled, the text stands elsewhere.
    if (mark !== 2) {
      const written = this.input.slice(start, start + mark);
      this.raise(start, `Expected a comment that begins with \`//\`, got \`${written}\``);
    }
    super.skipLineComment(mark);
    this.hidesEnd ||= this.input.slice(start, this.pos).includes('}}');
  }
}

/** Every cycle of acorn's recursion goes through one of these; `(((…` takes three levels each. */
const RECURSIVE = [
  'parseStatement',
  'parseMaybeAssign',
  'parseMaybeUnary',
  'parseExprOp',
  'parseExprAtom',
  'parseBindingAtom',
  'regexp_disjunction',
];

type Rule = (this: BoundedParser, ...rest: unknown[]) => unknown;

for (const name of RECURSIVE) {
  const rules = BoundedParser.prototype as unknown as Record<string, Rule>;
  const rule = rules[name];
  // Left unbounded, a rule that a new acorn has renamed would put the process at risk without a sign.
  if (rule === undefined) throw new Error(`Expected acorn to have the rule ${name}, got none`);
  rules[name] = function (...rest) {
    this.enter();
    const node = rule.apply(this, rest);
    this.leave();
    return node;
  };
}
