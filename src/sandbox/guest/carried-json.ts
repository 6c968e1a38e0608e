import { AnswerTooLong } from './answer.ts';

/**
 * Puts `request.json` into answers on the host, for programs that do nothing else with it
 * (`Program.carriesJson`): QuickJS takes 45 µs to read and write a kilobyte of JSON, V8 4 µs. The guest gets a
 * mark in its place, and the host puts the JSON where the mark stands in what comes back.
 *
 * A mark is a random text that no author can see, so that nothing which a sender sends is taken for one.
 */
export class CarriedJson {
  /** JSON text, for the guest to parse. */
  readonly mark: string;
  #json: string | undefined;

  /** @param random a text that nobody can guess, of letters, digits and hyphens */
  constructor(random: string) {
    this.mark = `"carried:${random}"`;
  }

  /** @param json what stands for the mark in the run that comes next; absent where it carries nothing */
  set(json: string | undefined): void {
    this.#json = json;
  }

  /**
   * The JSON of an answer with what it carries.
   *
   * @throws AnswerTooLong before anything is made of more than `lengthMax` characters
   */
  put(text: string, lengthMax: number): string {
    const json = this.#json;
    if (json === undefined) return text;
    const parts = text.split(this.mark);
    if (parts.length === 1) return text;
    if (text.length + (parts.length - 1) * (json.length - this.mark.length) > lengthMax) {
      throw new AnswerTooLong();
    }
    return parts.join(json);
  }
}
