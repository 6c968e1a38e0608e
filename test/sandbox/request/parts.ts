import type { RequestParts } from '../../../src/core/run.ts';

/** A request as the sandbox gets it; a POST without headers and body unless told otherwise. */
export function parts(
  given: Partial<Omit<RequestParts, 'headers' | 'body'>> & {
    headers?: readonly (readonly [string, string])[];
    body?: string | Uint8Array;
  } = {},
): RequestParts {
  const { headers = [], body = '', ...rest } = given;
  return {
    method: 'POST',
    path: '',
    query: null,
    url: 'https://hooks.example/webhooks/token',
    clientIp: '192.0.2.1',
    ...rest,
    headers: JSON.stringify(headers.flat()),
    body: typeof body === 'string' ? Buffer.from(body) : body,
  };
}
