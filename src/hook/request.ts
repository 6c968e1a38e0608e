import { createHash } from 'node:crypto';
import { HookwrightError } from '../core/errors.ts';
import type { Hook } from '../core/hook.ts';
import { HTTP_TOKEN } from '../core/http-syntax.ts';
import type { Message } from '../core/message.ts';
import { CLIENT_HEADERS } from '../core/outbound.ts';
import { fitsPattern } from '../core/wildcard.ts';
import { fillBody } from './body.ts';
import { encodeForm, textOf, wellFormed } from './flatten.ts';
import type { Format, Header, Profile } from './profile.ts';
import { signature } from './sign.ts';
import { fillText, fillValue } from './template.ts';

/** Methods whose requests have no body (RFC 9110, sections 9.3.1 and 9.3.5). */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'DELETE']);

/** What a request depends on beside its hook, profile and message. */
export interface RequestFacts {
  readonly deliveryId: string;
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Where this server is, as callers see it. */
  readonly source: string;
  readonly version: string;
}

/** One attempt's request, ready to be sent. */
export interface HookRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
}

/**
 * Builds the request of one attempt: the same for the same arguments.
 *
 * @throws HookwrightError `message.invalid` where the message does not fit the profile: it cannot be sent
 */
export function buildRequest(
  hook: Hook,
  profile: Profile,
  message: Message,
  facts: RequestFacts,
): HookRequest {
  const data: unknown = JSON.parse(message.data);
  const scope = scopeOf(hook, message, data, facts);
  const isPing = message.kind === 'ping' && profile.ping !== undefined;
  const format = isPing ? (profile.ping as Format) : formatOf(profile, hook);
  const bodiless = BODILESS.has(hook.method);
  const body = bodiless ? undefined : encodeBody(format, scope, message);
  const headers = new Headers();
  if (body !== undefined) headers.set('Content-Type', format.contentType);
  if (!isPing) headers.fill(profile.headers, scope);
  headers.fill(format.headers, scope);
  if (!isPing && profile.sign !== undefined) {
    const signed = body ?? new Uint8Array();
    headers.set(profile.sign.header, signature(profile.sign, hook, scope, signed, facts.now));
  }
  for (const [name, value] of hook.headers) headers.set(name, value);
  if (!isPing && profile.headersFrom !== undefined) {
    headers.take(fillValue(profile.headersFrom, scope));
  }
  return {
    method: hook.method,
    url: urlOf(hook, profile, scope, bodiless),
    headers: headers.list,
    ...(body === undefined ? {} : { body }),
  };
}

function scopeOf(
  hook: Hook,
  message: Message,
  data: unknown,
  { deliveryId, attempt, now, source, version }: RequestFacts,
): Readonly<Record<string, unknown>> {
  const topic = message.kind === 'emit' ? message.to : ownTopic(message, hook);
  const dot = topic.indexOf('.');
  return {
    id: message.id,
    timestamp: Math.floor(now / 1000),
    time: new Date(message.createdAt).toISOString(),
    topic,
    resource: dot < 0 ? topic : topic.slice(0, dot),
    event: dot < 0 ? '' : topic.slice(dot + 1),
    attempt,
    source: `${source.replace(/\/+$/, '')}/`,
    version,
    hook: { id: hook.id, name: hook.name, number: hook.number },
    delivery: {
      id: deliveryId,
      digest: createHash('sha256').update(deliveryId).digest('hex').slice(0, 32),
    },
    data,
  };
}

/** What was meant for one hook has no topic of its own: pings have Hookwright's, others the hook's name. */
function ownTopic({ kind }: Message, { name }: Hook): string {
  return kind === 'ping' ? 'hookwright.ping' : name;
}

function formatOf(profile: Profile, { format }: Hook): Format {
  const found = profile.formats.find(({ name }) => name === format);
  if (found !== undefined) return found;
  const names = profile.formats.map(({ name }) => name).join(', ');
  throw new HookwrightError(
    'message.invalid',
    `Expected one of the formats of the profile ${profile.name}, ${names}; got "${format}".`,
    { next: 'Give the hook another format.' },
  );
}

function encodeBody(
  format: Format,
  scope: Readonly<Record<string, unknown>>,
  message: Message,
): Uint8Array {
  const segments = message.to.split('.');
  const chosen = format.bodies.find(
    ({ topic }) => topic === undefined || (message.kind === 'emit' && fitsPattern(topic, segments)),
  );
  const whole = chosen === undefined ? undefined : fillBody(chosen.body, scope);
  const value = format.without.length > 0 || format.isCompact ? trimmed(whole, format) : whole;
  if (format.encoding === 'form') return Buffer.from(encodeForm(value));
  if (format.encoding === 'text') return Buffer.from(textOf(value));
  // The emitted text itself where that is the body: receivers get the digits that were sent.
  return Buffer.from(value === scope.data ? message.data : JSON.stringify(value ?? null));
}

function trimmed(value: unknown, { without, isCompact }: Format): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(
    ([name, item]) => !without.includes(name) && !(isCompact && item === null),
  );
  return Object.fromEntries(entries);
}

function urlOf(
  hook: Hook,
  profile: Profile,
  scope: Readonly<Record<string, unknown>>,
  bodiless: boolean,
): string {
  const { replace, append } = profile.url ?? {};
  const replaced = replace === undefined ? '' : fillText(replace, scope);
  const appended = append === undefined ? '' : fillText(append, scope);
  const text = (replaced === '' ? hook.url : replaced) + appended;
  const origin = new URL(hook.url).origin;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Data comes from strangers, and the hook's own headers may be credentials.
  if (url?.origin !== origin) {
    throw new HookwrightError(
      'message.invalid',
      `Expected the message to stay at ${origin}, got a path that leads elsewhere.`,
    );
  }
  if (!bodiless) return url.href;
  const rule = profile.query.find(
    ({ when }) => when === undefined || fillText(when.value, scope) === when.is,
  );
  const added = rule === undefined ? '' : encodeForm(fillValue(rule.value, scope));
  if (added === '') return url.href;
  url.search = url.search === '' ? `?${added}` : `${url.search}&${added}`;
  return url.href;
}

/** In order; a later value replaces an earlier one of the same name, in any case. */
class Headers {
  readonly #byName = new Map<string, readonly [string, string]>();

  get list(): readonly (readonly [string, string])[] {
    return [...this.#byName.values()];
  }

  set(name: string, value: string): void {
    this.#byName.set(name.toLowerCase(), [name, printable(value)]);
  }

  /** Headers whose value is empty are left out. */
  fill(headers: readonly Header[], scope: Readonly<Record<string, unknown>>): void {
    for (const { name, value } of headers) {
      const text = fillText(value, scope);
      if (text !== '') this.set(name, text);
    }
  }

  /** A map in the data. Names that are none, and those that the client writes itself, are passed over. */
  take(map: unknown): void {
    if (typeof map !== 'object' || map === null || Array.isArray(map)) return;
    for (const [name, value] of Object.entries(map)) {
      if (HTTP_TOKEN.test(name) && !CLIENT_HEADERS.has(name.toLowerCase())) {
        this.set(name.toLowerCase(), textOf(value));
      }
    }
  }
}

/** Header values are bytes; what is not printable ASCII is percent-encoded as UTF-8. */
function printable(text: string): string {
  return wellFormed(text)
    .replace(/[^\x20-\x7e]/gu, (char) => encodeURIComponent(char))
    .trim();
}
