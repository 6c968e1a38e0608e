import { createHash } from 'node:crypto';
import { valueAt } from './place.ts';
import type { RequestView } from './request.ts';
import type { Source } from './source.ts';

/** Ids longer than this are hashed, so that what a duplicate is looked up by stays short. */
const ID_LENGTH_MAX = 200;

/**
 * What two requests have in common that are the same event: the sender's id, where the source says so
 * together with the body's hash. `undefined` where the request has none.
 */
export function identityOf(
  { id, idWithBody }: Pick<Source, 'id' | 'idWithBody'>,
  view: RequestView,
): string | undefined {
  for (const place of id) {
    const found = valueAt(place, view);
    if (!found.ok) continue;
    const value =
      found.value.length > ID_LENGTH_MAX ? `sha256:${sha256(found.value)}` : found.value;
    return idWithBody ? `${value} sha256:${sha256(view.raw.body)}` : value;
  }
  return undefined;
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
