import type { IncomingMessage, ServerResponse } from 'node:http';
import { HookwrightError } from '../../core/errors.ts';
import type { Answer } from '../../core/run.ts';
import { Refusal } from './refusal.ts';

/** How long the rest of a refused body is read, so that the caller gets to see the answer. */
const LINGER_MS = 2000;
/** How much of it. A socket closed with bytes unread is reset, and the answer may be lost with it. */
const LINGER_BYTES = 8 * 1024 * 1024;

const RETRY_AFTER_SECONDS = '1';

export function writeAnswer(outgoing: ServerResponse, answer: Answer, eventId?: string): void {
  const { status, headers, body } = answer;
  const flat: string[] = eventId === undefined ? [] : ['x-hookwright-event', eventId];
  for (const [name, value] of headers) flat.push(name, value);
  // 204 and 304 have no body and no length (RFC 9110, sections 8.6 and 15.3.5).
  if (status !== 204 && status !== 304)
    flat.push('content-length', String(Buffer.byteLength(body)));
  outgoing.writeHead(status, flat);
  outgoing.end(body);
}

/** Answers with an error of the catalogue; anything else is `internal` and says nothing. */
export function writeError(outgoing: ServerResponse, error: unknown, close = false): void {
  if (outgoing.headersSent) outgoing.destroy();
  else outgoing.end(writeErrorHead(outgoing, error, close));
}

/**
 * Answers with an error while the request's body is still coming, and reads on for a moment. The answer
 * ends with the body: Node closes the connection then, and closing it with bytes unread would reset it
 * and may take the answer along before the caller has read it.
 */
export function writeErrorEarly(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  error: unknown,
): void {
  outgoing.write(writeErrorHead(outgoing, error, true));
  let size = 0;
  const cut = (): void => {
    clearTimeout(timer);
    incoming.socket.destroy();
  };
  const timer = setTimeout(cut, LINGER_MS);
  timer.unref();
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > LINGER_BYTES) cut();
  });
  incoming.on('end', () => {
    clearTimeout(timer);
    outgoing.end();
  });
  incoming.resume();
}

/** Writes status and headers, and returns the body. */
function writeErrorHead(outgoing: ServerResponse, error: unknown, close: boolean): string {
  const known =
    error instanceof HookwrightError
      ? error
      : new HookwrightError('internal', 'The server failed.');
  const body = JSON.stringify({ error: { code: known.code, message: known.message } });
  const length = String(Buffer.byteLength(body));
  const headers = ['content-type', 'application/json', 'content-length', length];
  if (known.status === 503) headers.push('retry-after', RETRY_AFTER_SECONDS);
  if (known instanceof Refusal) headers.push(...known.headers);
  if (close) headers.push('connection', 'close');
  outgoing.writeHead(known.status, headers);
  return body;
}
