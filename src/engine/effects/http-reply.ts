import type { HttpArgs, HttpReply } from '../../core/effect.ts';
import type { OutboundResponse } from '../../core/outbound.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What the guest gets: the body as text where it is UTF-8, as base64 otherwise. */
export function replyOf({ status, headers, body }: OutboundResponse): HttpReply {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  // Entries become own members whatever they are called, `__proto__` too.
  return { status, headers: Object.fromEntries(joined), ...bodyOf(body) };
}

function bodyOf(bytes: Uint8Array): Pick<HttpReply, 'body' | 'base64'> {
  try {
    return { body: UTF8.decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}

export function isExpected(status: number, expect: HttpArgs['expect']): boolean {
  if (expect === 'any') return true;
  return expect === '2xx' ? status >= 200 && status <= 299 : expect.includes(status);
}

/** `expect` in words. */
export function expectedText(expect: HttpArgs['expect']): string {
  return typeof expect === 'string' ? expect : expect.join(', ');
}

/**
 * Milliseconds that a `retry-after` header asks for: seconds or a date (RFC 9110, section 10.2.3);
 * `undefined` where there is none that can be read.
 */
export function retryAfterMs(
  headers: OutboundResponse['headers'],
  now: number,
): number | undefined {
  const value = headers.find(([name]) => name === 'retry-after')?.[1].trim();
  if (value === undefined) return undefined;
  // However many digits: who asks for centuries is not asked again at once.
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Dates begin with a day's name; Date.parse alone would read "-5" as a year, and the oldest of their three forms,
  // which names no zone, in this machine's.
  const text = /(?:GMT|UTC|[+-]\d{4})$/i.test(value) ? value : `${value} GMT`;
  const date = /^[A-Za-z]{3}/.test(value) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
