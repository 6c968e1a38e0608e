/**
 * Lets changes of what is in memory and in the store have their turn one after another: each begins with what
 * the one before has left. Two that began at once would be written one over the other.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does a job when it is its turn. A job must not wait for another turn of its own. */
  take<T>(job: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(job);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
