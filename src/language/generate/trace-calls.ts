import { literal, type Writer } from './writer.ts';

/**
 * Writes the calls by which a program tells what it does (`GuestTrace`), in a tracing build alone: others
 * have not one character more.
 */
export class TraceCalls {
  readonly #out: Writer;
  readonly #isOn: boolean;
  /** Steps around the one that is being written. */
  depth = 0;

  constructor(out: Writer, isOn: boolean) {
    this.#out = out;
    this.#isOn = isOn;
  }

  begin(line: number, step: number): void {
    this.#call(line, `begin(${step}, ${this.depth})`);
  }

  end(line: number, step: number): void {
    this.#call(line, `end(${step})`);
  }

  /** What follows `if (…) { … ` where a step's `when` is false. */
  skipped(line: number, step: number): void {
    if (!this.#isOn) return;
    this.#out.line(line, '} else {');
    this.#call(line, `skipped(${step})`);
  }

  /** The steps of `then`, `when 2`, `finally`, … come next. */
  branch(line: number, step: number, name: string): void {
    this.#call(line, `branch(${step}, ${literal(name)})`);
  }

  /** As an `else` of its own, where the author has none. */
  noBranch(line: number, step: number): void {
    if (!this.#isOn) return;
    this.#out.line(line, '} else {');
    this.branch(line, step, 'none');
  }

  /** @param names what the loop sets */
  iteration(line: number, step: number, names: readonly string[]): void {
    this.#call(line, `iteration(${step}, { ${names.join(', ')} })`);
  }

  caught(line: number, step: number): void {
    this.#call(line, `caught(${step}, error)`);
  }

  /** Lines that come before and after the body of a program. */
  around(names: readonly string[]): readonly [before: readonly string[], after: readonly string[]] {
    if (!this.#isOn) return [[], []];
    const list = names.join(', ');
    const watch = `$.trace.watch(${JSON.stringify(names)}, () => [${list}]);`;
    return [[watch, 'try {'], ['} finally { $.trace.done(); }']];
  }

  #call(line: number, call: string): void {
    if (this.#isOn) this.#out.line(line, `$.trace.${call};`);
  }
}
