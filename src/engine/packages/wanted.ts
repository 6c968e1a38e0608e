import type { Diagnostic } from '../../core/diagnostic.ts';
import type { FilledPackage, FilledRecord } from '../../core/package.ts';
import type { HookDraft } from '../hooks/draft.ts';
import type { WebhookDraft } from '../registry.ts';

/** Where in a record's text something stands. */
export type Place = Pick<Diagnostic, 'line' | 'column' | 'length'>;

/** Keys and positions that lead to a value. */
export type KeyPath = readonly (string | number)[];

interface Wanted extends Pick<FilledRecord, 'uid' | 'name' | 'file' | 'text'> {
  /** Where a value stands; of one that is not there, where the last on the way to it does. */
  readonly place: (path: KeyPath) => Place;
}

export interface WantedAutomation extends Wanted {
  readonly kind: 'automation';
}

/** The keys that its text has, outermost ones alone. */
interface Keyed {
  readonly keys: readonly string[];
}

export interface WantedWebhook extends Wanted, Keyed {
  readonly kind: 'webhook';
  readonly draft: WebhookDraft & { readonly paused?: boolean };
}

/**
 * A hook. Its `secret` is the name of a stored secret; URL and headers may hold `${{ secrets.NAME }}`, which
 * stands for the value.
 */
export interface WantedHook extends Wanted, Keyed {
  readonly kind: 'hook';
  readonly draft: HookDraft & { readonly paused?: boolean };
}

interface WantedTest extends Wanted {
  readonly kind: 'test';
}

/** A record as a package has it, read and filled in. */
export type WantedRecord = WantedAutomation | WantedWebhook | WantedHook | WantedTest;

/** A package as it is to be imported. */
export interface WantedPackage {
  readonly filled: FilledPackage;
  readonly records: readonly WantedRecord[];
  /** What was wrong with records that are not among them. */
  readonly diagnostics: readonly Diagnostic[];
  /** See `PackageSource.document`. */
  readonly document: string;
}
