import { OutboundError, type OutboundRequest } from '../core/outbound.ts';
import type { Hop } from './redirect.ts';
import { checkHeaders, checkMethod } from './request-headers.ts';
import { parseDestination } from './request-url.ts';

/**
 * The request, read and found fit to be sent.
 *
 * @throws OutboundError `egress.invalid`
 */
export function firstHop(request: OutboundRequest, userAgent: string): Hop {
  checkCount('timeoutMs', request.timeoutMs, 1);
  checkCount('responseBytesMax', request.responseBytesMax, 0);
  checkCount('redirectsMax', request.redirectsMax, 0);
  const { body } = request;
  return {
    method: checkMethod(request.method),
    destination: parseDestination(request.url),
    headers: checkHeaders(request.headers, userAgent),
    body: typeof body === 'string' ? Buffer.from(body) : body,
  };
}

/** `NaN` would switch a limit off instead of setting it. */
function checkCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  const message = `Expected ${name} to be a whole number of at least ${least}, got ${value}.`;
  throw new OutboundError('egress.invalid', message);
}
