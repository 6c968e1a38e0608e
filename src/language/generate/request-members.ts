import type { MemberUse } from '../expression/analyse.ts';
import type { Unit } from './unit.ts';
import type { Locate } from './uses.ts';

/** What is wrong with a member of a member of `request`, and what to write instead. */
type Judge = (name: string, rest: readonly string[]) => readonly [string, string] | undefined;

const OF_OBJECTS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
const OF_TEXTS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(String.prototype));
const OF_FUNCTIONS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Function.prototype));

/** Members of which it is known what they have. */
const JUDGES: Readonly<Record<string, Judge>> = {
  headers: (name) =>
    /[A-Z]/.test(name)
      ? [
          `Expected a header’s name in lower case, got \`${name}\``,
          `Write \`request.headers[${quoted(name.toLowerCase())}]\`, or \`request.header(${quoted(name)})\`, which takes any case.`,
        ]
      : undefined,
  header: (name) =>
    OF_FUNCTIONS.has(name)
      ? undefined
      : [
          `Expected a call of \`request.header\`, got its member \`${name}\``,
          `Write \`request.header(${quoted(name)})\`.`,
        ],
  body: (name, rest) =>
    OF_TEXTS.has(name) || /^\d+$/.test(name)
      ? undefined
      : [
          `Expected a member of a text, got \`${name}\``,
          `\`request.body\` is the body as it came. Write \`request.json.${[name, ...rest].join('.')}\`, or \`request.form\` for a form.`,
        ],
};

/**
 * Warns of members that are `undefined` in every request, whatever comes in: people expect the body to be
 * parsed and names of headers to be in the sender’s case, as they are elsewhere.
 */
export function warnOfMissing({ path, segments }: MemberUse, locate: Locate, unit: Unit): void {
  const [member = '', name, ...rest] = path;
  const place = segments[1];
  if (name === undefined || place === undefined || OF_OBJECTS.has(name)) return;
  const [message, hint] = (Object.hasOwn(JUDGES, member) && JUDGES[member]?.(name, rest)) || [];
  if (message !== undefined)
    unit.report.warning('member.unknown', locate(place), message, { hint });
}

function quoted(name: string): string {
  return `'${name}'`;
}
