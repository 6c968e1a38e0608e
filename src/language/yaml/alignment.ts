/**
 * Finds for each character of a scalar's text its place in the file. Quotes, escapes, indentation and
 * folded lines make the two differ; both are walked side by side, and what only the file has (white
 * space, a backslash, a doubled quote) is skipped. Exact for every character but folded white space.
 *
 * @param source the file's text
 * @param start where the scalar's content begins, after an opening quote or block header
 * @param end where it ends, before a closing quote
 */
export function alignText(
  text: string,
  source: string,
  start: number,
  end: number,
  style: 'plain' | 'single' | 'double' | 'block',
): (index: number) => number {
  // Most scalars stand in the file as they are.
  if (source.startsWith(text, start) && !text.includes('\n')) {
    return (index) => Math.min(start + index, end);
  }
  let offsets: Int32Array | undefined;
  return (index) => {
    offsets ??= align(text, source, start, end, style);
    return offsets[Math.max(0, Math.min(index, text.length))] ?? start;
  };
}

function align(
  text: string,
  source: string,
  start: number,
  end: number,
  style: 'plain' | 'single' | 'double' | 'block',
): Int32Array {
  const offsets = new Int32Array(text.length + 1);
  let at = start;
  for (let index = 0; index < text.length; index += 1) {
    const wanted = text[index] as string;
    if (style === 'double') at = skipContinuations(source, at, end);
    const isEscape = style === 'double' && source[at] === '\\';
    if (!isEscape) at = skipSpace(source, at, end, wanted);
    offsets[index] = at;
    if (at >= end) continue;
    if (isEscape) {
      // The second half of a surrogate pair belongs to the same escape, `\U0001F600`.
      const pair = source[at + 1] === 'U' && (text.codePointAt(index) ?? 0) > 0xffff;
      if (pair) offsets[++index] = at;
      at += escapeLength(source[at + 1]);
    } else if (style === 'single' && wanted === "'") at += 2;
    else at += 1;
  }
  offsets[text.length] = Math.min(at, end);
  return offsets;
}

/** Passes white space that the text does not have at this place: indentation, line ends, folding. */
function skipSpace(source: string, from: number, end: number, wanted: string): number {
  let at = from;
  if (wanted === ' ' || wanted === '\t') return at;
  while (at < end && source[at] !== wanted && isSpace(source[at])) at += 1;
  return at;
}

/** Passes `\` at a line's end, with the next line's indentation. */
function skipContinuations(source: string, from: number, end: number): number {
  let at = from;
  while (at < end && source[at] === '\\' && (source[at + 1] === '\n' || source[at + 1] === '\r')) {
    at += 1;
    while (at < end && isSpace(source[at])) at += 1;
  }
  return at;
}

function escapeLength(kind: string | undefined): number {
  switch (kind) {
    case 'x':
      return 4;
    case 'u':
      return 6;
    case 'U':
      return 10;
    default:
      return 2;
  }
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}
