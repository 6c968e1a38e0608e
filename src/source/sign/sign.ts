import { checksOf } from '../checks-of.ts';
import { label } from '../place.ts';
import type { Keys, Place, Source, Timestamp } from '../source.ts';
import { timeText } from '../timestamp.ts';
import { Draft, type RequestDraft } from './draft.ts';
import { addProof } from './proof.ts';

export interface Signing {
  /** Milliseconds since the epoch: the sender's clock. */
  readonly now: number;
  /** What the sender would name the event by. */
  readonly id: string;
  /** The kind of event, such as `push`; the source's sample where neither this nor the draft says. */
  readonly event?: string;
}

/** The request as its sender would send it, or why it cannot be made. */
export type SignedDraft =
  | { readonly ok: true; readonly draft: RequestDraft }
  | { readonly ok: false; readonly reason: string };

/**
 * Makes a request pass its source: what the draft lacks of the sender's headers, its id and time, and the
 * proof. What the draft has of its own is left as it is, but for proofs.
 *
 * @param keys the secrets by role; a private key where the sender signs with one
 */
export function signRequest(
  source: Source,
  request: RequestDraft,
  keys: Keys,
  { now, id, event }: Signing,
): SignedDraft {
  const draft = new Draft(request);
  for (const [name, value] of Object.entries(source.sample.headers)) draft.addHeader(name, value);
  for (const name of proofHeaders(source)) draft.dropHeader(name);
  // A body that was given stays as it is, but for what its sender signs.
  const lacks = (place: Place) =>
    !draft.has(place) &&
    (place.in === 'header' || request.body.length === 0 || isSigned(place, source));
  const { timestamp, verify, sample } = source;
  const [idParts = []] = source.id;
  const idPlaces = idParts.filter((part) => part !== 'body').filter(lacks);
  const kind = event ?? (source.event && lacks(source.event) ? sample.event : undefined);
  const isPlaced =
    (source.event === undefined || kind === undefined || draft.put(source.event, kind)) &&
    idPlaces.every((place) => draft.put(place, id)) &&
    (timestamp === undefined || draft.put(timestamp.place, timeValue(timestamp, now)));
  if (!isPlaced) {
    return { ok: false, reason: `Expected a body as ${source.name} sends, got another.` };
  }
  const fault = verify === undefined ? undefined : addProof(verify, { source, draft, keys, now });
  return fault === undefined ? { ok: true, draft: draft.request } : { ok: false, reason: fault };
}

/** Among the fields of a JSON body a time is a number, as Linear's. */
function timeValue({ unit, place }: Timestamp, now: number): string | number {
  const text = timeText(now, unit);
  return unit !== 'iso' && place.in === 'json' ? Number(text) : text;
}

/** Whether the sender signs the value at a place by itself, as Mailgun its token. */
function isSigned(place: Place, { verify }: Source): boolean {
  return checksOf(verify).some(
    (check) =>
      check.is === 'signature' &&
      check.content.parts.some((part) => part.is === 'value' && label(part.place) === label(place)),
  );
}

/** Headers that hold proofs; those of an earlier request prove nothing for this one. */
function proofHeaders({ timestamp, verify }: Source): readonly string[] {
  const places = checksOf(verify).flatMap((check) => ('place' in check ? [check.place] : []));
  return [...places, ...(timestamp === undefined ? [] : [timestamp.place])].flatMap((place) =>
    place.in === 'header' ? place.names : [],
  );
}
