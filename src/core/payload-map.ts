import { didYouMean } from './suggest.ts';
import { readPath, valueAt } from './value-path.ts';

/** One value of `event.data`: where it comes from. */
export interface MapEntry {
  /** A path such as `json.order.lines[0].sku`, `headers.x-topic` or `query.page`. */
  readonly from: string;
  /** Without it the request is answered 422 and not stored. */
  readonly required?: boolean;
  /** What stands for it where it is missing; any JSON value. */
  readonly default?: unknown;
}

/** Sources by the name that they get in `event.data`. */
export type PayloadMap = Readonly<Record<string, MapEntry>>;

/** What a path may begin with: the names under which expressions know the same things. */
export type SourceRoot =
  | ('json' | 'form' | 'query' | 'params' | 'headers' | 'body' | 'method' | 'path' | 'client')
  | ('webhook' | 'event');

const SOURCE_ROOTS: readonly SourceRoot[] = [
  ...(['json', 'form', 'query', 'params', 'headers', 'body', 'method', 'path', 'client'] as const),
  ...(['webhook', 'event'] as const),
];

/** Each root that has members alone, so that a path to the whole of it or past it is seen as a slip. */
const SCALARS: ReadonlySet<SourceRoot> = new Set<SourceRoot>(['body', 'method', 'path']);

/** Values of one webhook: more than any form that people fill in. */
const ENTRIES_MAX = 100;
/** Characters of a path. */
const PATH_LENGTH_MAX = 1000;
/** As variables are called in automations, so that `event.data.name` reads well. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

/** A map whose paths are read. */
export type PreparedMap = readonly PreparedEntry[];

interface PreparedEntry extends MapEntry {
  readonly name: string;
  readonly root: SourceRoot;
  readonly path: readonly string[];
}

/** What is wrong with a map, in sentences. */
export function mapProblems(map: PayloadMap): string[] {
  const entries = Object.entries(map);
  if (entries.length > ENTRIES_MAX) {
    return [`Expected a map of at most ${ENTRIES_MAX} names, got ${entries.length}.`];
  }
  return entries.flatMap(([name, entry]) => [...nameProblem(name), ...entryProblem(name, entry)]);
}

function nameProblem(name: string): string[] {
  if (NAME.test(name)) return [];
  return [
    `Expected names of letters, digits and _ in the map, not beginning with a digit, got ${JSON.stringify(name.slice(0, 80))}.`,
  ];
}

function entryProblem(name: string, { from, required, default: fallback }: MapEntry): string[] {
  const read = readSource(from);
  if (typeof read === 'string') return [`map.${name}: ${read}`];
  if (required !== true || fallback === undefined) return [];
  return [`map.${name}: Expected one of required and default, got both.`];
}

/** A source path in parts, or what is wrong with it. */
function readSource(
  from: string,
): { readonly root: SourceRoot; readonly path: readonly string[] } | string {
  const quoted = JSON.stringify(from.length > 80 ? `${from.slice(0, 80)}…` : from);
  if (from.length > PATH_LENGTH_MAX) {
    return `Expected a path of at most ${PATH_LENGTH_MAX} characters, got ${quoted}.`;
  }
  const names = readPath(from);
  if (typeof names === 'number') {
    return `Expected a path such as json.order.lines[0].sku, got ${quoted}, which cannot be read from character ${names + 1} on.`;
  }
  const [root = '', ...path] = names;
  if (!isRoot(root)) {
    const hint =
      didYouMean(root, SOURCE_ROOTS) ?? `A field of a JSON body is json.${root || 'name'}.`;
    return `Expected a path that begins with one of ${SOURCE_ROOTS.join(', ')}, got ${quoted}. ${hint}`;
  }
  if (SCALARS.has(root) && path.length > 0) {
    return `Expected nothing after ${root}, which is a text, got ${quoted}.`;
  }
  return { root, path: root === 'headers' ? lowerFirst(path) : path };
}

function isRoot(name: string): name is SourceRoot {
  return (SOURCE_ROOTS as readonly string[]).includes(name);
}

function lowerFirst([name, ...rest]: readonly string[]): readonly string[] {
  return name === undefined ? [] : [name.toLowerCase(), ...rest];
}

/** Reads the paths once. A map with problems gives what can be read of it. */
export function prepareMap(map: PayloadMap): PreparedMap {
  return Object.entries(map).flatMap(([name, entry]) => {
    const source = readSource(entry.from);
    return typeof source === 'string' ? [] : [{ name, ...entry, ...source }];
  });
}

/** Gives the values that paths begin with; `error` says why one cannot be had. */
export interface MapSource {
  root(name: SourceRoot): { readonly value: unknown } | { readonly error: string };
}

/** The mapped data, or a sentence on the first required value that is missing. */
export type Mapped =
  | { readonly data: Readonly<Record<string, unknown>> }
  | { readonly missing: string };

/** Takes the map's values out of a request. Pure: the same request gives the same data. */
export function applyMap(map: PreparedMap, source: MapSource): Mapped {
  const data = Object.create(null) as Record<string, unknown>;
  for (const { name, from, root, path, required, default: fallback } of map) {
    const found = source.root(root);
    const value = 'error' in found ? undefined : valueAt(found.value, path);
    if (value !== undefined) data[name] = value;
    else if (required === true) {
      const reason = 'error' in found ? found.error : `Expected a value at ${from}, got none`;
      return { missing: `${reason}.` };
    } else if (fallback !== undefined) data[name] = fallback;
  }
  return { data };
}
