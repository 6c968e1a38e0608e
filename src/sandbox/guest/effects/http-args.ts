import type { HttpArgs } from '../../../core/effect.ts';
import { HTTP_TOKEN } from '../../../core/http-syntax.ts';
import { CLIENT_HEADERS } from '../../../core/outbound.ts';
import {
  InvalidEffect,
  invalid,
  readChoice,
  readDuration,
  readFields,
  readPairs,
  readText,
  readWhole,
  shown,
} from './fields.ts';

/** Longer than what callers wait for (GitHub 10 s), shorter than a run may take (30 s). */
const TIMEOUT_MS = 15_000;
/** What no load balancer on the way waits longer for. */
const TIMEOUT_MS_MAX = 300_000;
/** With waits that double, the 20th is days after the first: longer belongs into the run's `retry`. */
const ATTEMPTS_MAX = 20;
/** RFC 9110, section 4.1, asks servers to take 8,000. */
const URL_LENGTH_MAX = 8192;
/** Names and values together; servers refuse more than 8 to 32 kB. */
const HEADERS_LENGTH_MAX = 32 * 1024;
/** A list of expected statuses is written by a person. */
const STATUSES_MAX = 100;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
/** RFC 9110, section 5.5. Beyond Latin-1 a character would lose its high byte on the wire. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

const BODY_FORMS = ['json', 'form', 'text', 'body', 'base64'] as const;
const NAMES = [
  'method',
  'url',
  'headers',
  'auth',
  'query',
  ...BODY_FORMS,
  'expect',
  'timeout',
  'retry',
  'in_doubt',
];

type Body = Pick<HttpArgs, 'body' | 'base64'> & { readonly type: string };

/**
 * The arguments of `http` from what the guest describes: as authors write them, but `json` is a text of
 * JSON, and `body` is a pair of its form (`text`, `json` or `base64`) and a text.
 *
 * The URL stays as it is written, so that the policy sees what was computed (dot segments, odd spellings)
 * rather than what a parser made of it; only `query` is added, and the fragment, which is never sent, goes.
 *
 * @throws InvalidEffect
 */
export function httpArgs(described: unknown): HttpArgs {
  const given = readFields(described, NAMES, 'http');
  const form = bodyForm(given);
  const method =
    given.method === undefined || given.method === null
      ? form === undefined
        ? 'GET'
        : 'POST'
      : readMethod(given.method);
  if (form !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw new InvalidEffect(`Expected no body with ${method}, got ${form}. Write another method`);
  }
  const url = withQuery(readUrl(given.url), readPairs(given.query, 'query'));
  const body = form === undefined ? undefined : readBody(form, given[form]);
  const { bearer, basic } = readAuth(given.auth);
  const own = readPairs(given.headers, 'headers of http');
  const headers = readHeaders(
    bearer === undefined ? own : [...own, ['authorization', `Bearer ${bearer}`]],
  );
  const authorizations = headers.filter(([name]) => name === 'authorization').length;
  if (authorizations > 0 && (basic !== undefined || authorizations > 1)) {
    throw new InvalidEffect('Expected one authorization for http, got auth beside another header');
  }
  if (body !== undefined && !headers.some(([name]) => name === 'content-type')) {
    headers.push(['content-type', body.type]);
  }
  const { attempts, backoff } = readRetry(given.retry);
  return {
    method,
    url,
    headers,
    ...(basic === undefined ? {} : { basic }),
    ...(body?.body === undefined ? {} : { body: body.body }),
    ...(body?.base64 === undefined ? {} : { base64: body.base64 }),
    expect: readExpect(given.expect),
    timeoutMs: readTimeout(given.timeout),
    attempts,
    ...(backoff === undefined ? {} : { backoff }),
    inDoubt: readChoice(given.in_doubt ?? 'resend', ['resend', 'hold'], 'in_doubt of http'),
  };
}

function readMethod(value: unknown): string {
  const upper = typeof value === 'string' ? value.toUpperCase() : '';
  const found = METHODS.find((method) => method === upper);
  if (found === undefined) throw invalid(`one of ${METHODS.join(', ')} as method of http`, value);
  return found;
}

function readUrl(value: unknown): string {
  if (typeof value !== 'string') throw invalid('a text as url of http', value);
  const text = readText(value, 'url of http');
  if (!URL.canParse(text)) {
    throw invalid('a url of http such as https://api.example.com/orders', text);
  }
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw invalid('a url of http that begins with http:// or https://', text);
  }
  if (username !== '' || password !== '') {
    throw new InvalidEffect(
      'Expected a url of http without user name and password, got one with them. Send them in an authorization header',
    );
  }
  return text.replace(/#.*$/s, '');
}

function withQuery(url: string, pairs: readonly [string, string][]): string {
  let whole = url;
  if (pairs.length > 0) {
    const mark = !url.includes('?') ? '?' : /[?&]$/.test(url) ? '' : '&';
    whole = url + mark + new URLSearchParams(pairs as [string, string][]).toString();
  }
  if (whole.length > URL_LENGTH_MAX) {
    throw new InvalidEffect(
      `Expected a url of http of at most ${URL_LENGTH_MAX} characters, got ${whole.length}. Send long data in a body`,
    );
  }
  return whole;
}

