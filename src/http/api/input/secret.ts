import type { Context } from 'hono';
import { z } from 'zod';
import { parseDuration } from '../../../core/quantity.ts';
import type { SecretDraft } from '../../../engine/secrets.ts';
import { object, readBody, text } from './read.ts';

const DURATION = 'a duration such as "24h"';

const secretDraft = object({
  value: text,
  hosts: z.array(text, 'a list').optional(),
  keep_previous: z
    .string(DURATION)
    .transform((given, context) => {
      const ms = parseDuration(given);
      if (ms !== undefined) return ms;
      context.addIssue(DURATION);
      return z.NEVER;
    })
    .optional(),
});

/** Throws `request.malformed` with a line for every mistake, and the value in none. */
export async function readSecretDraft(c: Context): Promise<SecretDraft> {
  const { value, hosts, keep_previous } = await readBody(c, secretDraft, ['value']);
  return {
    value,
    ...(hosts === undefined ? {} : { hosts }),
    ...(keep_previous === undefined ? {} : { keepPreviousMs: keep_previous }),
  };
}
