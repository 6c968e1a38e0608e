import type { AnswerShape } from '../../../core/guest-runtime.ts';
import {
  asString,
  bytesOf,
  contains,
  copyOf,
  hasOwn,
  isArray,
  joined,
  keys,
  sizeOf,
  stringify,
  wellFormed,
} from './primordials.ts';
import { RunError } from './thrown.ts';

/**
 * An answer on its way to the host: `head` is JSON `[status, headers, type, form, length]`, where `type` is
 * the content type unless the headers have one, and `form` how to read the `length` characters of
 * `body`: `t` as they are, `j` as JSON of a text, `6` as base64, `b` not at all: the bytes go apart.
 */
export interface Shaped {
  readonly head: string;
  readonly body: string;
  readonly bytes: ArrayBuffer | undefined;
  /** The step that answered. */
  readonly step: unknown;
}

interface Body {
  readonly type: string;
  readonly form: 't' | '6' | 'b';
  readonly text: string;
  readonly bytes?: ArrayBuffer;
}

const FORMS = ['body', 'json', 'text', 'html', 'base64', 'redirect'] as const;
const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const BYTES_TYPE = 'application/octet-stream';

/** Shapes an answer as authors write it. Throws `run.answer_invalid` and `limit.output`. */
export function shape(answer: AnswerShape, bytesMax: number, step: unknown): Shaped {
  if (typeof answer !== 'object' || answer === null) {
    throw invalid(joined`Expected an answer with status, headers or a body, got ${kindOf(answer)}`);
  }
  let form: (typeof FORMS)[number] | undefined;
  for (let i = 0; i < FORMS.length; i++) {
    const name = FORMS[i] as (typeof FORMS)[number];
    if (!hasOwn(answer, name)) continue;
    if (form !== undefined) {
      throw invalid(joined`Expected one form of body in an answer, got both ${form} and ${name}`);
    }
    form = name;
  }
  let headers = headersOf(own(answer, 'headers'), bytesMax);
  if (form === 'redirect') {
    const location = stringify(wellFormed(textOf(answer.redirect, 'redirect', bytesMax)));
    headers += joined`${headers === '' ? '' : ','}["location",${location}]`;
  }
  const body = bodyOf(form, answer, bytesMax);
  const status = statusOf(answer, form);
  // JSON has no NUL, and to look for one takes a call.
  const quote = body.form === 't' && body.type !== JSON_TYPE && contains(body.text, '\0');
  const text = quote ? stringify(body.text) : body.text;
  const how = quote ? 'j' : body.form;
  // Put together by `+`: every answer comes here, and `joined` makes a list and a loop of it.
  const head =
    '[' + status + ',[' + headers + '],"' + body.type + '","' + how + '",' + text.length + ']';
  return { head, body: text, bytes: body.bytes, step };
}

/** As JSON. The host checks the number; whatever else stands there is shown to it. */
function statusOf(answer: AnswerShape, form: (typeof FORMS)[number] | undefined): string {
  const given = own(answer, 'status');
  if (given === undefined || given === null) {
    return form === 'redirect' ? '302' : form === undefined ? '204' : '200';
  }
  const shown = stringify(typeof given === 'string' ? asNumber(given) : given) ?? 'null';
  if (shown.length <= 100) return shown;
  throw invalid('Expected a status from 200 to 599, got a longer value');
}

/** Not what an author has put on `Object.prototype`. */
function own(answer: AnswerShape, name: 'status' | 'headers'): unknown {
  return hasOwn(answer, name) ? answer[name] : undefined;
}

function bodyOf(form: (typeof FORMS)[number] | undefined, answer: AnswerShape, max: number): Body {
  switch (form) {
    case undefined:
    case 'redirect':
      return { type: '', form: 't', text: '' };
    case 'json':
      return { type: JSON_TYPE, form: 't', text: jsonOf(answer.json, max) };
    case 'text':
      return { type: TEXT_TYPE, form: 't', text: wellFormed(textOf(answer.text, 'text', max)) };
    case 'html': {
      const text = wellFormed(textOf(answer.html, 'html', max));
      return { type: 'text/html; charset=utf-8', form: 't', text };
    }
    case 'base64': {
      // A third longer than the bytes behind it.
      const text = wellFormed(textOf(answer.base64, 'base64', max * 2));
      if (contains(text, '\0')) throw invalid('Expected base64 in an answer, got a NUL character');
      return { type: BYTES_TYPE, form: '6', text };
    }
    case 'body':
      return plainBody(answer.body, max);
  }
}

function plainBody(body: unknown, max: number): Body {
  const bytes = bytesOf(body);
  if (bytes !== undefined) {
    if (sizeOf(bytes) > max) throw tooLong();
    return { type: BYTES_TYPE, form: 'b', text: '', bytes: copyOf(bytes) };
  }
  if (typeof body === 'object' && body !== null) {
    return { type: JSON_TYPE, form: 't', text: jsonOf(body, max) };
  }
  return { type: TEXT_TYPE, form: 't', text: wellFormed(textOf(body, 'body', max)) };
}

function jsonOf(value: unknown, max: number): string {
  const text = stringify(value) ?? 'null';
  if (text.length > max) throw tooLong();
  return text;
}

function textOf(value: unknown, form: string, max: number): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol') {
    throw invalid(joined`Expected a text for ${form} in an answer, got ${kindOf(value)}`);
  }
  const text = typeof value === 'string' ? value : asString(value);
  // Before anything joins it: a rope can claim 1 GB while it takes a few bytes.
  if (text.length > max) throw tooLong();
  return text;
}

/** `["name","value"],…`; the host checks names and values. */
function headersOf(headers: unknown, max: number): string {
  if (headers === null || headers === undefined) return '';
  if (typeof headers !== 'object' || isArray(headers)) {
    throw invalid(joined`Expected headers as names with values, got ${kindOf(headers)}`);
  }
  let text = '';
  const names = keys(headers);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = (headers as Record<string, unknown>)[name];
    if (value === null || value === undefined) continue;
    const list = isArray(value) ? value : undefined;
    for (let j = 0; j < (list?.length ?? 1); j++) {
      const one = list === undefined ? value : list[j];
      const pair = joined`[${stringify(name)},${stringify(wellFormed(headerText(name, one, max)))}]`;
      text += text === '' ? pair : joined`,${pair}`;
      if (text.length > max * 2) throw tooLong();
    }
  }
  return text;
}

function headerText(name: string, value: unknown, max: number): string {
  if (typeof value === 'number' || typeof value === 'boolean') return asString(value);
  if (typeof value === 'string') {
    if (value.length > max) throw tooLong(); // Before anything joins a rope.
    return value;
  }
  const shown = name.length > 100 ? 'a header' : joined`the header ${stringify(name)}`;
  throw invalid(joined`Expected a text or number for ${shown}, got ${kindOf(value)}`);
}

function asNumber(text: string): unknown {
  return text.length === 3 && text > '100' && text < '999' ? +text : cutText(text);
}

function cutText(text: string): string {
  return text.length > 20 ? 'a longer text' : text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'a list';
  if (value === undefined) return 'nothing';
  return typeof value === 'object' ? 'an object' : joined`a ${typeof value}`;
}

function invalid(message: string): RunError {
  return new RunError('run.answer_invalid', message);
}

function tooLong(): RunError {
  return new RunError('limit.output', '');
}
