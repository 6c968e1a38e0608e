import type { SentTexts } from '../content.ts';
import { type Refusal, type RefusalCode, refusal } from '../refusal.ts';
import type { RequestView } from '../request.ts';
import type { Keys } from '../source.ts';

/** All that a check may know. */
export interface CheckContext {
  readonly view: RequestView;
  readonly keys: Keys;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly sent: SentTexts;
  /** Certificates in PEM that the caller has fetched, by URL. */
  readonly fetched: ReadonlyMap<string, string>;
}

export type CheckResult =
  /** `usesPrevious`: it passed by a secret that is not the current one. */
  | { readonly is: 'passed'; readonly usesPrevious: boolean }
  | { readonly is: 'failed'; readonly refusal: Refusal }
  /** The caller has to fetch this URL and try again. */
  | { readonly is: 'fetch'; readonly url: string };

export function passed(usesPrevious = false): CheckResult {
  return { is: 'passed', usesPrevious };
}

export function failed(code: RefusalCode, reason: string): CheckResult {
  return { is: 'failed', refusal: refusal(code, reason) };
}
