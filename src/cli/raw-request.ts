import { OFFLINE_IP, type RequestDraft, requestFileError } from './request-draft.ts';

// RFC 9110, section 5.6.2: what methods and the names of headers are made of.
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const REQUEST_LINE = new RegExp(`^(${TOKEN}) (\\S+) HTTP/(?:1\\.[01]|[23](?:\\.0)?)$`);
const HEADER_LINE = new RegExp(`^(${TOKEN}):[ \\t]*(.*?)[ \\t]*$`);
/** Bytes in which a request line is looked for: the longest that servers usually take. */
const FIRST_LINE_BYTES_MAX = 16 * 1024;

const LF = 0x0a;

/** Whether the first line is `POST /path HTTP/1.1`. */
export function isRawRequest(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, FIRST_LINE_BYTES_MAX)).toString('latin1');
  return REQUEST_LINE.test(firstLine(head));
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

/**
 * Reads an HTTP/1.1 message as it stands on the wire or in a log: lines may end with CRLF or LF. What
 * follows the empty line is the body, byte for byte; a `content-length` cuts off the line feed that
 * editors put at the end of files.
 */
export function readRawRequest(bytes: Uint8Array, source: string): RequestDraft {
  const { lines, bodyAt } = splitHead(bytes);
  const [, method = '', target = ''] = REQUEST_LINE.exec(lines[0] ?? '') ?? [];
  const mistakes: string[] = [];
  const headers: [string, string][] = [];
  lines.slice(1).forEach((line, index) => {
    const [, name, value] = HEADER_LINE.exec(line) ?? [];
    if (name !== undefined && value !== undefined) headers.push([name, value]);
    else mistakes.push(`a header such as "name: value" on line ${index + 2}, got ${quote(line)}`);
  });
  const given = (wanted: string): string | undefined =>
    headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  let body = bytes.subarray(bodyAt);
  const length = given('content-length');
  if (given('transfer-encoding') !== undefined) {
    mistakes.push('its body as it is, got one with transfer-encoding');
  } else if (length !== undefined) {
    if (!/^\d{1,15}$/.test(length) || Number(length) > body.length) {
      mistakes.push(`the ${length} bytes of body that content-length says, got ${body.length}`);
    }
    body = body.subarray(0, Number(length));
  }
  if (mistakes.length > 0) throw requestFileError(source, mistakes);
  return { method, ...targetParts(target), headers, clientIp: OFFLINE_IP, body };
}

function splitHead(bytes: Uint8Array): { lines: string[]; bodyAt: number } {
  const lines: string[] = [];
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(LF, start);
    const end = found < 0 ? bytes.length : found;
    // Headers are bytes of latin1 on the wire (RFC 9110, section 5.5), as Node reads them.
    const line = Buffer.from(bytes.subarray(start, end)).toString('latin1').replace(/\r$/, '');
    start = Math.min(end + 1, bytes.length);
    if (line === '') break;
    lines.push(line);
  }
  return { lines, bodyAt: start };
}

/** Path and query of a target; scheme, host and a webhook's own `/webhooks/<token>` are dropped. */
export function targetParts(target: string): { path: string; query: string | null } {
  const relative = target
    .replace(/^https?:\/\/[^/?#]*/i, '')
    .replace(/^\/webhooks\/[^/?]*/, '')
    .replace(/#.*$/s, '');
  const mark = relative.indexOf('?');
  const path = mark < 0 ? relative : relative.slice(0, mark);
  return {
    // The empty path and `/` are one and the same on the wire.
    path: path === '/' || path === '*' ? '' : path,
    query: mark < 0 ? null : relative.slice(mark + 1),
  };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
