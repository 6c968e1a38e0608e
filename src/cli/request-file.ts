import type { RequestParts } from '../core/run.ts';
import { isRawRequest, readRawRequest } from './raw-request.ts';
import { OFFLINE_IP, type RequestDraft, requestFileError } from './request-draft.ts';
import { readRequestFields } from './request-fields.ts';

/** Where an offline run seems to have been called. */
const OFFLINE_URL = 'http://localhost:8420/webhooks/offline';

/** Bytes of a file: the largest body there may be, as base64. */
const FILE_BYTES_MAX = 96 * 1024 * 1024;

/** A GET of nothing, for runs without a request file. */
export const EMPTY_REQUEST: RequestParts = requestParts({
  method: 'GET',
  path: '',
  query: null,
  headers: [],
  clientIp: OFFLINE_IP,
  body: new Uint8Array(),
});

/**
 * Reads a file with a request: a raw HTTP/1.1 message where its first line is a request line, otherwise
 * YAML or JSON of `{ method, path, query, headers, ip, json | form | text | base64 }`.
 *
 * @param source names the file in errors
 * @throws HookwrightError `usage.invalid` with a line for each mistake
 */
export function readRequestFile(bytes: Uint8Array, source: string): RequestParts {
  if (bytes.length > FILE_BYTES_MAX) {
    throw requestFileError(source, [
      `a file of at most ${FILE_BYTES_MAX} bytes, got ${bytes.length}`,
    ]);
  }
  const draft = isRawRequest(bytes)
    ? readRawRequest(bytes, source)
    : readRequestFields(bytes, source);
  return requestParts(draft);
}

/** A draft in the form that the sandbox takes. */
export function requestParts(draft: RequestDraft): RequestParts {
  const { method, path, query, headers, clientIp, body } = draft;
  return {
    method,
    path,
    query,
    headers: JSON.stringify(headers.flat()),
    url: `${OFFLINE_URL}${path}${query === null ? '' : `?${query}`}`,
    clientIp,
    body: new Uint8Array(body), // A Buffer's memory may be shared with others.
  };
}
