/*
 * Paths into values: `order.lines[0]["unit price"]`. The guest loads this module too, so it imports nothing.
 */

/** One step of a path: `.name`, `[0]`, `["any text"]`, or a name at the start. */
const STEP = /(?:^|\.)([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]/y;

/** The names along a path, indexes as texts; or the index of the character from which on it is none. */
export function readPath(path: string): readonly string[] | number {
  const names: string[] = [];
  for (let at = 0; at < path.length; ) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    if (match === null) return at;
    names.push(match[1] ?? match[2] ?? unquoted(match[3] as string));
    at = STEP.lastIndex;
  }
  return names;
}

/** What stands at the end of a path, or `undefined`. Own members only: `constructor` and the like are missing. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (at === null || at === undefined || !Object.hasOwn(Object(at), name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}
