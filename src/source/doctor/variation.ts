import type { SourceRequest } from '../request.ts';
import type { Check, Keys, SignatureCheck, Source } from '../source.ts';

/** A request as a source sees it, with all that the verdict depends on. */
export interface Case {
  readonly source: Source;
  readonly request: SourceRequest;
  readonly keys: Keys;
}

/** A known mistake, and the case as it would be without it. Texts never hold a secret. */
export interface Variation {
  /** Stable, for tools. */
  readonly code: string;
  /** What is the matter, if the case passes so. */
  readonly says: string;
  /** What to do about it. */
  readonly next: string;
  readonly apply: (from: Case) => Case;
}

/** A source whose signatures are checked otherwise. */
export function withSignatures(
  source: Source,
  change: (check: SignatureCheck) => SignatureCheck,
): Source {
  if (source.verify === undefined) return source;
  const walk = (check: Check): Check => {
    if ('of' in check) return { ...check, of: check.of.map(walk) };
    return check.is === 'signature' ? change(check) : check;
  };
  return { ...source, verify: walk(source.verify) };
}

export function withBody(from: Case, body: Uint8Array): Case {
  return { ...from, request: { ...from.request, body } };
}

export function withUrl(from: Case, url: string): Case {
  return { ...from, request: { ...from.request, url } };
}

export function withEachKey(from: Case, change: (key: string) => string): Case {
  const keys = Object.entries(from.keys).map(([role, texts]) => [role, texts.map(change)] as const);
  return { ...from, keys: Object.fromEntries(keys) };
}
