/** Character offsets into the text of a file: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where something stands. Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A file's text with the beginnings of its lines, so that offsets become lines and columns. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  private readonly lineStarts: readonly number[];

  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
    const starts = [0];
    for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
    this.lineStarts = starts;
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.lineStart(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.lineStart(low) + 1 };
  }

  /** The other way round, of a place that the text has. */
  offset({ line, column }: Position): number {
    return this.lineStart(line - 1) + column - 1;
  }

  line(offset: number): number {
    return this.position(offset).line;
  }

  /** Characters from the span's start to its end or the end of its first line, at least 1. */
  lengthWithinLine({ start, end }: Span): number {
    const lineEnd = this.text.slice(start, end).search(/[\r\n]/);
    return Math.max(1, lineEnd < 0 ? end - start : lineEnd);
  }

  private lineStart(index: number): number {
    return this.lineStarts[index] ?? 0;
  }
}
