import type { Context } from 'hono';
import { z } from 'zod';
import { HookwrightError } from '../../../core/errors.ts';
import { didYouMean } from '../../../core/suggest.ts';

/** Levels of nesting in a body; deeper values only serve to exhaust the stack of who writes them. */
const JSON_DEPTH_MAX = 64;
/** Characters of a refused value that an error quotes. */
const QUOTE_LENGTH_MAX = 60;

/*
 * In every schema of this folder the error says what was expected: it completes "Expected name to be …".
 */
export const text: z.ZodString = z.string('a text');
export const flag: z.ZodBoolean = z.boolean('true or false');

/** An object with these members and no others; an unknown one is told with those that there are. */
export function object<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return 'an object';
      const [first = ''] = issue.keys;
      const expected = `have only the keys ${known.join(', ')}, got ${quote(first)}.`;
      return [expected, didYouMean(first, known)].filter(Boolean).join(' ');
    },
  });
}

/**
 * The body as the schema has it; an empty body counts as `{}`. Throws `request.malformed` with a line for
 * every mistake.
 *
 * @param confidential keys whose values no error quotes
 */
export async function readBody<S extends z.ZodType>(
  c: Context,
  schema: S,
  confidential: readonly string[] = [],
): Promise<z.output<S>> {
  const value = parseJson(await c.req.text(), confidential.length > 0);
  return read(schema, value, 'the body', confidential);
}

/**
 * The value of a body; an empty one counts as `{}`. Throws `request.malformed`.
 *
 * @param isConfidential whether no error may quote any of it
 */
export function parseJson(body: string, isConfidential = false): unknown {
  let value: unknown;
  try {
    value = body.trim() === '' ? {} : JSON.parse(body);
  } catch (error) {
    // V8's message quotes the text around the fault.
    const reason = isConfidential ? 'it cannot be read' : (error as Error).message;
    throw new HookwrightError('request.malformed', `Expected the body to be JSON: ${reason}.`, {
      ...(isConfidential ? {} : { cause: error }),
    });
  }
  if (depthExceeds(value, JSON_DEPTH_MAX)) {
    throw new HookwrightError(
      'request.malformed',
      `Expected the body to be nested at most ${JSON_DEPTH_MAX} levels deep, got more.`,
    );
  }
  return value;
}

/**
 * The query as the schema has it. Throws likewise.
 *
 * @param lists keys that may be repeated, each a list
 */
export function readQuery<S extends z.ZodType>(
  c: Context,
  schema: S,
  lists: readonly string[] = [],
): z.output<S> {
  const given = lists.flatMap((key) => {
    const values = c.req.queries(key);
    return values === undefined ? [] : [[key, values] as const];
  });
  return read(schema, { ...c.req.query(), ...Object.fromEntries(given) }, 'the query');
}

function read<S extends z.ZodType>(
  schema: S,
  value: unknown,
  whole: string,
  confidential: readonly string[] = [],
): z.output<S> {
  const checked = checkValue(schema, value, whole, confidential);
  if (checked.ok) return checked.value;
  const lines = checked.mistakes.map(({ message }) => message);
  throw new HookwrightError('request.malformed', lines.join('\n'));
}

/** What a schema makes of a value, or a sentence for every mistake with where it is. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly mistakes: readonly {
        readonly path: readonly PropertyKey[];
        readonly message: string;
      }[];
    };

/** @param whole what the value is called; the others are as in `readBody` */
export function checkValue<S extends z.ZodType>(
  schema: S,
  value: unknown,
  whole: string,
  confidential: readonly string[] = [],
): Checked<z.output<S>> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const mistakes = result.error.issues.map((issue) => {
    const isUnknown = issue.code === 'unrecognized_keys';
    return {
      path: isUnknown ? [...issue.path, issue.keys[0] ?? ''] : issue.path,
      message: sentence(issue, value, whole, confidential),
    };
  });
  return { ok: false, mistakes };
}

function sentence(
  issue: z.core.$ZodIssue,
  value: unknown,
  whole: string,
  confidential: readonly string[],
): string {
  const place = issue.path.length === 0 ? whole : pathText(issue.path);
  if (issue.code === 'unrecognized_keys') return `Expected ${place} to ${issue.message}`;
  // The whole body may be the confidential value itself.
  const hides =
    confidential.length > 0 &&
    (issue.path.length === 0 || confidential.includes(`${String(issue.path[0])}`));
  const got = at(value, issue.path);
  const shown = hides && got !== undefined ? 'something else' : quote(got);
  return `Expected ${place} to be ${issue.message}, got ${shown}.`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<PropertyKey, unknown>)[part],
    value,
  );
}

function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > QUOTE_LENGTH_MAX ? `${json.slice(0, QUOTE_LENGTH_MAX)}…` : json;
}

/** Level by level and not recursively, because the depth is what is in doubt. */
function depthExceeds(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    );
  }
  return false;
}
