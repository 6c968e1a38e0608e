import type { TracedChange, TracedVariable, TraceItem } from '../../core/trace.ts';

/** Things that one trace tells. A `while` of a million is not read to its end; the first thousand turns are. */
const TRACE_ITEMS_MAX = 20_000;

/** Characters of all values of one trace: what a person's browser still shows. */
const TRACE_LENGTH_MAX = 16 * 1024 * 1024;

/**
 * What a traced execution has told so far. It stands on the host: the guest hands over each line at once, and
 * keeps none. As with all that the guest reports, nothing of it is trusted.
 */
export class TraceLog {
  readonly #items: TraceItem[] = [];
  readonly #steps: number;
  #room = TRACE_LENGTH_MAX;
  #asked = 0;
  #isFull = false;

  /** @param steps how many the program has */
  constructor(steps: number) {
    this.#steps = steps;
  }

  get items(): readonly TraceItem[] {
    return this.#items;
  }

  /** Takes a line of the guest; false where there is room for no more. */
  tell(line: string): boolean {
    const item = readItem(line);
    if (item !== undefined && ('step' in item ? this.#isStep(item.step) : true)) {
      this.#add(item, line.length);
    }
    return !this.#isFull;
  }

  asked(step: number): void {
    const number = this.#asked++;
    this.#add({ is: 'effect', step, number }, 0);
  }

  #isStep(step: number): boolean {
    return Number.isInteger(step) && step >= 0 && step < this.#steps;
  }

  #add(item: TraceItem, length: number): void {
    if (this.#isFull) return;
    this.#room -= length;
    this.#isFull = this.#room < 0 || this.#items.length >= TRACE_ITEMS_MAX;
    this.#items.push(this.#isFull ? { is: 'cut', of: 'all' } : item);
  }
}

function readItem(line: string): TraceItem | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const [is, step, given] = parts as [unknown, number, unknown];
  switch (is) {
    case 'step':
      return { is, step, depth: Number(given) };
    case 'skipped':
    case 'log':
    case 'answer':
      return { is, step };
    case 'branch':
      return { is, step, branch: String(given) };
    case 'iteration':
      return { is, step, variables: rows(given).map(readVariable) };
    case 'caught':
      return { is, step, error: given };
    case 'changed':
      return { is, step, changes: rows(given).map(readChange) };
    case 'cut':
      return { is, of: 'variables' };
    default:
      return undefined;
  }
}

function rows(given: unknown): readonly (readonly unknown[])[] {
  return Array.isArray(given) ? given.filter((row): row is unknown[] => Array.isArray(row)) : [];
}

function readVariable([name, value]: readonly unknown[]): TracedVariable {
  return { name: String(name), value };
}

function readChange([name, before, after]: readonly unknown[]): TracedChange {
  return { name: String(name), before, after };
}
