import { createHash } from 'node:crypto';
import { jsonAt } from './json.ts';
import { valuesAt } from './place.ts';
import type { RequestView } from './request.ts';
import type { Identity, Place, Source } from './source.ts';

/** Ids longer than this are hashed, so that what a duplicate is looked up by stays short. */
const ID_LENGTH_MAX = 200;

/** Beyond this, neighbours are one number: ids of 64 bits are. */
const MOST_EXACT: number = Number.MAX_SAFE_INTEGER;

/**
 * What two requests have in common that are the same event: the first of the source's ids of which the
 * request has all parts. `undefined` where it has none.
 */
export function identityOf({ id }: Pick<Source, 'id'>, view: RequestView): string | undefined {
  for (const parts of id) {
    const found = valuesOf(parts, view);
    if (found === undefined) continue;
    const [first = [], ...others] = found;
    const [only] = first;
    const isText = others.length === 0 && first.length === 1 && only !== undefined;
    const text = isText ? only : JSON.stringify(found);
    return text.length > ID_LENGTH_MAX ? `sha256:${sha256(text)}` : text;
  }
  return undefined;
}

/** The id that what is signed can name: the one place of the first. */
export function signedId({ id }: Pick<Source, 'id'>): Place | undefined {
  const [parts = []] = id;
  const [part] = parts;
  return parts.length === 1 && part !== 'body' ? part : undefined;
}

/** The values of each part, of a batch those of all items; `undefined` where one is missing. */
function valuesOf(parts: Identity, view: RequestView): readonly (readonly string[])[] | undefined {
  const values: (readonly string[])[] = [];
  for (const part of parts) {
    if (part === 'body') {
      values.push(bodyHash(view));
      continue;
    }
    const found = valuesAt(part, view);
    if (!found.ok) return undefined;
    values.push(found.values);
    // It may be another event's id; together with the body it is that of its repeats alone.
    if (isRounded(part, view)) values.push(bodyHash(view));
  }
  return values;
}

function bodyHash({ raw }: RequestView): readonly string[] {
  return [`sha256:${sha256(raw.body)}`];
}

/** Whether a number stands there of which JavaScript has not every digit. */
function isRounded(place: Place, view: RequestView): boolean {
  if (place.in !== 'json') return false;
  const found = jsonAt(view.json, place.steps) ?? [];
  return found.some((value) => typeof value === 'number' && Math.abs(value) > MOST_EXACT);
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
