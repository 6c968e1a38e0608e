/**
 * Patterns over names that are made of segments: `orders/*`, `order.*`, `/v1/**`. A `*` stands for one or
 * more characters within one segment; `**`, as the last segment, for one or more segments. A single `*`
 * never crosses a separator, so what a pattern allows can be read off it.
 */
const REST = '**';

/** Whether a name, split into segments, fits a pattern. */
export function fitsPattern(pattern: readonly string[], segments: readonly string[]): boolean {
  const hasRest = pattern.at(-1) === REST;
  const fixed = hasRest ? pattern.slice(0, -1) : pattern;
  if (hasRest ? segments.length <= fixed.length : segments.length !== fixed.length) return false;
  return fixed.every((part, index) => fitsSegment(part, segments[index] as string));
}

/**
 * Whether some name that begins so fits a pattern: the last segment may go on, and others may follow it.
 */
export function mayFitPattern(pattern: readonly string[], beginning: readonly string[]): boolean {
  const last = beginning.length - 1;
  for (const [index, segment] of beginning.entries()) {
    const part = pattern[index];
    if (part === undefined) return false;
    if (part === REST) return true;
    if (index < last && !fitsSegment(part, segment)) return false;
  }
  return mayFitSegment(pattern[last] ?? '', beginning[last] ?? '');
}

/** What is wrong with the wildcards of a pattern, or `undefined`. */
export function wildcardMistake(pattern: readonly string[]): string | undefined {
  const wrong = pattern.findIndex(
    (part, index) => part.includes(REST) && (part !== REST || index < pattern.length - 1),
  );
  return wrong < 0 ? undefined : 'Expected `**` as the last segment alone, got it elsewhere';
}

/** Finds the texts between the stars from left to right: no backtracking, whatever the pattern is. */
function fitsSegment(part: string, segment: string): boolean {
  const [first = '', ...texts] = part.split('*');
  const end = texts.pop();
  if (end === undefined) return part === segment;
  if (!segment.startsWith(first)) return false;
  let at = first.length;
  for (const text of texts) {
    const found = segment.indexOf(text, at + 1);
    if (found < 0) return false;
    at = found + text.length;
  }
  return segment.endsWith(end) && segment.length - end.length > at;
}

function mayFitSegment(part: string, beginning: string): boolean {
  const star = part.indexOf('*');
  if (star < 0) return part.startsWith(beginning);
  const head = part.slice(0, star);
  return head.startsWith(beginning) || beginning.startsWith(head);
}
