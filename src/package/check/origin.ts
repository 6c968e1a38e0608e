import type { Diagnostic } from '../../core/diagnostic.ts';
import { SourceText, type Span } from '../../language/source.ts';
import type { ScalarNode } from '../../language/yaml/tree.ts';
import type { FilledScalar } from '../fill/scalar.ts';
import type { FilledText } from '../fill/text.ts';
import type { ReadRecord } from '../read/record.ts';
import { scalarsOf } from '../read/scalars.ts';

/** In code an answer is a value, whatever it is: where none can stand, none ever fits. */
const SYNTAX: ReadonlySet<string> = new Set(['expression.syntax', 'script.syntax']);

/** A scalar as it was written, and as it was filled in. */
interface Pair {
  readonly was: ScalarNode;
  readonly is: ScalarNode;
  /** Absent where it has no placeholder. */
  readonly filled: FilledScalar | undefined;
}

/** Tells where in a record's text something stands that was found in the text with its answers. */
export class Origin {
  readonly #source: SourceText;
  readonly #made: SourceText;
  readonly #pairs: readonly Pair[];

  constructor({ tree, report }: Pick<ReadRecord, 'tree' | 'report'>, made: FilledText) {
    this.#source = report.source;
    this.#made = new SourceText(made.text, report.source.file);
    const filled = scalarsOf(made.tree);
    this.#pairs = scalarsOf(tree).flatMap(({ node }, index) => {
      const is = filled[index]?.node;
      return is === undefined ? [] : { was: node, is, filled: made.scalars.get(node) };
    });
  }

  /** `undefined` where it is about an answer, or about a value that is partly made of one. */
  of(diagnostic: Diagnostic): Diagnostic | undefined {
    const { fix: _, file, line, column, length, ...rest } = diagnostic;
    const start = this.#made.offset({ line, column });
    const place = this.#placeOf({ start, end: start + length }, SYNTAX.has(diagnostic.code));
    if (place === undefined) return undefined;
    const marked = this.#source.lengthWithinLine(place);
    return { file, ...this.#source.position(place.start), length: marked, ...rest };
  }

  #placeOf({ start, end }: Span, isSyntax: boolean): Span | undefined {
    const pair = this.#pairs.findLast(({ is }) => is.start <= start);
    const moved = (by: number): Span => ({ start: start + by, end: end + by });
    // Between scalars, and before the first of them, the texts are the same.
    if (pair === undefined) return moved(0);
    const { was, is, filled } = pair;
    if (start >= is.end) return moved(was.end - is.end);
    if (filled === undefined) return moved(was.start - is.start);
    // What is said of the whole is said of the answer in it, too.
    if (start === is.start) return undefined;
    const from = indexOf(is, start);
    const to = Math.max(from + 1, indexOf(is, end));
    let shift = 0;
    for (const piece of filled.pieces) {
      const begin = piece.start + shift;
      if (to <= begin) break;
      if (from < begin + piece.text.length || from === begin) {
        return isSyntax ? spanIn(was, piece.start, piece.end) : undefined;
      }
      shift += piece.text.length - (piece.end - piece.start);
    }
    return spanIn(was, from - shift, to - shift);
  }
}

function spanIn(node: ScalarNode, from: number, to: number): Span {
  return { start: node.offset(from), end: node.offset(to - 1) + 1 };
}

/** The first character of a scalar's text that stands at an offset or behind it. */
function indexOf(node: ScalarNode, place: number): number {
  let [low, high] = [0, node.text.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (node.offset(middle) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
