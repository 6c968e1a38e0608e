import { HTTP_TOKEN } from '../../core/http-syntax.ts';
import type { Answer } from '../../core/run.ts';

/** An answer as the guest reports it; nothing of it is trusted. */
export interface ReportedAnswer {
  readonly status: unknown;
  readonly headers: unknown;
  /** The content type unless the headers have one; `''` for none. */
  readonly type: unknown;
  /** `t` text, `j` JSON of a text, `6` base64, `b` bytes. */
  readonly form: unknown;
  readonly text: string;
  readonly bytes: Uint8Array | undefined;
}

/** An answer that cannot be put on the wire; the message says why. */
export class InvalidAnswer extends Error {}
/** An answer that is longer than the run's limit. */
export class AnswerTooLong extends Error {}

/** Header lines of an answer: Node reads at most 2,000, proxies far fewer (nginx 8 kB in all). */
const HEADERS_MAX = 100;
const HEADERS_BYTES_MAX = 16 * 1024;
/** RFC 9110, section 5.5, obs-text included: Node writes those as Latin-1. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
/** They say how the message itself is carried, and the server alone knows that (RFC 9110, section 7.6.1). */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Checks that an answer can be put on the wire as it is.
 *
 * @throws InvalidAnswer, AnswerTooLong
 */
export function checkAnswer(reported: ReportedAnswer, bytesMax: number): Answer {
  const status = checkStatus(reported.status);
  const { headers, size, typed } = checkHeaders(reported.headers);
  const body = readBody(reported);
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  if (size + length > bytesMax) throw new AnswerTooLong();
  if (WITHOUT_BODY.has(status)) {
    if (length > 0) {
      throw new InvalidAnswer(`Expected no body in an answer with status ${status}, got one`);
    }
  } else if (!typed && typeof reported.type === 'string' && reported.type !== '') {
    headers.push(['content-type', reported.type]);
  }
  return { status, headers, body };
}

function checkStatus(status: unknown): number {
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) {
    return status;
  }
  throw new InvalidAnswer(
    `Expected a whole number from 200 to 599 as status, got ${JSON.stringify(status)}`,
  );
}

function checkHeaders(reported: unknown): {
  headers: [string, string][];
  size: number;
  typed: boolean;
} {
  if (!Array.isArray(reported)) throw new InvalidAnswer('Expected a list of headers, got none');
  if (reported.length > HEADERS_MAX) {
    throw new InvalidAnswer(
      `Expected at most ${HEADERS_MAX} headers in an answer, got ${reported.length}`,
    );
  }
  const headers: [string, string][] = [];
  let size = 0;
  let typed = false;
  for (const pair of reported as unknown[]) {
    const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof name !== 'string' || typeof value !== 'string') {
      throw new InvalidAnswer('Expected texts as names and values of headers, got other values');
    }
    checkHeader(name, value);
    size += name.length + value.length;
    if (name.length === 12 && name.toLowerCase() === 'content-type') typed = true;
    headers.push([name, value]);
  }
  if (size > HEADERS_BYTES_MAX) {
    throw new InvalidAnswer(
      `Expected at most ${HEADERS_BYTES_MAX} bytes of headers in an answer, got ${size}`,
    );
  }
  return { headers, size, typed };
}

function checkHeader(name: string, value: string): void {
  if (!HTTP_TOKEN.test(name)) {
    throw new InvalidAnswer(
      `Expected a header name of letters, digits and hyphens, got ${quoted(name)}`,
    );
  }
  if (OF_THE_CONNECTION.has(name.toLowerCase())) {
    throw new InvalidAnswer(
      `Expected no ${name} header in an answer, got one: the server sets it itself`,
    );
  }
  if (!VALUE.test(value)) {
    throw new InvalidAnswer(
      `Expected a value of one line and Latin-1 characters for the header ${name}, got ${quoted(value)}`,
    );
  }
}

function readBody({ form, text, bytes }: ReportedAnswer): string | Uint8Array {
  switch (form) {
    case 't':
      return text;
    case 'j':
      return readText(text);
    case 'b':
      if (bytes !== undefined) return bytes;
      break;
    case '6':
      if (BASE64.test(text)) return Buffer.from(text, 'base64');
      throw new InvalidAnswer(`Expected base64 in an answer, got ${quoted(text)}`);
  }
  throw new InvalidAnswer('Expected a text or bytes as body of an answer, got another value');
}

function readText(json: string): string {
  const text: unknown = JSON.parse(json);
  if (typeof text === 'string') return text;
  throw new InvalidAnswer('Expected a text as body of an answer, got another value');
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
