/** A request's headers, read from the JSON of `[name, value, name, value, …]` on first use. */
export class RequestHeaders {
  readonly #json: string;
  #list: readonly string[] | undefined;

  constructor(json: string) {
    this.#json = json;
  }

  /** The first value of a header, by its lower-case name. */
  first(name: string): string | undefined {
    const list = this.#parsed();
    for (let at = 0; at < list.length; at += 2) {
      if ((list[at] as string).toLowerCase() === name) return list[at + 1];
    }
    return undefined;
  }

  /**
   * Values by lower-case name, repeats joined with `, ` as RFC 9110, section 5.3 allows, cookies with
   * `; ` as RFC 9113, section 8.2.3 asks. Without a prototype, so that a header may be named `__proto__`.
   *
   * @param names lower-case; only these are given
   */
  byName(names?: ReadonlySet<string>): Record<string, string> {
    const values = Object.create(null) as Record<string, string>;
    const list = this.#parsed();
    for (let at = 0; at < list.length; at += 2) {
      const name = (list[at] as string).toLowerCase();
      if (names !== undefined && !names.has(name)) continue;
      const value = list[at + 1] as string;
      const before = values[name];
      if (before === undefined) values[name] = value;
      else values[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
    }
    return values;
  }

  #parsed(): readonly string[] {
    this.#list ??= JSON.parse(this.#json) as string[];
    return this.#list;
  }
}
