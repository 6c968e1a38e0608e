import type { Context } from 'hono';
import { z } from 'zod';
import type { Sample } from '../../../engine/callers/sample-request.ts';
import { object, readBody, text } from './read.ts';

// RFC 9110, sections 5.1 and 5.5.
const headerName = text.regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name such as X-Team');
// biome-ignore lint/suspicious/noControlCharactersInRegex: a header may not hold them
const headerValue = text.regex(/^[^\0-\x08\x0a-\x1f\x7f]*$/, 'a text of one line');

const sample = object({
  source: text.optional(),
  event: text.optional(),
  headers: z.array(z.tuple([headerName, headerValue], 'a pair of texts'), 'a list').optional(),
  /** Base64, so that any bytes can be sent. */
  body: z.base64('base64').optional(),
});

/** Throws `request.malformed` with a line for every mistake. */
export async function readSample(c: Context): Promise<Sample> {
  const { source, event, headers = [], body = '' } = await readBody(c, sample);
  return {
    ...(source === undefined ? {} : { source }),
    ...(event === undefined ? {} : { event }),
    headers: headers.flat(),
    body: Buffer.from(body, 'base64'),
  };
}
