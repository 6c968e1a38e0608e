/** Places that are told of two values; more nobody reads for one event. */
const PLACES_MAX = 10;

/** A place inside of two values, and JSON of both there; a side that has nothing there is `(none)`. */
export interface InnerDifference {
  /** `.lines[0].sku`; empty for the whole. */
  readonly path: string;
  readonly was: string;
  readonly is: string;
}

/**
 * Where two values differ inside, for values that are objects or lists, or texts of such JSON, as bodies are.
 *
 * @returns `undefined` where one of them is neither, or only the texts differ
 */
export function jsonDifferences(was: unknown, is: unknown): readonly InnerDifference[] | undefined {
  const [one, other] = [structureOf(was), structureOf(is)];
  if (one === undefined || other === undefined) return undefined;
  const found: InnerDifference[] = [];
  walk(one, other, '', found);
  if (found.length === 0) return undefined;
  if (found.length <= PLACES_MAX) return found;
  const rest = found.length - PLACES_MAX;
  return [...found.slice(0, PLACES_MAX), { path: '', was: `(${rest} more places)`, is: '(…)' }];
}

type Structure = Readonly<Record<string, unknown>>;

function structureOf(value: unknown): Structure | undefined {
  if (typeof value === 'object') return (value ?? undefined) as Structure | undefined;
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value) as Structure;
  } catch {
    return undefined;
  }
}

function walk(was: unknown, is: unknown, path: string, found: InnerDifference[]): void {
  const [wasText, isText] = [textOf(was), textOf(is)];
  if (wasText === isText) return;
  const [one, other] = [structureOf(was), structureOf(is)];
  if (one === undefined || other === undefined || Array.isArray(one) !== Array.isArray(other)) {
    found.push({ path, was: wasText, is: isText });
    return;
  }
  const before = found.length;
  const isList = Array.isArray(one);
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const plain = /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    walk(member(one, key), member(other, key), path + (isList ? `[${key}]` : plain), found);
  }
  // The same members in another order.
  if (found.length === before) found.push({ path, was: wasText, is: isText });
}

function member(of: Structure, key: string): unknown {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '(none)';
}
