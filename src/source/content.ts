import { FIELDS_MAX } from '../core/request/fields.ts';
import { jsonAt } from './json.ts';
import { valueAt } from './place.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { RequestView } from './request.ts';
import type { Content, ContentPart } from './source.ts';

/** What the source's other settings found: the texts as they were sent. */
export interface SentTexts {
  readonly timestamp: () => Text;
  readonly id: () => Text;
}

type Text =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly refusal: Refusal };

/** The bytes that are signed, in pieces, or why they cannot be known. */
export type SignedBytes =
  | { readonly ok: true; readonly pieces: readonly (string | Uint8Array)[] }
  | { readonly ok: false; readonly refusal: Refusal };

export function signedBytes(content: Content, view: RequestView, sent: SentTexts): SignedBytes {
  const pieces: (string | Uint8Array)[] = [];
  for (const [index, part] of content.parts.entries()) {
    const piece = pieceOf(part, view, sent);
    if (!piece.ok) return piece;
    const next = content.parts[index + 1];
    if (part.is !== 'text' && next?.is === 'text' && isAmbiguous(piece.value, next.text)) {
      const reason = `Expected a {${part.is}} without \`${next.text}\`, which ends it in what is signed, got one with it.`;
      return { ok: false, refusal: refusal('proof.malformed', reason) };
    }
    pieces.push(piece.value);
  }
  return { ok: true, pieces };
}

/**
 * Whether a text has the separator that follows it: then the same signature would stand for another text
 * and another rest. Bytes are the body, which comes last.
 */
function isAmbiguous(piece: string | Uint8Array, separator: string): boolean {
  return typeof piece === 'string' && piece.includes(separator);
}

function pieceOf(
  part: ContentPart,
  view: RequestView,
  sent: SentTexts,
):
  | { readonly ok: true; readonly value: string | Uint8Array }
  | { readonly ok: false; readonly refusal: Refusal } {
  const { raw } = view;
  switch (part.is) {
    case 'text':
      return { ok: true, value: part.text };
    case 'body':
      return { ok: true, value: raw.body };
    case 'timestamp':
      return sent.timestamp();
    case 'id':
      return sent.id();
    case 'method':
      return { ok: true, value: raw.method };
    case 'url':
      return { ok: true, value: raw.url };
    case 'url:decoded':
      return { ok: true, value: decodedUrl(raw.url) };
    case 'form:sorted':
      return sortedForm(view);
    case 'value':
      return valueAt(part.place, view);
    case 'pairs':
      return pairs(part.names, view);
  }
}

const DECODED: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
};

/** The URL with the characters decoded that HubSpot's table names, and no others. */
function decodedUrl(url: string): string {
  return url.replace(/%[0-9a-f]{2}/gi, (code) => DECODED[code.toUpperCase()] ?? code);
}

/**
 * Twilio's form: names sorted, each followed by its values, sorted and without repeats. A body that is no
 * form is refused, because the signature would say nothing about it.
 */
function sortedForm(
  view: RequestView,
):
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly refusal: Refusal } {
  if (view.raw.body.length > 0 && !view.isForm) {
    const reason = 'Expected a body of type application/x-www-form-urlencoded, got another type.';
    return { ok: false, refusal: refusal('body.malformed', reason) };
  }
  if (view.form === undefined) {
    const reason = `Expected at most ${FIELDS_MAX} fields in the form, got more.`;
    return { ok: false, refusal: refusal('body.malformed', reason) };
  }
  const values = new Map<string, Set<string>>();
  for (const [name, value] of view.form) {
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([value]));
    else known.add(value);
  }
  const text = [...values.keys()]
    .sort()
    .map((name) =>
      [...(values.get(name) ?? [])]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('');
  return { ok: true, value: text };
}

/**
 * Amazon's: each name with its value, in lines. A value with lines of its own could hold other names, and be cut at
 * another place by whoever had it signed: only the first may have some, since all after it are known then, from the end.
 */
function pairs(
  names: readonly string[],
  view: RequestView,
):
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly refusal: Refusal } {
  let text = '';
  for (const [index, name] of names.entries()) {
    const [value] = jsonAt(view.json, [name]) ?? [];
    if (value === undefined) continue;
    if (typeof value !== 'string') {
      const reason = `Expected a text as ${name} in the JSON body, got another value.`;
      return { ok: false, refusal: refusal('body.malformed', reason) };
    }
    if (index > 0 && value.includes('\n')) {
      const reason = `Expected one line as ${name} in the JSON body, got more, which what is signed does not tell apart.`;
      return { ok: false, refusal: refusal('body.malformed', reason) };
    }
    text += `${name}\n${value}\n`;
  }
  return { ok: true, value: text };
}
