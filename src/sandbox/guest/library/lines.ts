/**
 * The lines of a text, without their ends: LF, CRLF or CR. Splitting by a regular expression takes
 * QuickJS three times as long.
 */
export function splitLines(text: string): string[] {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
}

/** Finds line ends in a text from any place on; asked in ascending order, it reads the text once. */
export class LineEnds {
  readonly #text: string;
  #cr = -1;
  #lf = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the line that holds `at` ends, and where the next one begins. */
  after(at: number): [end: number, next: number] {
    if (this.#cr < at) this.#cr = this.#find('\r', at);
    if (this.#lf < at) this.#lf = this.#find('\n', at);
    const end = Math.min(this.#cr, this.#lf);
    if (end === this.#text.length) return [end, end];
    return [end, this.#lf === this.#cr + 1 ? end + 2 : end + 1];
  }

  #find(mark: string, from: number): number {
    const at = this.#text.indexOf(mark, from);
    return at === -1 ? this.#text.length : at;
  }
}
