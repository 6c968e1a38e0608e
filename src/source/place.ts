import { FIELDS_MAX } from '../core/request/fields.ts';
import { jsonAt } from './json.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { RequestView, SentFields } from './request.ts';
import type { Place } from './source.ts';

/** Characters of a header or field that proves something: an RSA signature in base64 has 700, a JWT a few thousand. */
const PROOF_LENGTH_MAX = 8192;
/** Items of a header's or field's list: DocuSign signs with up to a hundred keys. */
const ITEMS_MAX = 100;

/** Texts at a place, or why there are none. */
export type Found =
  | { readonly ok: true; readonly values: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * The texts at a place: one, or all items of a list. A header that is sent twice is refused, because the
 * sender does not do that and proxies differ in which one they pass on.
 */
export function valuesAt(place: Place, view: RequestView): Found {
  const sent = rawValues(place, view);
  if (!sent.ok) return sent;
  const values: string[] = [];
  for (const text of sent.values) {
    if (text.length > PROOF_LENGTH_MAX) {
      const reason = `Expected ${label(place)} of at most ${PROOF_LENGTH_MAX} characters, got ${text.length}.`;
      return { ok: false, refusal: refusal('proof.malformed', reason) };
    }
    const items = itemsOf(text, place);
    // Of a JSON list every item counts: one that is left out would be one that nothing is asked of.
    if (items.length === 0 && place.in === 'json') return otherForm(place);
    values.push(...items);
  }
  // Items of a JSON list are bounded where it is read: notifications come by the thousand.
  if (place.in !== 'json' && values.length > ITEMS_MAX) {
    const reason = `Expected at most ${ITEMS_MAX} items in ${label(place)}, got ${values.length}.`;
    return { ok: false, refusal: refusal('proof.malformed', reason) };
  }
  return values.length > 0 ? { ok: true, values } : otherForm(place);
}

function otherForm(place: Place): Found {
  const reason = `Expected ${label(place)} with ${expectedItem(place)}, got another form.`;
  return { ok: false, refusal: refusal('proof.malformed', reason) };
}

/** The one text at a place. */
export function valueAt(
  place: Place,
  view: RequestView,
):
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly refusal: Refusal } {
  const found = valuesAt(place, view);
  if (!found.ok) return found;
  const [value, ...others] = found.values;
  if (value !== undefined && others.length === 0) return { ok: true, value };
  const reason = `Expected one value in ${label(place)}, got ${found.values.length}.`;
  return { ok: false, refusal: refusal('proof.malformed', reason) };
}

/** What a place is called: `the header X-Hub-Signature-256`. */
export function label(place: Place): string {
  switch (place.in) {
    case 'header':
      return `the header ${place.names.join(' or ')}`;
    case 'query':
      return `the query field ${place.name}`;
    case 'form':
      return `the form field ${place.name}`;
    case 'json':
      return `${place.path} in the JSON body`;
  }
}

function rawValues(place: Place, view: RequestView): Found {
  switch (place.in) {
    case 'header':
      return headerValues(place.names, place, view);
    case 'query':
      return field(view.query, place.name, place);
    case 'form':
      return field(view.form, place.name, place);
    case 'json': {
      const found = jsonAt(view.json, place.steps);
      const isText = (value: unknown) =>
        typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (found === undefined || !found.every(isText)) return missing(place);
      return { ok: true, values: found.map(String) };
    }
  }
}

function field(all: SentFields, name: string, place: Place): Found {
  if (all !== undefined) {
    const values = all.filter(([key]) => key === name).map(([, value]) => value);
    return single(values, place);
  }
  const reason = `Expected ${label(place)} among at most ${FIELDS_MAX} fields, got more.`;
  return { ok: false, refusal: refusal('proof.malformed', reason) };
}

/** Each name may come once; where several names are possible, all that came count. */
function headerValues(names: readonly string[], place: Place, view: RequestView): Found {
  const values: string[] = [];
  for (const name of names) {
    const lower = name.toLowerCase();
    const concrete = lower.includes('{n}') ? numbered(lower, view) : [lower];
    for (const one of concrete) {
      const sent = view.headers(one);
      if (sent.length > 1) return single(sent, { in: 'header', names: [one] });
      values.push(...sent);
    }
  }
  return values.length === 0 ? missing(place) : { ok: true, values };
}

function numbered(name: string, view: RequestView): readonly string[] {
  const [before = '', after = ''] = name.split('{n}');
  const names = new Set(view.headerNames());
  return [...names]
    .filter((sent) => sent.startsWith(before) && sent.endsWith(after))
    .filter((sent) => /^[1-9]\d{0,2}$/.test(sent.slice(before.length, sent.length - after.length)))
    .slice(0, ITEMS_MAX);
}

function single(values: readonly string[], place: Place): Found {
  if (values.length === 0) return missing(place);
  if (values.length === 1) return { ok: true, values };
  const reason = `Expected ${label(place)} once, got it ${values.length} times.`;
  return { ok: false, refusal: refusal('proof.malformed', reason) };
}

function missing(place: Place): Found {
  const reason = `Expected ${label(place)}, got none.`;
  return { ok: false, refusal: refusal('proof.missing', reason) };
}

function itemsOf(text: string, { separator, prefix = '' }: Place): string[] {
  // Blanks mean nothing around items of a list. Elsewhere the text counts as it was sent: it may be signed,
  // or go back to the sender.
  const items = separator === undefined ? [text] : text.split(separator).map((item) => item.trim());
  return items
    .filter((item) => item.length > prefix.length && item.startsWith(prefix))
    .map((item) => item.slice(prefix.length));
}

function expectedItem({ separator, prefix }: Place): string {
  const begins = prefix === undefined ? 'a value' : `\`${prefix}…\``;
  return separator === undefined ? begins : `${begins} in a list separated by \`${separator}\``;
}
