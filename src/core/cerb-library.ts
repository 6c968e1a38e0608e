import { COLLECTIONS } from './cerb-library/collections.ts';
import { TEXTS } from './cerb-library/texts.ts';
import { VALUES } from './cerb-library/values.ts';
import type { LibraryEntry } from './library.ts';

/**
 * `Cerb`: what automations that were translated from Cerb call where JavaScript has no one word for what
 * Twig and PHP do. As data, like `LIBRARY`; `sandbox/guest/cerb/` implements it. It is loaded into programs
 * that name it alone, because its memory would cost every run of the others.
 */
export const CERB_LIBRARY: readonly LibraryEntry[] = [...VALUES, ...TEXTS, ...COLLECTIONS].map(
  ([name, signature, summary, example]) => ({
    name: `Cerb.${name}`,
    signature: `Cerb.${signature}`,
    summary,
    ...(example === undefined ? {} : { example }),
  }),
);
