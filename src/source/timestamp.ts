import { formatDuration } from '../core/quantity.ts';
import { label, valueAt } from './place.ts';
import { type Refusal, refusal } from './refusal.ts';
import type { RequestView } from './request.ts';
import type { Timestamp } from './source.ts';

/** When the sender says that it sent, in milliseconds since the epoch. */
export type SentAt =
  | { readonly ok: true; readonly at: number }
  | { readonly ok: false; readonly refusal: Refusal };

export function sentAt({ place, unit }: Timestamp, view: RequestView): SentAt {
  const found = valueAt(place, view);
  if (!found.ok) {
    const code = found.refusal.code === 'proof.missing' ? 'time.missing' : 'time.malformed';
    return { ok: false, refusal: refusal(code, found.refusal.reason) };
  }
  const at = millisecondsOf(found.value, unit);
  if (at !== undefined) return { ok: true, at };
  const reason = `Expected ${label(place)} to be a time in ${UNITS[unit]}, got another text.`;
  return { ok: false, refusal: refusal('time.malformed', reason) };
}

/** Why a time is too far from now, if it is. */
export function ageFault(at: number, toleranceMs: number, now: number): Refusal | undefined {
  const age = now - at;
  if (Math.abs(age) <= toleranceMs) return undefined;
  const off = formatDuration(Math.round(Math.abs(age) / 1000) * 1000);
  const most = formatDuration(toleranceMs);
  return age > 0
    ? refusal('time.old', `Expected a request sent within ${most}, got one sent ${off} ago.`)
    : refusal('time.future', `Expected a request sent within ${most}, got one sent in ${off}.`);
}

/** The text of a time, as the sender writes it. */
export function timeText(at: number, unit: Timestamp['unit']): string {
  switch (unit) {
    case 's':
      return String(Math.floor(at / 1000));
    case 'ms':
      return String(at);
    case 'iso':
      return new Date(at).toISOString();
  }
}

const UNITS: Readonly<Record<Timestamp['unit'], string>> = {
  s: 'seconds since 1970',
  ms: 'milliseconds since 1970',
  iso: 'ISO 8601',
};

function millisecondsOf(text: string, unit: Timestamp['unit']): number | undefined {
  if (unit !== 'iso') {
    if (!/^\d{1,15}$/.test(text)) return undefined;
    return Number(text) * (unit === 's' ? 1000 : 1);
  }
  // Twitch writes nanoseconds; three digits are what Date reads.
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/.exec(text);
  if (match === null) return undefined;
  const at = Date.parse(`${match[1]}${(match[2] ?? '').slice(0, 4)}${match[3]}`);
  return Number.isFinite(at) ? at : undefined;
}
