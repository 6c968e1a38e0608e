import { hmac } from './algorithms.ts';
import { keysOfRole } from './checks/keys-of-role.ts';
import { encode } from './encodings.ts';
import { secretBytes } from './keys.ts';
import { label, valueAt } from './place.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { RequestView } from './request.ts';
import type { AnswerValue, Condition, Handshake, HandshakeAnswer, Keys, Source } from './source.ts';

/** The answer to a handshake, ready to be written. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Characters that are echoed: Microsoft Graph's tokens have some 150. */
const ECHO_LENGTH_MAX = 4096;

/**
 * Texts that are signed for a caller. Nothing that stands between the parts of a signed request (`.`, `:`,
 * `{`, a line feed, …) is among them, so what comes out signs no request.
 */
const SIGNABLE = /^[A-Za-z0-9_-]{1,128}$/;

/** The handshake that a request is, if it is one. */
export function handshakeOf(source: Source, view: RequestView): Handshake | undefined {
  return source.handshakes.find(
    ({ when: { method, conditions } }) =>
      (method === undefined || method === view.raw.method) &&
      conditions.every((condition) => holds(condition, view)),
  );
}

function holds({ place, test, isOnly }: Condition, view: RequestView): boolean {
  const found = valueAt(place, view);
  if (!found.ok) return test.is === 'absent' && found.refusal.code === 'proof.missing';
  if (isOnly && view.form?.length !== 1) return false;
  switch (test.is) {
    case 'absent':
      return false;
    case 'present':
      return true;
    case 'digits':
      return /^\d{1,20}$/.test(found.value);
    case 'equals':
      return found.value === test.text;
    case 'contains':
      return found.value.includes(test.text);
  }
}

/** What the sender waits for, or why it does not get it. */
export function handshakeAnswer(
  { status, content }: HandshakeAnswer,
  view: RequestView,
  keys: Keys,
): { readonly ok: true; readonly answer: Answer } | Refused {
  if (content.is === 'nothing') {
    const headers = content.type === undefined ? [] : [['content-type', content.type] as const];
    return { ok: true, answer: { status, headers, body: '' } };
  }
  if (content.is === 'text') {
    const text = resolve(content.value, view, keys);
    // A browser that is led here must not take the echo for a page of ours.
    return text.ok
      ? { ok: true, answer: answerOf(status, 'text/plain; charset=utf-8', String(text.value)) }
      : text;
  }
  const fields: [string, string | number | boolean][] = [];
  for (const [name, from] of content.fields) {
    const value = resolve(from, view, keys);
    if (!value.ok) return value;
    fields.push([name, value.value]);
  }
  const body = JSON.stringify(Object.fromEntries(fields));
  return { ok: true, answer: answerOf(status, 'application/json', body) };
}

interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

function answerOf(status: number, type: string, body: string): Answer {
  const headers = [
    ['content-type', type],
    ['x-content-type-options', 'nosniff'],
  ] as const;
  return { status, headers, body };
}

function resolve(
  from: AnswerValue,
  view: RequestView,
  keys: Keys,
): { readonly ok: true; readonly value: string | number | boolean } | Refused {
  if (from.is === 'literal') return { ok: true, value: from.value };
  const found = valueAt(from.place, view);
  if (!found.ok) return found;
  if (from.is === 'value') {
    if (found.value.length <= ECHO_LENGTH_MAX) return found;
    return refused(`${label(from.place)} of at most ${ECHO_LENGTH_MAX} characters, got more`);
  }
  if (!SIGNABLE.test(found.value)) {
    return refused(`${label(from.place)} of letters, digits, - and _, got other characters`);
  }
  const role = keysOfRole(from.key, keys);
  if (!role.ok) return role;
  const key = secretBytes(role.keys[0] ?? '', from.keyEncoding);
  if (key === undefined) {
    const reason = `Expected the secret \`${from.key}\` in the encoding ${from.keyEncoding}, got another form.`;
    return { ok: false, refusal: refusal('key.malformed', reason) };
  }
  const mac = encode(hmac(from.algorithm, key, [found.value]), from.encoding);
  return { ok: true, value: from.prefix + mac };
}

function refused(expectation: string): Refused {
  return { ok: false, refusal: refusal('handshake.refused', `Expected ${expectation}.`) };
}
