import type { Context } from 'hono';
import { object, readBody, text } from './read.ts';

const automation = object({ source: text });

/** Throws `request.malformed`. */
export async function readAutomation(c: Context): Promise<{ readonly source: string }> {
  return readBody(c, automation);
}
