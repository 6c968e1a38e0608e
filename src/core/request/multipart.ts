import { isUtf8 } from 'node:buffer';
import { addField, emptyFields, FIELDS_MAX, type Fields } from './fields.ts';
import { type ParameterizedValue, parseParameters } from './parameters.ts';

/** One upload. `content` shows the bytes of the body, exactly. */
interface UploadedFile {
  readonly field: string;
  /** As sent; some senders send a path. `""` where a form's file input was left empty. */
  readonly name: string;
  readonly type: string;
  readonly content: Uint8Array;
}

/** A form as it was read. `error` says what is wrong with the body; the rest is empty then. */
export interface Form {
  readonly fields: Fields;
  readonly files: readonly UploadedFile[];
  readonly error?: string;
}

/** Bytes of one part's headers: Node's own limit for a whole request's. */
const PART_HEADERS_BYTES_MAX = 16 * 1024;
/** RFC 2046, section 5.1.1. */
const BOUNDARY_LENGTH_MAX = 70;
const CRLF = '\r\n';

interface Delimiter {
  /** Where the part before it ends. */
  readonly start: number;
  /** Where the part after it begins. */
  readonly end: number;
  readonly last: boolean;
}

interface Part {
  readonly name: string;
  /** Set for files. */
  readonly filename: string | undefined;
  readonly type: ParameterizedValue | undefined;
  readonly typeText: string | undefined;
}

/** What is wrong with a body, as the message of `Form.error`. */
class FormFault extends Error {}

/**
 * Reads a multipart/form-data body (RFC 7578, RFC 2046 section 5.1). Strict about what decides where a
 * part begins and ends, so that files come out byte for byte; lenient about names, as browsers are.
 * `Response.formData()` of Node would do it too, but asynchronously, and the run would have to wait.
 */
export function parseMultipart(body: Uint8Array, boundary: string | undefined): Form {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  try {
    return readParts(bytes, boundary);
  } catch (error) {
    if (!(error instanceof FormFault)) throw error;
    return { fields: emptyFields(), files: [], error: error.message };
  }
}

function readParts(bytes: Buffer, boundary: string | undefined): Form {
  if (boundary === undefined || boundary === '' || boundary.length > BOUNDARY_LENGTH_MAX) {
    const got = boundary === undefined ? 'none' : `${boundary.length}`;
    throw new FormFault(
      `Expected a boundary of 1 to ${BOUNDARY_LENGTH_MAX} characters in the content type of the form, got ${got}`,
    );
  }
  const fields = emptyFields();
  const files: UploadedFile[] = [];
  const separator = Buffer.from(`${CRLF}--${boundary}`, 'latin1');
  let charset = 'utf-8';
  let count = 0;
  let delimiter = firstDelimiter(bytes, separator);
  while (!delimiter.last) {
    if (count === FIELDS_MAX) {
      throw new FormFault(`Expected at most ${FIELDS_MAX} parts in the form, got more`);
    }
    count++;
    const [part, begin] = readHeaders(bytes, delimiter.end, count);
    // The empty line after the headers may be the one before the boundary: a part without content.
    const next = findDelimiter(bytes, separator, begin - CRLF.length);
    if (next === undefined) {
      throw new FormFault(
        `Expected the boundary after part ${count} of the form, got the body's end: it is cut off`,
      );
    }
    const content = bytes.subarray(begin, Math.max(begin, next.start));
    if (part.filename !== undefined) {
      const type = part.typeText ?? 'application/octet-stream';
      files.push({ field: part.name, name: part.filename, type, content });
    } else {
      const value = decode(content, part.type?.parameters.get('charset') ?? charset);
      if (part.name === '_charset_') charset = value; // RFC 7578, section 4.6.
      addField(fields, part.name, value);
    }
    delimiter = next;
  }
  return { fields, files };
}

function firstDelimiter(bytes: Buffer, separator: Buffer): Delimiter {
  // The body may begin with the boundary, without the line end that belongs to it elsewhere.
  const opening = separator.subarray(CRLF.length);
  const atStart = bytes.subarray(0, opening.length).equals(opening)
    ? delimiterAt(bytes, 0, opening.length)
    : undefined;
  const first = atStart ?? findDelimiter(bytes, separator, 0);
  if (first !== undefined) return first;
  throw new FormFault('Expected the boundary that the content type names in the form, got none');
}

