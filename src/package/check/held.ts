import type { Diagnostic } from '../../core/diagnostic.ts';
import { STEP_LISTS } from '../fill/scalar.ts';
import { occurrencesIn } from '../placeholder.ts';
import type { ReadRecord } from '../read/record.ts';
import { type Placed, scalarsOf } from '../read/scalars.ts';

/** Keys of steps whose values name variables. */
const NAMING: ReadonlySet<unknown> = new Set(['as', 'for']);

type Path = Placed['path'];

/** Where an automation holds placeholders, and what they may bring about in other places. */
export class Held {
  readonly #record: ReadRecord;
  readonly #scalars: readonly Placed[];
  readonly #held: readonly Placed[];

  constructor(record: ReadRecord) {
    this.#record = record;
    this.#scalars = scalarsOf(record.tree);
    this.#held = this.#scalars.filter(({ node }) => occurrencesIn(node.text).length > 0);
  }

  /** Whether one is below an outermost key. */
  isBelow(key: string): boolean {
    return this.#held.some(({ path }) => path[0] === key);
  }

  /** Whether a mistake may come of an answer that is put in somewhere else. */
  mayCause({ code, line, column }: Diagnostic): boolean {
    switch (code) {
      case 'name.unknown':
      case 'name.later':
        // A variable whose name is an answer.
        return this.#held.some(({ path, isKey }) => isKey || NAMING.has(path.at(-1)));
      case 'policy.unused':
        return this.isBelow('steps');
      case 'policy.missing': {
        // A target has several parts, such as a method and a URL.
        const step = stepOf(this.#pathAt(this.#record.report.source.offset({ line, column })));
        return this.isBelow('policy') || this.#held.some(({ path }) => stepOf(path) === step);
      }
      default:
        return false;
    }
  }

  #pathAt(offset: number): Path {
    return this.#scalars.findLast(({ node }) => node.start <= offset)?.path ?? [];
  }
}

/** The way to the innermost step. */
function stepOf(path: Path): string {
  const at = path.findLastIndex(
    (part, index) => typeof part === 'number' && STEP_LISTS.has(path[index - 1]),
  );
  return JSON.stringify(path.slice(0, at + 1));
}
