import type { Context } from 'hono';
import { z } from 'zod';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../../core/delivery.ts';
import { HookwrightError } from '../../../core/errors.ts';
import { HOOK_METHODS, type RateLimit } from '../../../core/hook.ts';
import { parseDuration } from '../../../core/quantity.ts';
import type { HookDraft } from '../../../engine/hooks/draft.ts';
import { limit } from './page.ts';
import { type Checked, checkValue, flag, object, readBody, readQuery, text } from './read.ts';

// As in `read.ts`: the error says what was expected.
const number = z.int('a whole number');
const names = z.array(text, 'a list of texts');

/** Milliseconds; 0 is none at all. */
const duration = parsed('a duration such as "30s"', (given) =>
  given === '0' ? 0 : parseDuration(given),
);

/** `10/s`, `100/m`, `5/10s`. */
const rate = parsed('a rate such as "10/s" or "100/5m"', readRate);

/** A time as ISO 8601, or how long ago. */
const sinceText = 'a time such as "2026-11-01T00:00:00Z", or a duration such as "2h" before now';

const hookShape = {
  name: text.optional(),
  topics: names.optional(),
  url: text.optional(),
  method: z.enum(HOOK_METHODS, `one of ${HOOK_METHODS.join(', ')}`).optional(),
  headers: z.record(z.string(), text, 'an object of texts').optional(),
  profile: text.optional(),
  format: text.optional(),
  secret: text.optional(),
  success: z.array(z.union([text, number.transform(String)], 'a status'), 'a list').optional(),
  timeout: duration.optional(),
  retries: z.array(duration, 'a list of durations').optional(),
  failures: number.optional(),
  failing: duration.optional(),
  alerts: names.optional(),
  concurrency: number.optional(),
  rate: rate.nullable().optional(),
  ordered: flag.optional(),
};
const hookDraft = object({ ...hookShape, paused: flag.optional() });
const hookChange = object(hookShape);
const CONFIDENTIAL = ['secret', 'headers', 'url'];

const rotation = object({ secret: text.optional(), keep_previous: duration.optional() });
const recovery = object({ missed_since: text.optional() });
const emission = object({ topic: text, data: z.unknown().optional() });
const resending = object({ since: text, hook: text.optional() });

const messageId = z.string().regex(/^msg_[0-9A-HJKMNP-TV-Z]{26}$/, 'the id of a message');
const deliveryId = z.string().regex(/^dlv_[0-9A-HJKMNP-TV-Z]{26}$/, 'the id of a delivery');

const messagesQuery = object({
  topic: z.string().optional(),
  before: messageId.optional(),
  limit,
});
const deliveriesQuery = object({
  hook: z.string().optional(),
  message: messageId.optional(),
  status: z
    .enum(DELIVERY_STATUSES as readonly [DeliveryStatus], `one of ${DELIVERY_STATUSES.join(', ')}`)
    .optional(),
  before: deliveryId.optional(),
  limit,
});
const streamQuery = object({ hook: z.string().optional() });

/** What `GET /messages` is asked for. */
export interface MessagesQuery {
  readonly topic?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

/** What `GET /deliveries` is asked for. */
export interface DeliveriesQuery {
  readonly hook?: string | undefined;
  readonly message?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

export async function readHookDraft(c: Context): Promise<HookDraft & { paused?: boolean }> {
  return wholeDraftOf(await readBody(c, hookDraft, CONFIDENTIAL));
}

/** A hook's record in a package: what `readHookDraft` takes. */
export function checkHookRecord(
  value: unknown,
): Checked<HookDraft & { readonly paused?: boolean }> {
  const checked = checkValue(hookDraft, value, 'the hook', CONFIDENTIAL);
  return checked.ok ? { ok: true, value: wholeDraftOf(checked.value) } : checked;
}

export async function readHookChange(c: Context): Promise<HookDraft> {
  return draftOf(await readBody(c, hookChange, CONFIDENTIAL));
}

export async function readRotation(
  c: Context,
): Promise<{ readonly secret?: string | undefined; readonly keepMs?: number | undefined }> {
  const { secret, keep_previous } = await readBody(c, rotation, ['secret']);
  return { secret, keepMs: keep_previous };
}

/** Since when to send what was missed; `undefined`: not at all. */
export async function readRecovery(c: Context, now: number): Promise<number | undefined> {
  const { missed_since } = await readBody(c, recovery);
  return missed_since === undefined ? undefined : timeOf(missed_since, now);
}

export async function readEmission(
  c: Context,
): Promise<{ readonly topic: string; readonly data?: unknown }> {
  return readBody(c, emission);
}

export async function readResending(
  c: Context,
  now: number,
): Promise<{ readonly since: number; readonly hook?: string | undefined }> {
  const { since, hook } = await readBody(c, resending);
  return { since: timeOf(since, now), hook };
}

export function readMessagesQuery(c: Context): MessagesQuery {
  return readQuery(c, messagesQuery);
}

export function readDeliveriesQuery(c: Context): DeliveriesQuery {
  return readQuery(c, deliveriesQuery);
}

export function readDeliveryStreamQuery(c: Context): { readonly hook?: string | undefined } {
  return readQuery(c, streamQuery);
}

function wholeDraftOf({
  paused,
  ...given
}: z.output<typeof hookDraft>): HookDraft & { paused?: boolean } {
  return { ...draftOf(given), ...(paused === undefined ? {} : { paused }) };
}

function draftOf(given: z.output<typeof hookChange>): HookDraft {
  const { headers, timeout, retries, failures, failing, ...rest } = given;
  const draft = {
    ...rest,
    headers: headers === undefined ? undefined : Object.entries(headers),
    timeoutMs: timeout,
    retryMs: retries,
    failuresMax: failures,
    failingMs: failing,
  };
  const entries = Object.entries(draft).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as HookDraft;
}

function timeOf(given: string, now: number): number {
  const ago = parseDuration(given);
  const time = ago === undefined ? isoTime(given) : now - ago;
  if (time !== undefined) return Math.max(0, time);
  throw new HookwrightError(
    'request.malformed',
    `Expected ${sinceText}, got ${JSON.stringify(given.slice(0, 60))}.`,
  );
}

function isoTime(given: string): number | undefined {
  const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(given)
    ? Date.parse(given)
    : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function readRate(given: string): RateLimit | undefined {
  const [, count = '', number = '', unit = ''] =
    /^(\d{1,6})\/(\d{0,6})(ms|s|m|h|d)$/.exec(given) ?? [];
  const perMs = parseDuration(`${number === '' ? '1' : number}${unit}`);
  return perMs === undefined ? undefined : { count: Number(count), perMs };
}

function parsed<T>(
  expected: string,
  parse: (text: string) => T | undefined,
): z.ZodType<T, unknown> {
  return z
    .union([z.string(), z.literal(0).transform(String)], expected)
    .transform((given, context) => {
      const value = parse(given);
      if (value !== undefined) return value;
      context.addIssue(expected);
      return z.NEVER;
    });
}
