import { EXPRESSION_CHARACTERS_MAX, readExpression } from '../expression/parse.ts';
import { isProblem } from '../expression/problem.ts';

/** Broken expressions of one file whose end is searched by parsing; after these, by the next `}}`. */
const BROKEN_MAX = 50;

/** Finds ends of expressions in YAML text that may be broken. One per file: it counts its failures. */
export class ExpressionEnds {
  private broken = 0;

  /** Offset after the `}}` of the `${{` that stands at `open`; -1 where the expression is not closed. */
  after(text: string, open: number): number {
    const start = open + '${{'.length;
    if (this.broken < BROKEN_MAX) {
      const window = text.slice(start, start + EXPRESSION_CHARACTERS_MAX);
      const { result, next } = readExpression(window);
      if (!isProblem(result) && window.startsWith('}}', next)) return start + next + 2;
      this.broken += 1;
    }
    // Not JavaScript, or its end is missing: it ends in its line, or not at all.
    const close = text.indexOf('}}', start);
    if (close < 0 || /[\r\n]/.test(text.slice(start, close))) return -1;
    return close + 2;
  }
}
