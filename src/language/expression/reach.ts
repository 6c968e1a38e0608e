import type { Reach } from '../../core/program.ts';
import { REQUEST_MEMBERS } from '../../core/request-shape.ts';
import type { Analysis, MemberUse } from './analyse.ts';

/*
 * The projection that a reach describes (`core/project.ts`) must never be observable to the script. So a
 * member counts as read alone only where its name stands in the text and JavaScript can do nothing else
 * with the value that holds it. A reach speaks about plain JSON objects; where the value at a path turns
 * out to be anything else (a list, a text, bytes, null), the host sends that value whole. One thing escapes
 * this: a script that defines a getter on Object.prototype and reads the objects of its request with it.
 */

/** Members along one path: what is deeper is read whole, so that a reach stays small and flat. */
const PATH_LENGTH_MAX = 32;

/**
 * Names that an object answers to without having them: the whole object decides what they give. The list
 * is fixed, because a reach must not depend on the engine that computes it.
 */
const INHERITED = new Set([
  '__proto__',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
  'constructor',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'toString',
  'valueOf',
]);

/** Members of `request` that are JSON objects or may be; the others are whole or not at all. */
const REQUEST_OBJECTS: ReadonlySet<string> = new Set(
  REQUEST_MEMBERS.filter(({ type }) => type === 'object' || type === 'any').map(({ name }) => name),
);

/** What is read of a value: everything, or members by name. Grows while uses are merged. */
type Growing = true | Map<string, Growing>;

/** One thing read: the value at `path`, whole, or only whether and what kind of value is there. */
interface Read {
  readonly path: readonly string[];
  readonly whole: boolean;
}

/**
 * Merges what all analyses use of one root into a `Reach`; `undefined` where none uses it.
 * `request.json.issue.title` and `request.header('X-Id')` give
 * `{ json: { issue: { title: true } }, headers: { 'x-id': true } }`.
 *
 * Read whole is: a root that stands alone (passed on, spread, destructured, indexed by a value), the
 * object of a called method, for it gets it as `this`; the object of a member that is assigned or deleted;
 * a list of which one element is named; an object asked for a name that it inherits. A value of which only
 * the truth, the type or the being there is looked at is read as `{}`: itself, and nothing below.
 */
export function reachOf(root: string, analyses: readonly Analysis[]): Reach | undefined {
  let reach: Growing | undefined;
  for (const { names, members } of analyses) {
    const byStart = new Map(members.map((member) => [member.start, member]));
    for (const { name, start } of names) {
      if (name !== root) continue;
      const member = byStart.get(start);
      const read = member === undefined ? { path: [], whole: true } : readOf(member);
      reach = merge(reach ?? new Map(), read, 0);
    }
  }
  return reach === undefined ? undefined : frozen(reach);
}

function readOf(member: MemberUse): Read {
  const { root, path, called, written, tested } = member;
  if (root === 'request' && path[0] === 'header') return headerRead(member);
  const holder = called !== undefined || written === true;
  const reached = holder ? path.slice(0, -1) : path;
  const end = reached.findIndex(
    (name, at) =>
      at >= PATH_LENGTH_MAX ||
      INHERITED.has(name) ||
      /^\d+$/.test(name) ||
      (root === 'request' && at === 1 && !REQUEST_OBJECTS.has(reached[0] ?? '')),
  );
  if (end >= 0) return { path: reached.slice(0, end), whole: true };
  const scalar =
    root === 'request' && reached.length === 1 && !REQUEST_OBJECTS.has(reached[0] ?? '');
  return { path: reached, whole: holder || scalar || tested !== true };
}

/** `request.header('X-Id')` reads one header by its lower-case name; any other use may read all. */
function headerRead({ path, called }: MemberUse): Read {
  const name = path.length === 1 ? called?.argument?.toLowerCase() : undefined;
  return name === undefined || INHERITED.has(name)
    ? { path: ['headers'], whole: true }
    : { path: ['headers', name], whole: true };
}

function merge(reach: Growing, { path, whole }: Read, at: number): Growing {
  if (reach === true) return true;
  const name = path[at];
  if (name === undefined) return whole ? true : reach;
  reach.set(name, merge(reach.get(name) ?? new Map(), { path, whole }, at + 1));
  return reach;
}

function frozen(reach: Growing): Reach {
  if (reach === true) return true;
  return Object.fromEntries([...reach].map(([name, below]) => [name, frozen(below)]));
}
