import { collect, equal, isCollection, keyOf, pairs, text } from './values.ts';

const { hasOwn } = Object;

/** `value.name` and `value[key]`: `null` where there is none, and for what is neither a list nor a map. */
export function get(value: unknown, key: unknown): unknown {
  if (!isCollection(value)) return null;
  const name = memberName(key);
  return hasOwn(value, name) && (!Array.isArray(value) || name !== 'length')
    ? ((value as Record<string, unknown>)[name] ?? null)
    : null;
}

/** Whether a member is there, though it may be `null`. */
export function has(value: unknown, key: unknown): boolean {
  if (!isCollection(value)) return false;
  const name = memberName(key);
  return hasOwn(value, name) && (!Array.isArray(value) || name !== 'length');
}

/** PHP's keys: `true` is 1, a float is cut, `null` is "". */
function memberName(key: unknown): string {
  if (typeof key === 'boolean') return key ? '1' : '0';
  return typeof key === 'number' ? String(Math.trunc(key)) : text(key);
}

/** `value[start:length]`: of a list or of a text; negative numbers count from the end. */
export function slice(value: unknown, start: unknown, length: unknown, keep = false): unknown {
  if (!isCollection(value))
    return Array.from(text(value))
      .slice(...bounds(value, start, length))
      .join('');
  const part = pairs(value).slice(...bounds(value, start, length));
  if (keep) return collect(part);
  return renumbered(part);
}

function bounds(value: unknown, start: unknown, length: unknown): [number, number | undefined] {
  const size = isCollection(value) ? pairs(value).length : Array.from(text(value)).length;
  const given = Math.trunc(Number(start ?? 0));
  const from = Math.min(size, given < 0 ? Math.max(0, size + given) : given);
  if (length === null || length === undefined) return [from, undefined];
  const count = Math.trunc(Number(length));
  return [from, Math.max(from, count < 0 ? size + count : from + count)];
}

/** Numbers the keys that are numbers anew, as most functions of PHP do. */
export function renumbered(entries: readonly (readonly [string | number, unknown])[]): unknown {
  let next = 0;
  return collect(
    entries.map(([key, value]) => [typeof key === 'number' ? next++ : key, value] as const),
  );
}

/** `needle in haystack`: an item of a list, a part of a text. */
export function contains(haystack: unknown, needle: unknown): boolean {
  if (isCollection(haystack)) return pairs(haystack).some(([, value]) => equal(value, needle));
  if (isCollection(needle) || haystack === null || haystack === undefined) return false;
  return text(haystack).includes(text(needle));
}

/**
 * A copy of a value with another value at a path: PHP copies lists and maps when they are assigned, so what
 * two variables share never changes under one of them. `[]` appends.
 *
 * @param path names with dots between them (`{DOT}` stands for a dot), or a list of names
 */
export function set(value: unknown, path: unknown, changed: unknown): unknown {
  return put(value, pathOf(path), changed);
}

/** `set` with a path that has been taken apart. */
export function put(value: unknown, path: readonly string[], changed: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return changed;
  const entries = [...pairs(value)];
  if (name === '[]') {
    const last = entries.reduce(
      (most, [key]) => (typeof key === 'number' ? Math.max(most, key) : most),
      -1,
    );
    return collect([...entries, [last + 1, put(null, rest, changed)]]);
  }
  const key = keyOf(name);
  const at = entries.findIndex(([known]) => known === key);
  const item = [key, put(at < 0 ? null : entries[at]?.[1], rest, changed)] as const;
  if (at < 0) entries.push(item);
  else entries[at] = item;
  return collect(entries);
}

/** A copy without what stands at a path, or at any of a list of paths. */
export function unset(value: unknown, paths: unknown): unknown {
  const list = isCollection(paths) ? pairs(paths).map(([, path]) => path) : [paths];
  return list.reduce((rest, path) => without(rest, pathOf(path)), value);
}

function without(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined || !isCollection(value)) return value;
  const key = keyOf(name);
  const entries = pairs(value);
  if (!entries.some(([known]) => known === key)) return value;
  if (rest.length === 0) return collect(entries.filter(([known]) => known !== key));
  return collect(
    entries.map(([known, item]) => [known, known === key ? without(item, rest) : item]),
  );
}

function pathOf(path: unknown): readonly string[] {
  if (Array.isArray(path)) return path.map(text);
  return text(path)
    .split('.')
    .map((name) => name.replaceAll('{DOT}', '.'));
}

/** `var.push`: appends to a list; the items of a map are put into the value under their own names. */
export function push(value: unknown, item: unknown): unknown {
  if (isCollection(item) && !Array.isArray(item))
    return { ...Object.fromEntries(pairs(value)), ...item };
  return put(value, ['[]'], item);
}
