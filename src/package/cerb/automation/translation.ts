import type { Findings } from '../../convert/findings.ts';
import type { KataEntry } from '../kata/tree.ts';
import type { CerbPolicy } from './policy.ts';
import type { ValueContext } from './value.ts';
import type { Variables } from './variables.ts';

/** One step of our language, as data. */
export type Step = Readonly<Record<string, unknown>>;

/** What the translation of one automation shares. */
export interface Translation extends ValueContext {
  readonly scope: Variables;
  readonly findings: Findings;
  readonly trigger: 'webhook' | 'function';
  readonly policy: CerbPolicy;
  /** Patterns that the steps need, by list of our policy. */
  readonly needed: {
    readonly http: Set<string>;
    readonly state: Set<string>;
    readonly functions: Set<string>;
  };
  /** Whether a status of 400 or more is an error of `http.request`, as before Cerb 11. */
  readonly statusFails: boolean;
  /** Whether what has no counterpart is left out, with a warning, rather than refused. */
  readonly skipUnsupported: boolean;
  /** Translates commands below a key. */
  readonly commands: (entries: readonly KataEntry[], translation: Translation) => Step[];
}

/** Tells of something without a counterpart: an error, or a warning where such things are left out. */
export function refuse(
  { findings, skipUnsupported }: Pick<Translation, 'findings' | 'skipUnsupported'>,
  code: 'cerb.command' | 'cerb.policy' | 'cerb.record' | 'cerb.value',
  span: { readonly start: number; readonly end: number },
  message: string,
  hint?: string,
): void {
  const advice = hint === undefined ? {} : { hint };
  if (skipUnsupported) findings.warning(code, span, `${message}; it is left out`, advice);
  else findings.error(code, span, message, advice);
}

/** The key of the steps of a true condition; a name, because tools take a written `then` for a promise's. */
const THEN = 'then';

export function ifStep(when: unknown, steps: readonly Step[], otherwise?: readonly Step[]): Step {
  return { if: when, [THEN]: steps, ...(otherwise === undefined ? {} : { else: otherwise }) };
}
