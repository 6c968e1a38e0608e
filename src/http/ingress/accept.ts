import type { IncomingMessage } from 'node:http';
import { fitsMediaType } from '../../core/media-type.ts';
import type { WebhookSettings } from '../../core/webhook.ts';
import { Refusal } from './refusal.ts';

/** Whether a webhook takes requests at this path, which is what follows its token. */
export function takesPath({ paths }: WebhookSettings, path: string): boolean {
  return paths !== false || path === '';
}

/**
 * Throws for a method or a body of a type that the webhook does not take. A request without a body has no
 * type to be wrong.
 */
export function checkAccepted(
  { methods, contentTypes }: WebhookSettings,
  { method = '', headers }: Pick<IncomingMessage, 'method' | 'headers'>,
): void {
  if (methods !== undefined && !methods.includes(method)) {
    throw new Refusal(
      'request.method_not_allowed',
      `Expected ${methods.join(' or ')}, got ${method}.`,
      ['allow', methods.join(', ')], // RFC 9110, section 15.5.6: a 405 must say.
    );
  }
  if (contentTypes === undefined || !hasBody(headers)) return;
  const type = headers['content-type'];
  if (fitsMediaType(contentTypes, type)) return;
  throw new Refusal(
    'request.unsupported_media_type',
    `Expected a body of ${contentTypes.join(' or ')}, got ${type === undefined ? 'one without a content-type' : JSON.stringify(type)}.`,
    [acceptHeader(method), contentTypes.map(acceptRange).join(', ')],
  );
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
}

/** W3C Linked Data Platform, section 7.1; RFC 5789, section 3.1; RFC 9110, section 15.5.16. */
function acceptHeader(method: string): string {
  if (method === 'POST') return 'accept-post';
  return method === 'PATCH' ? 'accept-patch' : 'accept';
}

/** Media ranges know no pattern before a suffix (RFC 9110, section 12.5.1). */
function acceptRange(pattern: string): string {
  return pattern.replace(/\*\+.*$/, '*');
}