function findDelimiter(bytes: Buffer, separator: Buffer, from: number): Delimiter | undefined {
  for (let at = bytes.indexOf(separator, from); at !== -1; ) {
    const delimiter = delimiterAt(bytes, at, at + separator.length);
    if (delimiter !== undefined) return delimiter;
    // A longer word that begins like the boundary is content.
    at = bytes.indexOf(separator, at + 1);
  }
  return undefined;
}

function delimiterAt(bytes: Buffer, start: number, after: number): Delimiter | undefined {
  const last = bytes[after] === 0x2d && bytes[after + 1] === 0x2d;
  let end = last ? after + 2 : after;
  while (bytes[end] === 0x20 || bytes[end] === 0x09) end++; // Padding that transports may add.
  if (last && end === bytes.length) return { start, end, last };
  if (bytes[end] !== 0x0d || bytes[end + 1] !== 0x0a) return undefined;
  return { start, end: end + CRLF.length, last };
}

/** The headers of the part that begins at `start`, and where its content begins. */
function readHeaders(bytes: Buffer, start: number, count: number): [part: Part, begin: number] {
  const window = bytes.subarray(start, start + PART_HEADERS_BYTES_MAX + 2 * CRLF.length);
  const empty = window.indexOf(CRLF) === 0;
  const end = empty ? 0 : window.indexOf(CRLF + CRLF);
  if (end === -1) {
    const cut = start + window.length === bytes.length;
    throw new FormFault(
      cut
        ? `Expected an empty line after the headers of part ${count} of the form, got the body's end: it is cut off`
        : `Expected at most ${PART_HEADERS_BYTES_MAX} bytes of headers in part ${count} of the form, got more`,
    );
  }
  const head = window.subarray(0, end);
  const text = isUtf8(head) ? head.toString('utf8') : head.toString('latin1');
  const headers = new Map<string, string>();
  for (const line of text.replace(/\r\n[ \t]+/g, ' ').split(CRLF)) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return [partOf(headers, count), start + end + (empty ? 1 : 2) * CRLF.length];
}

function partOf(headers: ReadonlyMap<string, string>, count: number): Part {
  const disposition = parseParameters(headers.get('content-disposition') ?? '');
  const name = disposition?.parameters.get('name');
  if (disposition?.value !== 'form-data' || name === undefined) {
    throw new FormFault(
      `Expected a content-disposition of form-data with a name in part ${count} of the form, got ${JSON.stringify(headers.get('content-disposition') ?? null)}`,
    );
  }
  const typeText = headers.get('content-type');
  const plain = disposition.parameters.get('filename');
  return {
    name: decodeName(name),
    filename:
      decodeExtended(disposition.parameters.get('filename*')) ??
      (plain === undefined ? undefined : decodeName(plain)),
    type: typeText === undefined ? undefined : parseParameters(typeText),
    typeText,
  };
}

/**
 * Browsers write quotes and line ends as escapes (HTML Standard, multipart form data), curl and older
 * ones quotes and backslashes with a backslash. Other backslashes are part of a Windows path.
 */
function decodeName(text: string): string {
  return text
    .replace(/\\(["\\])/g, '$1')
    .replaceAll('%22', '"')
    .replace(/%0D/gi, '\r')
    .replace(/%0A/gi, '\n');
}

/** `filename*` of RFC 8187, which some clients send against RFC 7578; `undefined` where it is broken. */
function decodeExtended(text: string | undefined): string | undefined {
  const match = text === undefined ? null : /^([\w-]+)'[^']*'(.*)$/s.exec(text);
  if (match === null) return undefined;
  const value = match[2] as string;
  if (/^iso-8859-1$/i.test(match[1] as string)) return unescape(value);
  try {
    return /^utf-8$/i.test(match[1] as string) ? decodeURIComponent(value) : undefined;
  } catch {
    return undefined;
  }
}

function decode(content: Buffer, charset: string): string {
  if (/^"?utf-?8"?$/i.test(charset)) return content.toString('utf8');
  try {
    return new TextDecoder(charset).decode(content);
  } catch {
    return content.toString('utf8'); // No name of an encoding.
  }
}
