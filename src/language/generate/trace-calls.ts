import { literal, type Writer } from './writer.ts';

/**
 * Writes the calls by which a program tells what it does (`GuestTrace`), in a tracing build alone: others
 * have not one character more. They stand at the ends of lines that are there, so that what an author reads in
 * the stack of an error is the same in both.
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

  begin(step: number): void {
    this.#call(`begin(${step}, ${this.depth})`);
  }

  end(step: number): void {
    this.#call(`end(${step})`);
  }

  /** What follows `if (…) { … ` where a step's `when` is false. */
  skipped(step: number): void {
    if (!this.#isOn) return;
    this.#out.text(' } else {');
    this.#call(`skipped(${step})`);
  }

  /** The steps of `then`, `when 2`, `finally`, … come next. */
  branch(step: number, name: string): void {
    this.#call(`branch(${step}, ${literal(name)})`);
  }

  /** As an `else` of its own, where the author has none. */
  noBranch(step: number): void {
    if (!this.#isOn) return;
    this.#out.text(' } else {');
    this.branch(step, 'none');
  }

  /** @param names what the loop sets */
  iteration(step: number, names: readonly string[]): void {
    this.#call(`iteration(${step}, { ${names.join(', ')} })`);
  }

  caught(step: number): void {
    this.#call(`caught(${step}, error)`);
  }

  /** What comes before and after the body of a program. */
  around(names: readonly string[]): readonly [before: string, after: string] {
    if (!this.#isOn) return ['', ''];
    const list = names.join(', ');
    const watch = `$.trace.watch(${JSON.stringify(names)}, () => [${list}]);`;
    return [` ${watch} try {`, '} finally { $.trace.done(); } '];
  }

  #call(call: string): void {
    if (this.#isOn) this.#out.text(` $.trace.${call};`);
  }
}
