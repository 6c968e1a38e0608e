/** One line of a file, without its end. */
export interface KataLine {
  readonly text: string;
  /** Offset of its first character in the file. */
  readonly start: number;
  /** Spaces and tabs at its beginning. */
  readonly indent: number;
  readonly isBlank: boolean;
  readonly isComment: boolean;
}

/** The lines of a text. */
export function linesOf(text: string): readonly KataLine[] {
  const lines: KataLine[] = [];
  let start = 0;
  for (const whole of text.split('\n')) {
    const line = whole.replace(/\r/g, '');
    const content = line.trimStart();
    lines.push({
      text: line,
      start,
      indent: line.length - content.length,
      isBlank: content === '',
      isComment: content.startsWith('#'),
    });
    start += whole.length + 1;
  }
  return lines;
}
