import type { Answer } from '../core/run.ts';

/** The answer that a caller waits for: the first one given counts. */
export class PendingAnswer {
  readonly answer: Promise<Answer>;
  #resolve: (answer: Answer) => void = () => {};
  #awaited = true;

  constructor() {
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** False from the moment at which an answer is given: what goes on is in the background. */
  get awaited(): boolean {
    return this.#awaited;
  }

  give(answer: Answer): void {
    this.#awaited = false;
    this.#resolve(answer);
  }
}