/** The user of Basic ends at the first colon (RFC 7617, section 2). */
function readAuth(value: unknown): { bearer?: string; basic?: NonNullable<HttpArgs['basic']> } {
  if (value === undefined || value === null) return {};
  const { bearer, basic } = readFields(value, ['bearer', 'basic'], 'auth of http');
  if ((bearer === undefined) === (basic === undefined)) {
    throw new InvalidEffect('Expected bearer or basic for auth of http, got both or none');
  }
  if (bearer !== undefined) return { bearer: readText(bearer, 'bearer of http') };
  const { user, password } = readFields(basic, ['user', 'password'], 'basic of http');
  const pair = {
    user: readText(user ?? '', 'user of http'),
    password: readText(password ?? '', 'password of http'),
  };
  if (pair.user.includes(':') || /\p{Cc}/u.test(pair.user + pair.password)) {
    throw new InvalidEffect(
      'Expected a user without colon and no control characters for basic of http, got others',
    );
  }
  if (pair.user.length + pair.password.length > HEADERS_LENGTH_MAX / 2) {
    throw new InvalidEffect(
      'Expected a shorter user and password for basic of http, got long ones',
    );
  }
  return { basic: pair };
}

/** By hand: a pattern would begin anew at each of a thousand blanks within, and what callers send may stand here. */
function withoutBlanksAround(text: string): string {
  const isBlank = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}

function readHeaders(pairs: readonly [string, string][]): [string, string][] {
  let length = 0;
  const headers = pairs.map(([name, text]): [string, string] => {
    if (!HTTP_TOKEN.test(name)) {
      throw invalid('a header name of letters, digits and hyphens in http', name);
    }
    const lower = name.toLowerCase();
    if (CLIENT_HEADERS.has(lower)) {
      throw new InvalidEffect(
        `Expected no ${lower} header in http, got one: the client sets it itself`,
      );
    }
    // Spaces around a value are no part of it (RFC 9110, section 5.5).
    const trimmed = withoutBlanksAround(text);
    if (!VALUE.test(trimmed)) {
      // Not quoted: what stands in a header is often a credential.
      throw new InvalidEffect(
        `Expected one line of Latin-1 characters for the header ${lower} of http, got line breaks or other characters. Encode the value first`,
      );
    }
    length += lower.length + trimmed.length;
    return [lower, trimmed];
  });
  if (length > HEADERS_LENGTH_MAX) {
    throw new InvalidEffect(
      `Expected at most ${HEADERS_LENGTH_MAX} characters of headers in http, got ${length}`,
    );
  }
  return headers;
}

function bodyForm(
  given: Readonly<Record<string, unknown>>,
): (typeof BODY_FORMS)[number] | undefined {
  const forms = BODY_FORMS.filter((name) => given[name] !== undefined);
  if (forms.length < 2) return forms[0];
  throw new InvalidEffect(`Expected one form of body in http, got both ${forms.join(' and ')}`);
}

function readBody(form: (typeof BODY_FORMS)[number], value: unknown): Body {
  switch (form) {
    case 'json':
      return { body: readText(value, 'json of http'), type: 'application/json' };
    case 'form': {
      const fields = new URLSearchParams(readPairs(value, 'form of http')).toString();
      return { body: fields, type: 'application/x-www-form-urlencoded' };
    }
    case 'text':
      return { body: readText(value ?? '', 'text of http'), type: 'text/plain; charset=utf-8' };
    case 'base64': {
      const text = typeof value === 'string' ? value.replace(/\s+/g, '') : '*';
      if (!BASE64.test(text)) throw invalid('base64 as base64 of http', value);
      // One spelling of the same bytes, so that the journal compares bytes.
      const base64 = Buffer.from(text, 'base64').toString('base64');
      return { base64, type: 'application/octet-stream' };
    }
    case 'body': {
      const [kind, text] = Array.isArray(value) ? (value as unknown[]) : [];
      const as = readChoice(kind, ['text', 'json', 'base64'], 'the form of a body of http');
      return readBody(as, text);
    }
  }
}

function readExpect(value: unknown): HttpArgs['expect'] {
  if (value === undefined || value === null || value === '2xx') return '2xx';
  if (value === 'any') return 'any';
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.length > STATUSES_MAX) {
    throw new InvalidEffect(
      `Expected 1 to ${STATUSES_MAX} statuses as expect of http, got ${list.length}`,
    );
  }
  return list.map((one) => {
    if (typeof one === 'number' || typeof one === 'string') {
      const status = Number(one);
      if (Number.isInteger(status) && status >= 100 && status <= 599) return status;
    }
    throw invalid('2xx, any, or statuses from 100 to 599 as expect of http', one);
  });
}

function readTimeout(value: unknown): number {
  if (value === undefined || value === null) return TIMEOUT_MS;
  const ms = readDuration(value, TIMEOUT_MS_MAX, 'timeout of http');
  if (ms === 0) throw new InvalidEffect(`Expected a timeout of http over 0, got ${shown(value)}`);
  return ms;
}

function readRetry(value: unknown): Pick<HttpArgs, 'attempts' | 'backoff'> {
  if (value === undefined || value === null) return { attempts: 1 };
  const { attempts, backoff } = readFields(value, ['attempts', 'backoff'], 'retry of http');
  return {
    attempts: readWhole(attempts ?? 1, 1, ATTEMPTS_MAX, 'attempts of http'),
    ...(backoff === undefined || backoff === null
      ? {}
      : { backoff: readChoice(backoff, ['exponential', 'fixed'], 'backoff of http') }),
  };
}
