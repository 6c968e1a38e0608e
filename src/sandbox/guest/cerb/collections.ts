import { renumbered } from './access.ts';
import {
  collect,
  compare,
  float,
  int,
  isCollection,
  isTrue,
  keyOf,
  number,
  type Pairs,
  pairs,
  text,
} from './values.ts';

type Row = readonly [key: string | number, value: unknown];
type Arrow = (...given: unknown[]) => unknown;

/** Items that `range` makes at most, as Cerb's own lists stay far below. */
const RANGE_MAX = 100_000;

/** The items as a list; one value alone is a list of one, `null` an empty one. */
export function asList(value: unknown): readonly unknown[] {
  if (isCollection(value)) return pairs(value).map(([, item]) => item);
  return value === null || value === undefined ? [] : [value];
}

export function length(value: unknown): number {
  return isCollection(value) ? pairs(value).length : Array.from(text(value)).length;
}

export function keys(value: unknown): unknown {
  return pairs(value).map(([key]) => key);
}

export function values(value: unknown): unknown {
  return pairs(value).map(([, item]) => item);
}

export function first(value: unknown): unknown {
  return isCollection(value) ? (pairs(value)[0]?.[1] ?? null) : (Array.from(text(value))[0] ?? '');
}

export function last(value: unknown): unknown {
  if (!isCollection(value)) return Array.from(text(value)).at(-1) ?? '';
  return pairs(value).at(-1)?.[1] ?? null;
}

export function join(value: unknown, glue: unknown = '', and: unknown = null): string {
  const items = asList(value).map(text);
  const end = items.pop();
  if (end === undefined) return '';
  if (items.length === 0) return end;
  return items.join(text(glue)) + text(and ?? glue) + end;
}

/** Lists one after the other; of maps, the later value wins. */
export function merge(...all: unknown[]): unknown {
  const found = new Map<string | number, unknown>();
  let next = 0;
  for (const one of all) {
    for (const [key, value] of pairs(one)) found.set(typeof key === 'number' ? next++ : key, value);
  }
  return collect([...found]);
}

export function map(value: unknown, arrow: Arrow): unknown {
  return collect(pairs(value).map(([key, item]) => [key, arrow(item, key)] as const));
}

export function filter(value: unknown, arrow: Arrow): unknown {
  return collect(pairs(value).filter(([key, item]) => isTrue(arrow(item, key))));
}

export function reduce(value: unknown, arrow: Arrow, initial: unknown = null): unknown {
  return pairs(value).reduce((carry, [key, item]) => arrow(carry, item, key), initial);
}

/** The items in order. A list is numbered anew, where PHP would keep the old numbers. */
export function sort(value: unknown, arrow?: Arrow): unknown {
  const by = arrow === undefined ? compare : (a: unknown, b: unknown) => int(arrow(a, b));
  return renumbered([...pairs(value)].sort(([, a], [, b]) => by(a, b)));
}

export function sortKeys(value: unknown): unknown {
  return collect([...pairs(value)].sort(([a], [b]) => compare(a, b)));
}

export function reverse(value: unknown): unknown {
  if (!isCollection(value)) return Array.from(text(value)).reverse().join('');
  return renumbered([...pairs(value)].reverse());
}

export function batch(value: unknown, size: unknown, fill: unknown = null): unknown {
  const count = Math.max(1, Math.ceil(number(size)));
  const rows = pairs(value);
  const batches: unknown[] = [];
  for (let at = 0; at < rows.length; at += count) {
    const part: Row[] = rows.slice(at, at + count).map((row) => row);
    while (fill !== null && part.length < count) part.push([at + part.length, fill]);
    batches.push(collect(part));
  }
  return batches;
}

export function column(value: unknown, name: unknown, index: unknown = null): unknown {
  const found: Row[] = [];
  for (const [, row] of pairs(value)) {
    const cells = new Map(pairs(row));
    const key = keyOf(text(name));
    if (!cells.has(key)) continue;
    const label = index === null ? undefined : cells.get(keyOf(text(index)));
    found.push([label === undefined ? found.length : keyOf(text(label)), cells.get(key)]);
  }
  return collect(found);
}

export function combine(names: unknown, given: unknown): unknown {
  const items = asList(given);
  return collect(asList(names).map((name, at) => [keyOf(text(name)), items[at] ?? null] as const));
}

