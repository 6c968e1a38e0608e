import type { Context } from 'hono';
import { z } from 'zod';
import { HEADER_VALUE, HTTP_TOKEN } from '../../../core/http-syntax.ts';
import type { Sample } from '../../../engine/callers/sample-request.ts';
import { object, readBody, text } from './read.ts';

const headerName = text.regex(HTTP_TOKEN, 'a header name such as X-Team');
const headerValue = text.regex(HEADER_VALUE, 'a text of one line');

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
