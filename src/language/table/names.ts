import { CERB_LIBRARY } from '../../core/cerb-library.ts';
import type { EffectKind } from '../../core/effect.ts';
import { LANGUAGE_GLOBALS, LIBRARY, LIBRARY_NAMES } from '../../core/library.ts';
import {
  EVENT_MEMBERS,
  REQUEST_MEMBERS,
  SCHEDULE_EVENT_MEMBERS,
  TOPIC_EVENT_MEMBERS,
  WEBHOOK_MEMBERS,
} from '../../core/request-shape.ts';

/** What the host hands to every program, with the members that each has. */
export const ROOTS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['request', namesOf(REQUEST_MEMBERS)],
  ['webhook', namesOf(WEBHOOK_MEMBERS)],
  ['event', namesOf(EVENT_MEMBERS)],
]);

/** The members of `event` with `trigger: topic`. */
export const TOPIC_EVENT: ReadonlySet<string> = namesOf([...EVENT_MEMBERS, ...TOPIC_EVENT_MEMBERS]);

/** The members of `event` with `trigger: schedule`. */
export const SCHEDULE_EVENT: ReadonlySet<string> = namesOf([
  ...EVENT_MEMBERS,
  ...SCHEDULE_EVENT_MEMBERS,
]);

/** The library's namespaces with their members: `Text` has `slug`. */
export const NAMESPACES: ReadonlyMap<string, ReadonlySet<string>> = namespaces();

/** Every global name that expressions have, JavaScript's own among them. */
export const GLOBALS: ReadonlySet<string> = new Set([...LANGUAGE_GLOBALS, ...LIBRARY_NAMES]);

/** The variable that holds what was thrown, inside `catch`. */
export const ERROR_NAME = 'error';

/**
 * Functions that `run` blocks have besides the library, with their members. Variables may be called so,
 * and hide them.
 */
export const EFFECTS: ReadonlyMap<EffectKind, ReadonlySet<string>> = new Map([
  ['http', new Set()],
  ['state', new Set(['get', 'set', 'delete', 'increment'])],
  ['wait', new Set()],
  ['call', new Set()],
  ['emit', new Set()],
  ['hook', new Set()],
]);

/** Tells the name of an effect from other names. */
export function isEffect(name: string): name is EffectKind {
  return (EFFECTS as ReadonlyMap<string, unknown>).has(name);
}

/** What to write in the place of names that JavaScript has elsewhere. */
export const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['console', 'A `log` step writes to the log of the run.'],
  ['fetch', 'Write `http`: a step, or `await http(…)` in a `run` block.'],
  ['setTimeout', 'Write `wait`: a step, or `await wait(…)` in a `run` block.'],
  ['require', 'There are no modules: the library has what a script needs.'],
  ['process', 'What differs from place to place comes in as `inputs`, keys as `secrets`.'],
  ['Buffer', 'Write `Base64`, `Hex`, `TextEncoder` or `Uint8Array`.'],
  ['atob', 'Write `Base64.decode(…)`.'],
  ['btoa', 'Write `Base64.encode(…)`.'],
  ['crypto', 'Write `uuid()`, `Random`, `Hash` or `Hmac`.'],
  ['Intl', 'Write `Dates.format(…)` for dates.'],
]);

/** Words that JavaScript, strict or sloppy, script or module, keeps for itself (ECMA-262, 12.7.2). */
const RESERVED_WORDS: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export
  extends false finally for function if implements import in instanceof interface let new null package
  private protected public return static super switch this throw true try typeof var void while with
  yield`.split(/\s+/),
);

/** Why a variable may not be called so, or `undefined` where it may. */
export function reservedAs(name: string): string | undefined {
  if (ROOTS.has(name) || name === 'inputs' || name === 'secrets') return 'part of the language';
  if (name === ERROR_NAME) return 'what `catch` puts the error into';
  if (GLOBALS.has(name)) return 'part of the library';
  if (RESERVED_WORDS.has(name)) return 'a word of JavaScript';
  return undefined;
}

/** What variables, inputs and loops may be called. `$` is left to the compiled program. */
export const VARIABLE_PATTERN = '^[A-Za-z_][A-Za-z0-9_]*$';

function namesOf(members: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(members.map(({ name }) => name));
}

function namespaces(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name } of [...LIBRARY, ...CERB_LIBRARY]) {
    const [namespace = name, member] = name.split('.', 2);
    if (member === undefined) continue;
    const members = found.get(namespace) ?? new Set();
    found.set(namespace, members.add(member));
  }
  return found;
}