export function countValues(value: unknown): unknown {
  const counts = new Map<string | number, number>();
  for (const item of asList(value)) {
    const key = keyOf(text(item));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return collect([...counts]);
}

export function diff(value: unknown, other: unknown): unknown {
  const known = new Set(asList(other).map(text));
  return collect(pairs(value).filter(([, item]) => !known.has(text(item))));
}

export function intersect(value: unknown, other: unknown): unknown {
  const known = new Set(asList(other).map(text));
  return collect(pairs(value).filter(([, item]) => known.has(text(item))));
}

export function unique(value: unknown): unknown {
  const known = new Set<string>();
  return collect(
    pairs(value).filter(([, item]) => {
      const isNew = !known.has(text(item));
      known.add(text(item));
      return isNew;
    }),
  );
}

export function extractKeys(value: unknown, names: unknown): unknown {
  return collect(
    pairs(value).map(([at, row]) => {
      const cells = new Map(isCollection(row) ? pairs(row) : [[0, row] as Row]);
      const picked = asList(names).map((name) => {
        const key = keyOf(text(name));
        return [key, cells.get(key) ?? null] as const;
      });
      return [at, collect(picked)] as const;
    }),
  );
}

export function fillKeys(names: unknown, value: unknown = null): unknown {
  return collect([...new Map(asList(names).map((name) => [keyOf(text(name)), value]))]);
}

export function sum(value: unknown): number {
  return asList(value).reduce((total: number, item) => {
    return isCollection(item) ? total : total + float(item);
  }, 0);
}

export function max(...given: unknown[]): unknown {
  return extreme(given, 1);
}

export function min(...given: unknown[]): unknown {
  return extreme(given, -1);
}

function extreme(given: readonly unknown[], sign: number): unknown {
  const items = given.length === 1 ? asList(given[0]) : given;
  if (items.length === 0) throw new RangeError('Expected at least one value to compare, got none');
  return items.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
}

/** `first..last`, of numbers or of letters. */
export function range(from: unknown, to: unknown, step: unknown = 1): unknown {
  const letters = [from, to].every((end) => typeof end === 'string' && /^[^\d]/.test(end));
  const [start, end] = letters
    ? [text(from).charCodeAt(0), text(to).charCodeAt(0)]
    : [number(from), number(to)];
  const stride = Math.abs(number(step)) || 1;
  const count = Math.floor(Math.abs(end - start) / stride) + 1;
  if (count > RANGE_MAX) {
    throw new RangeError(`Expected a range of at most ${RANGE_MAX} items, got ${count}`);
  }
  return Array.from({ length: count }, (_, at) => {
    const item = start + at * stride * (end < start ? -1 : 1);
    return letters ? String.fromCharCode(item) : item;
  });
}

export function cycle(value: unknown, position: unknown): unknown {
  const items = asList(value);
  return isCollection(value) ? (items[int(position) % items.length] ?? null) : value;
}

/** A random item, a letter of a text, or a number up to the one given. */
export function random(value: unknown = null, most: unknown = null): unknown {
  const below = (count: number): number => Math.floor(Math.random() * count);
  if (isCollection(value)) return asList(value)[below(length(value))] ?? null;
  if (typeof value === 'string') return Array.from(value)[below(length(value))] ?? '';
  if (value === null) return below(2 ** 31);
  const [low, high] =
    most === null ? [Math.min(0, int(value)), Math.max(0, int(value))] : [int(value), int(most)];
  return low + below(high - low + 1);
}

export function shuffle(value: unknown): unknown {
  if (!isCollection(value)) return false;
  const items = [...asList(value)];
  for (let at = items.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [items[at], items[other]] = [items[other], items[at]];
  }
  return items;
}

/** What `for` goes over: pairs with what Twig calls `loop`. */
export function loop(value: unknown): unknown {
  const rows: Pairs = pairs(value);
  return rows.map(([key, item], index) => ({
    key,
    value: item,
    loop: {
      index: index + 1,
      index0: index,
      revindex: rows.length - index,
      revindex0: rows.length - index - 1,
      first: index === 0,
      last: index === rows.length - 1,
      length: rows.length,
    },
  }));
}

/** What a `for` step goes over: lists and maps; a text, a number or nothing has no turns. */
export function each(value: unknown): unknown {
  return isCollection(value) ? value : [];
}
