import type { IncomingMessage } from 'node:http';
import { HookwrightError } from '../../core/errors.ts';

const NOTHING = new Uint8Array(0);

/** The caller went away before its request was whole: nothing was received, so nothing is stored. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted';
}

/**
 * Reads a request's body from the raw message, which keeps what Fetch's `Request` drops: a GET's body.
 * Throws `request.body_too_large` as soon as that is known, by `Content-Length` or by counting, and
 * `RequestAborted`.
 *
 * @param bytesMax the largest body taken
 */
export function readBody(incoming: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
  if (length === undefined && encoding === undefined) return Promise.resolve(NOTHING);
  if (Number(length) > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= bytesMax) chunks.push(chunk);
      else {
        incoming.off('data', onData);
        reject(tooLarge(bytesMax));
      }
    };
    incoming.on('data', onData);
    incoming.on('end', () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
    );
    // Every request ends with `close`; making an error each time would take 4 % of the main thread.
    const onClose = (): void => {
      if (!incoming.complete) reject(new RequestAborted());
    };
    incoming.on('close', onClose);
    incoming.on('error', onClose);
  });
}

function tooLarge(bytesMax: number): HookwrightError {
  return new HookwrightError(
    'request.body_too_large',
    `Expected a body of at most ${bytesMax} bytes, got a larger one.`,
  );
}
