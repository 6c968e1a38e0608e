import type { Context } from 'hono';
import { z } from 'zod';
import { HookwrightError } from '../../core/errors.ts';
import { parseDuration } from '../../core/quantity.ts';
import type { RunStatus } from '../../core/run.ts';
import { didYouMean } from '../../core/suggest.ts';
import type { WebhookDraft } from '../../engine/registry.ts';
import type { SecretDraft } from '../../engine/secrets.ts';

/** Levels of nesting in a body; deeper values only serve to exhaust the stack of who writes them. */
const JSON_DEPTH_MAX = 64;
/** Characters of a refused value that an error quotes. */
const QUOTE_LENGTH_MAX = 60;

const EVENT_ID = /^evt_[0-9A-HJKMNP-TV-Z]{26}$/;
const RUN_ID = /^run_[0-9A-HJKMNP-TV-Z]{26}$/;
const EVENTS_PER_PAGE = 50;
/** Each event's runs are read with it, so a page is that many questions to the store. */
const EVENTS_PER_PAGE_MAX = 200;

// In every schema here the error says what was expected: it completes "Expected name to be …".
const text = z.string('a text');
const flag = z.boolean('true or false');

const binding = z.strictObject(
  {
    automation: text,
    when: text.optional(),
    disabled: flag.optional(),
    also: flag.optional(),
    inputs: z.record(z.string(), z.unknown(), 'an object').optional(),
  },
  'an object',
);

const draftShape = {
  name: text.optional(),
  description: text.optional(),
  respond: z.enum(['run', 'ack'], '"run" or "ack"').optional(),
  bindings: z.array(binding, 'a list').optional(),
};

const webhookDraft = z.strictObject(draftShape, 'an object');
const webhookChange = z.strictObject({ ...draftShape, paused: flag.optional() }, 'an object');

const secretDraft = z.strictObject(
  {
    value: text,
    hosts: z.array(text, 'a list').optional(),
    keep_previous: z
      .string('a duration such as "24h"')
      .transform((given, context) => {
        const ms = parseDuration(given);
        if (ms !== undefined) return ms;
        context.addIssue('a duration such as "24h"');
        return z.NEVER;
      })
      .optional(),
  },
  'an object',
);

const limitText = `a whole number from 1 to ${EVENTS_PER_PAGE_MAX}`;
const eventId = z.string().regex(EVENT_ID, 'the id of an event, such as evt_01K…');

export const pageLimit: z.ZodType<number, string | undefined> = z
  .string()
  .regex(/^\d{1,9}$/, limitText)
  .transform(Number)
  .refine((number) => number >= 1 && number <= EVENTS_PER_PAGE_MAX, limitText)
  .default(EVENTS_PER_PAGE);

const eventsQuery = z.strictObject({
  webhook: z.string().optional(),
  before: eventId.optional(),
  after: eventId.optional(),
  limit: pageLimit,
});

const RUN_STATUSES = [
  ...(['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const),
] satisfies readonly RunStatus[];

const runsQuery = z.strictObject({
  webhook: z.string().optional(),
  automation: z.string().optional(),
  status: z.enum(RUN_STATUSES, `one of ${RUN_STATUSES.join(', ')}`).optional(),
  event: eventId.optional(),
  before: z.string().regex(RUN_ID, 'the id of a run, such as run_01K…').optional(),
  limit: pageLimit,
});

const streamQuery = z.strictObject({ webhook: z.string().optional() });

/** What `GET /events` is asked for. */
export interface EventsQuery {
  readonly webhook?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** What `GET /runs` is asked for. */
export interface RunsQuery {
  readonly webhook?: string | undefined;
  readonly automation?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly event?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Each of these throws `request.malformed` with a line for every mistake. */
export async function readWebhookDraft(c: Context): Promise<WebhookDraft> {
  return (await readBody(c, webhookDraft)) as WebhookDraft;
}

export async function readWebhookChange(c: Context): Promise<WebhookDraft & { paused?: boolean }> {
  return (await readBody(c, webhookChange)) as WebhookDraft & { paused?: boolean };
}

export async function readSecretDraft(c: Context): Promise<SecretDraft> {
  const { value, hosts, keep_previous } = await readBody(c, secretDraft, ['value']);
  return {
    value,
    ...(hosts === undefined ? {} : { hosts }),
    ...(keep_previous === undefined ? {} : { keepPreviousMs: keep_previous }),
  };
}

export function readEventsQuery(c: Context): EventsQuery {
  return readQuery(c, eventsQuery);
}

export function readRunsQuery(c: Context): RunsQuery {
  return readQuery(c, runsQuery);
}

export function readStreamQuery(c: Context): { readonly webhook?: string | undefined } {
  return readQuery(c, streamQuery);
}

/**
 * The body as the schema has it; an empty body counts as `{}`.
 *
 * @param confidential keys whose values no error quotes
 */
export async function readBody<S extends z.ZodType>(
  c: Context,
  schema: S,
  confidential: readonly string[] = [],
): Promise<z.output<S>> {
  const body = await c.req.text();
  let value: unknown;
  try {
    value = body.trim() === '' ? {} : JSON.parse(body);
  } catch (error) {
    // V8's message quotes the text around the fault.
    const reason = confidential.length === 0 ? (error as Error).message : 'it cannot be read';
    throw new HookwrightError('request.malformed', `Expected the body to be JSON: ${reason}.`, {
      ...(confidential.length === 0 ? { cause: error } : {}),
    });
  }
  if (depthExceeds(value, JSON_DEPTH_MAX)) {
    throw new HookwrightError(
      'request.malformed',
      `Expected the body to be nested at most ${JSON_DEPTH_MAX} levels deep, got more.`,
    );
  }
  return read(schema, value, 'the body', confidential);
}

export function readQuery<S extends z.ZodType>(c: Context, schema: S): z.output<S> {
  return read(schema, c.req.query(), 'the query');
}

function read<S extends z.ZodType>(
  schema: S,
  value: unknown,
  whole: string,
  confidential: readonly string[] = [],
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) =>
    sentence(issue, value, whole, schema, confidential),
  );
  throw new HookwrightError('request.malformed', lines.join('\n'));
}

function sentence(
  issue: z.core.$ZodIssue,
  value: unknown,
  whole: string,
  schema: z.ZodType,
  confidential: readonly string[],
): string {
  const place = issue.path.length === 0 ? whole : pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const shape = issue.path.length === 0 ? schema : binding;
    const known = shape instanceof z.ZodObject ? Object.keys(shape.shape) : [];
    const first = issue.keys[0] as string;
    return [
      `Expected ${place} to have only the keys ${known.join(', ')}, got ${quote(first)}.`,
      didYouMean(first, known),
    ]
      .filter(Boolean)
      .join(' ');
  }
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
