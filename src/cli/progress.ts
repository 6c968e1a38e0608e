import type { Output } from './surroundings.ts';

/** Characters of the bar between its brackets. */
const BAR_WIDTH = 24;
/** ECMA-48: to the start of the line, and erase it. */
const CLEAR = '\r\x1b[K';

/** A bar that tells how far a job is, on a terminal; elsewhere nothing. */
export class Progress {
  readonly #output: Output;
  readonly #isShown: boolean;
  readonly #total: number;
  #done = 0;

  /** @param isQuiet for people who asked for something else, such as JSON */
  constructor(output: Output, total: number, isQuiet: boolean) {
    this.#output = output;
    this.#total = total;
    this.#isShown = output.terminal && !isQuiet;
  }

  begin(): void {
    this.#draw();
  }

  /** One more is done. What is printed meanwhile comes in place of the bar, which follows below it. */
  step(print: () => void): void {
    this.#clear();
    print();
    this.#done++;
    this.#draw();
  }

  end(): void {
    this.#clear();
  }

  #draw(): void {
    if (!this.#isShown) return;
    const full = Math.floor((BAR_WIDTH * this.#done) / this.#total);
    const bar = '#'.repeat(full).padEnd(BAR_WIDTH, '.');
    this.#output.write(`[${bar}] ${this.#done} of ${this.#total}`);
  }

  #clear(): void {
    if (this.#isShown) this.#output.write(CLEAR);
  }
}
