import { OutboundError, type OutboundErrorCode } from '../core/outbound.ts';

/** Names of undici's errors that mean that bytes came, but not HTTP/1.1 as announced. */
const PROTOCOL: ReadonlySet<string> = new Set([
  'HTTPParserError',
  'ResponseContentLengthMismatchError',
  'AssertionError', // What the parser's own checks throw when messages come out of turn.
]);
const TLS = /^ERR_SSL_|^ERR_TLS_/;

/** Texts of undici's `SocketError`s for messages that no request asked for: one before its request, an upgrade. */
const UNASKED: ReadonlySet<string> = new Set(['bad response', 'bad upgrade']);

/**
 * What an error of the socket or of the parser means, once a connection stands.
 *
 * @param begun whether the answer's headers had arrived
 */
export function exchangeFailure(
  cause: unknown,
  origin: string,
  inDoubt: boolean,
  begun: boolean,
): OutboundError {
  if (cause instanceof OutboundError) return cause;
  const { code, message } = describe(cause);
  const fail = (as: OutboundErrorCode, text: string) =>
    new OutboundError(as, text, { inDoubt, cause });
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return fail('egress.invalid', `Expected a request that HTTP/1.1 can carry, got ${message}.`);
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return fail(
      'egress.too_large',
      `Expected an answer from ${origin} with fewer bytes of headers, got more than are read.`,
    );
  }
  if (TLS.test(code)) {
    return fail(
      'egress.tls',
      `Expected ${origin} to keep its TLS connection, got ${code}. See which certificate or version it asks for.`,
    );
  }
  if ((cause instanceof Error && PROTOCOL.has(cause.name)) || UNASKED.has(message)) {
    return fail(
      'egress.protocol',
      `Expected an answer from ${origin} in HTTP/1.1, got something else (${message || code}).`,
    );
  }
  return begun
    ? fail(
        'egress.protocol',
        `Expected the whole answer from ${origin}, got its connection closed in the middle (${code || message}).`,
      )
    : fail(
        'egress.connect',
        `Expected an answer from ${origin}, got its connection closed (${code || message}).`,
      );
}

/** `code` and `message` of whatever was thrown. */
export function describe(cause: unknown): { code: string; message: string } {
  if (!(cause instanceof Error)) return { code: '', message: String(cause) };
  const { code } = cause as NodeJS.ErrnoException;
  return { code: typeof code === 'string' ? code : '', message: cause.message };
}
