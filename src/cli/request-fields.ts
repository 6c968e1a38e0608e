import { isIP } from 'node:net';
import { HTTP_TOKEN } from '../core/http-syntax.ts';
import { didYouMean } from '../core/suggest.ts';
import { targetParts } from './raw-request.ts';
import { readDocument } from './read-document.ts';
import { OFFLINE_IP, type RequestDraft, requestFileError } from './request-draft.ts';

const KEYS = ['method', 'path', 'query', 'headers', 'ip', 'json', 'form', 'text', 'base64'];
const BODY_KEYS = ['json', 'form', 'text', 'base64'];
/** What a sender of such a body says; `base64` may be anything. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain; charset=utf-8',
};

type Fields = Readonly<Record<string, unknown>>;
type Pair = readonly [name: string, value: string];

/** What is wrong with a request, at one of its keys. `text` completes "Expected …". */
export interface FieldMistake {
  readonly key: string;
  readonly text: string;
}

/** Reads YAML or JSON with the parts of a request; JSON is YAML too. Strict: every mistake is told. */
export function readRequestFields(bytes: Uint8Array, source: string): RequestDraft {
  const { draft, mistakes } = draftOf(parse(bytes, source));
  if (mistakes.length === 0) return draft;
  throw requestFileError(
    source,
    mistakes.map(({ text }) => text),
  );
}

/** A request of its parts, or what is wrong with them. */
export function draftOf(fields: Fields): {
  readonly draft: RequestDraft;
  readonly mistakes: readonly FieldMistake[];
} {
  const mistakes: FieldMistake[] = [];
  const refuse = (key: string, expected: string): void => {
    mistakes.push({ key, text: `as ${key} ${expected}, got ${quote(fields[key])}` });
  };
  for (const key of Object.keys(fields).filter((name) => !KEYS.includes(name))) {
    const hint = didYouMean(key, KEYS);
    const advice = hint === undefined ? '' : `. ${hint.slice(0, -1)}`;
    mistakes.push({ key, text: `only the keys ${KEYS.join(', ')}, got "${key}"${advice}` });
  }
  const bodies = BODY_KEYS.filter((key) => fields[key] !== undefined);
  const [, second] = bodies;
  if (second !== undefined) {
    const text = `one of ${BODY_KEYS.join(', ')}, got ${bodies.join(' and ')}`;
    mistakes.push({ key: second, text });
  }
  const body = readBody(fields, bodies[0], refuse);
  const headers = readHeaders(fields, refuse);
  const type = CONTENT_TYPES[bodies[0] ?? ''];
  if (type !== undefined && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push(['content-type', type]);
  }
  const draft: RequestDraft = {
    method: readMethod(fields, bodies.length > 0, refuse),
    ...readTarget(fields, refuse),
    headers,
    clientIp: readIp(fields, refuse),
    body,
  };
  return { draft, mistakes };
}

type Refuse = (key: string, expected: string) => void;

function parse(bytes: Uint8Array, source: string): Fields {
  const value = readDocument(bytes, (mistake) => requestFileError(source, [mistake]));
  if (!isObject(value)) {
    throw requestFileError(source, [
      `an HTTP message, or an object with ${KEYS.join(', ')}; got ${quote(value)}`,
    ]);
  }
  return value;
}

function readMethod({ method }: Fields, hasBody: boolean, refuse: Refuse): string {
  if (method === undefined) return hasBody ? 'POST' : 'GET';
  // RFC 9110, sections 5.6.2 and 9.1.
  if (typeof method === 'string' && HTTP_TOKEN.test(method)) return method;
  refuse('method', 'a method such as POST');
  return '';
}

function readTarget(fields: Fields, refuse: Refuse): Pick<RequestDraft, 'path' | 'query'> {
  const { path = '', query } = fields;
  if (typeof path !== 'string' || /\s/.test(path) || (path !== '' && !path.startsWith('/'))) {
    refuse('path', 'a text that begins with /');
    return { path: '', query: null };
  }
  const target = targetParts(path);
  if (query === undefined || query === null) return target;
  if (target.query !== null) refuse('query', 'nothing, because the path has a query');
  if (typeof query === 'string') return { path: target.path, query: query.replace(/^\?/, '') };
  const pairs = fieldPairs(query);
  if (pairs === undefined) refuse('query', 'a text, or an object of texts or lists of texts');
  return { path: target.path, query: new URLSearchParams(asInit(pairs)).toString() };
}

function readHeaders(fields: Fields, refuse: Refuse): Pair[] {
  const { headers = {} } = fields;
  const pairs = Array.isArray(headers) ? listPairs(headers) : fieldPairs(headers);
  const legal = pairs?.every(([name, value]) => HTTP_TOKEN.test(name) && !/[\0\r\n]/.test(value));
  if (pairs !== undefined && legal === true) return [...pairs];
  refuse('headers', 'an object of texts, or a list of pairs [name, value]');
  return [];
}

function readIp({ ip }: Fields, refuse: Refuse): string {
  if (ip === undefined) return OFFLINE_IP;
  if (typeof ip === 'string' && isIP(ip) !== 0) return ip;
  refuse('ip', 'an IPv4 or IPv6 address');
  return '';
}

function readBody(fields: Fields, key: string | undefined, refuse: Refuse): Uint8Array {
  const value = fields[key ?? ''];
  switch (key) {
    case 'json':
      return Buffer.from(JSON.stringify(value));
    case 'form': {
      const pairs = fieldPairs(value);
      if (pairs === undefined) refuse('form', 'an object of texts or lists of texts');
      return Buffer.from(new URLSearchParams(asInit(pairs)).toString());
    }
    case 'text':
      if (typeof value !== 'string') refuse('text', 'a text');
      return Buffer.from(String(value));
    case 'base64': {
      const text = typeof value === 'string' ? value.replace(/\s+/g, '') : '-';
      const legal = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
      if (!legal.test(text)) refuse('base64', 'bytes as base64');
      return Buffer.from(text, 'base64');
    }
    default:
      return new Uint8Array();
  }
}

/** Pairs of an object whose values are texts, numbers, truth values or lists of them. */
function fieldPairs(value: unknown): readonly Pair[] | undefined {
  if (!isObject(value)) return undefined;
  const pairs = Object.entries(value).flatMap(([name, given]) =>
    (Array.isArray(given) ? given : [given]).map((one: unknown) => [name, one] as const),
  );
  return pairs.every(isPlain) ? pairs.map(([name, one]) => [name, String(one)]) : undefined;
}

function listPairs(list: readonly unknown[]): readonly Pair[] | undefined {
  const legal = list.every(
    (item) =>
      Array.isArray(item) && item.length === 2 && typeof item[0] === 'string' && isPlain(item),
  );
  return legal
    ? (list as [string, unknown][]).map(([name, one]) => [name, String(one)])
    : undefined;
}

function isPlain(pair: readonly unknown[]): boolean {
  return ['string', 'number', 'boolean'].includes(typeof pair[1]);
}

function asInit(pairs: readonly Pair[] = []): [string, string][] {
  return pairs.map(([name, value]) => [name, value]);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quote(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
