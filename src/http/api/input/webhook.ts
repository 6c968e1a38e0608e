import type { Context } from 'hono';
import { z } from 'zod';
import type { MapEntry } from '../../../core/payload-map.ts';
import { parseRate, RATE_FORM, type Rate } from '../../../core/rate.ts';
import type { WebhookSource } from '../../../core/webhook.ts';
import type { SettingsChange } from '../../../core/webhook-settings.ts';
import type { WebhookDraft } from '../../../engine/registry.ts';
import { type Checked, checkValue, flag, object, readBody, text } from './read.ts';

const binding = object({
  automation: text,
  when: text.optional(),
  disabled: flag.optional(),
  also: flag.optional(),
  inputs: z.record(z.string(), z.unknown(), 'an object').optional(),
});

/** `null` is as good as absent where a webhook is made, and where one is changed it takes the setting away. */
const limits = object({
  rate: rate().nullish(),
  per_client: z.union([z.literal('none'), rate()], `${RATE_FORM}, or none`).nullish(),
  concurrent: z.number('a number').nullish(),
});

/** A bare path stands for `{ from: path }`. */
const mapEntry = z.union(
  [
    text.transform((from): MapEntry => ({ from })),
    z.strictObject({ from: text, required: flag.optional(), default: z.unknown().optional() }),
  ],
  'a source path such as json.order.id, or an object with from, required and default',
);

/** Its other keys are those of a source's file, which the engine reads (`engine/callers/source-of.ts`). */
const source = z.looseObject(
  { preset: text.optional(), secrets: z.record(z.string(), text, 'an object').optional() },
  'an object such as { preset: github, secrets: { secret: GITHUB_SECRET } }',
);

/** One member for each of `WebhookSettings`. */
const settingsShape = {
  methods: upperCased('a list of methods').nullish(),
  content_types: z.array(text, 'a list of media types').nullish(),
  paths: flag.nullish(),
  limits: limits.nullish(),
  map: z.record(z.string(), mapEntry, 'an object').nullish(),
  forward: text.nullish(),
  account: text.nullish(),
  source: source.nullish(),
};

const draftShape = {
  name: text.optional(),
  description: text.optional(),
  respond: z.enum(['run', 'ack'], '"run" or "ack"').optional(),
  bindings: z.array(binding, 'a list').optional(),
  ...settingsShape,
};

const webhookDraft = object(draftShape);
const webhookChange = object({ ...draftShape, paused: flag.optional() });

/** Throws `request.malformed` with a line for every mistake. */
export async function readWebhookDraft(c: Context): Promise<WebhookDraft> {
  return draftOf(await readBody(c, webhookDraft));
}

/** Throws `request.malformed` with a line for every mistake. */
export async function readWebhookChange(c: Context): Promise<WebhookDraft & { paused?: boolean }> {
  return changeOf(await readBody(c, webhookChange));
}

/** A webhook's record in a package: what `readWebhookChange` takes. */
export function checkWebhookRecord(
  value: unknown,
): Checked<WebhookDraft & { readonly paused?: boolean }> {
  const checked = checkValue(webhookChange, value, 'the webhook');
  if (!checked.ok) return checked;
  return { ok: true, value: changeOf(checked.value) };
}

function changeOf({
  paused,
  ...draft
}: z.output<typeof webhookChange>): WebhookDraft & { paused?: boolean } {
  return { ...draftOf(draft), ...(paused === undefined ? {} : { paused }) };
}

function draftOf(given: z.output<typeof webhookDraft>): WebhookDraft {
  const { methods, content_types, paths, limits: limited, map, forward, account, ...more } = given;
  const { source: caller, ...rest } = more;
  const settings: SettingsChange = {
    methods,
    contentTypes: content_types,
    paths,
    limits: limited && {
      rate: limited.rate,
      perClient: limited.per_client,
      concurrent: limited.concurrent,
    },
    map: map as SettingsChange['map'],
    forward,
    account,
    source: caller && sourceOf(caller),
  };
  return { ...rest, settings } as WebhookDraft;
}

function sourceOf({ secrets = {}, ...definition }: z.output<typeof source>): WebhookSource {
  return { ...definition, secrets } as WebhookSource;
}

function rate(): z.ZodType<Rate, unknown> {
  return z.unknown().transform((given, c) => {
    const found = typeof given === 'string' ? parseRate(given) : undefined;
    if (found !== undefined) return found;
    c.issues.push({ code: 'custom', message: RATE_FORM, input: given });
    return z.NEVER;
  });
}

function upperCased(expected: string): z.ZodType<string[], unknown> {
  return z.array(text, expected).transform((list) => list.map((method) => method.toUpperCase()));
}
