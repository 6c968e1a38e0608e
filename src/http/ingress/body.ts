import type { IncomingMessage } from 'node:http';
import { HookwrightError } from '../../core/errors.ts';
import { Chunks } from '../chunks.ts';

const NOTHING = new Uint8Array(0);

/** The caller went away before its request was whole: nothing was received, so nothing is stored. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted';
}

/**
 * Reads a request's body from the raw message, which keeps what Fetch's `Request` drops: a GET's body.
 * Throws `request.body_too_large` as soon as that is known, by `Content-Length` or by counting,
 * `request.queue_full` where there is no room for it, and `RequestAborted`.
 *
 * @param bytesMax the largest body taken
 * @param takeRoom told of bytes as they come; gives back whether there is room for them
 */
export function readBody(
  incoming: IncomingMessage,
  bytesMax: number,
  takeRoom: (bytes: number) => boolean,
): Promise<Uint8Array> {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
  if (length === undefined && encoding === undefined) return Promise.resolve(NOTHING);
  if (Number(length) > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    let chunks = new Chunks();
    const refuse = (error: HookwrightError): void => {
      incoming.off('data', onData);
      chunks = new Chunks(); // What has come is not held while the rest does.
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      if (chunks.size + chunk.length > bytesMax) refuse(tooLarge(bytesMax));
      else if (takeRoom(chunk.length)) chunks.add(chunk);
      else refuse(queueFull());
    };
    incoming.on('data', onData);
    incoming.on('end', () => resolve(chunks.whole()));
    // Every request ends with `close`; making an error each time would take 4 % of the main thread.
    const onClose = (): void => {
      if (!incoming.complete) reject(new RequestAborted());
    };
    incoming.on('close', onClose);
    incoming.on('error', onClose);
  });
}

export function queueFull(): HookwrightError {
  return new HookwrightError('request.queue_full', 'The server is busy. Try again soon.');
}

function tooLarge(bytesMax: number): HookwrightError {
  return new HookwrightError(
    'request.body_too_large',
    `Expected a body of at most ${bytesMax} bytes, got a larger one.`,
  );
}
