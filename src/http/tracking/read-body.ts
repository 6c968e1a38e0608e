import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Context } from 'hono';
import { HookwrightError } from '../../core/errors.ts';
import { parseJson } from '../api/input/read.ts';
import { Chunks } from '../chunks.ts';

/** Bytes of a request, packed and unpacked: as RudderStack's `Gateway.maxReqSizeInKB`. Segment takes 500 kB. */
const BODY_BYTES_MAX: number = 4000 * 1024;

/**
 * Bytes that are read of one that is larger, and thrown away: whoever is cut off while it sends sees no answer, and
 * sends the same again.
 */
const DISCARDED_BYTES_MAX = 16 * BODY_BYTES_MAX;

const unpack = promisify(gunzip);

/**
 * The body's JSON; RudderStack's SDKs pack it with gzip.
 *
 * @throws HookwrightError `request.malformed`, `request.body_too_large`, `request.unsupported_media_type`
 */
export async function readJson(c: Context): Promise<unknown> {
  const encoding = (c.req.header('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'identity') {
    c.header('accept-encoding', 'gzip, identity'); // RFC 9110, section 12.5.3.
    throw new HookwrightError(
      'request.unsupported_media_type',
      `Expected a body as it is or packed with gzip, got ${JSON.stringify(encoding.slice(0, 40))}.`,
    );
  }
  const given = await readBytes(c);
  const bytes = encoding === 'gzip' ? await unpacked(given) : given;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new HookwrightError(
      'request.malformed',
      'Expected the body to be UTF-8, got other bytes.',
      { cause: error },
    );
  }
  return parseJson(text, true); // It is about persons.
}

async function readBytes(c: Context): Promise<Uint8Array> {
  const chunks = new Chunks();
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.length;
    if (size <= BODY_BYTES_MAX) chunks.add(chunk);
    else if (size > DISCARDED_BYTES_MAX) break;
  }
  if (size > BODY_BYTES_MAX) throw tooLarge();
  return chunks.whole();
}

function tooLarge(): HookwrightError {
  return new HookwrightError(
    'request.body_too_large',
    `Expected a body of at most ${BODY_BYTES_MAX} bytes, got more.`,
  );
}

/** Never makes more than the limit of it, however small it is packed. */
async function unpacked(bytes: Uint8Array): Promise<Buffer> {
  try {
    return await unpack(bytes, { maxOutputLength: BODY_BYTES_MAX });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new HookwrightError(
      'request.malformed',
      'Expected a body packed with gzip, got another.',
      {
        cause: error,
      },
    );
  }
}
