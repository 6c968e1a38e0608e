/** Generated JavaScript, line by line, with the YAML line that each came from. */
export class Writer {
  private readonly texts: string[] = [];
  private readonly places: number[] = [];

  /** Begins a line; `yamlLine` from 1, or 0 where there is none. */
  line(yamlLine: number, text = ''): void {
    this.texts.push(text);
    this.places.push(yamlLine);
  }

  /** Adds to the line under way. The text has no line breaks. */
  text(text: string): void {
    const last = this.texts.length - 1;
    this.texts[last] = (this.texts[last] ?? '') + text;
  }

  /** The YAML line of the line under way. */
  get yamlLine(): number {
    return this.places.at(-1) ?? 0;
  }

  source(): { readonly source: string; readonly lines: readonly number[] } {
    return { source: this.texts.join('\n'), lines: [...this.places] };
  }
}

/** A text as a JavaScript literal. U+2028 and U+2029 end lines for some tools that count them. */
export function literal(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (character) =>
    character === '\u2028' ? '\\u2028' : '\\u2029',
  );
}
