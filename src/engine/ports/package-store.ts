import type { AutomationRecord } from '../../core/automation.ts';
import type { HookRecord } from '../../core/hook.ts';
import type {
  ImportedPackage,
  ImportedRecord,
  PackageSource,
} from '../../core/imported-package.ts';
import type { NewMessage } from '../../core/message.ts';
import type { SealedSecret } from '../../core/secret.ts';
import type { Webhook } from '../../core/webhook.ts';

/** Packages that were imported, and the one transaction in which all that they bring changes. */
export interface PackageStore {
  /** By name. */
  packages(): Promise<readonly ImportedPackage[]>;
  packageSource(name: string): Promise<PackageSource | undefined>;
  /**
   * Changes everything that a package is about, or nothing. Each record has to be as `before` says, so that
   * what was changed in the meantime is not overwritten. Names and accounts have to be unique in the end, and may
   * go from one record to another.
   *
   * @returns the hooks as they are stored, in the order in which `hooks` has an `after`
   * @throws HookwrightError `package.changed` where something is not as `before` says, and what
   *   `createWebhook`, `createHook` and the like throw
   */
  applyPackage(change: PackageChange): Promise<readonly HookRecord[]>;
}

/** One record: made where `before` is absent, deleted where `after` is. */
export interface RecordChange<T> {
  readonly before?: T;
  readonly after?: T;
}

export interface PackageChange {
  readonly name: string;
  /** `importedAt` of the package as it was planned on; absent where there was none. */
  readonly before?: number;
  /** Absent where it is removed. */
  readonly after?: ImportedPackage & PackageSource;
  readonly automations: readonly RecordChange<AutomationRecord>[];
  readonly webhooks: readonly RecordChange<Webhook>[];
  readonly hooks: readonly HookChange[];
  readonly secrets: readonly RecordChange<SealedSecret>[];
  /** Records that are another package's no more, because this one has taken them over. */
  readonly takenOver?: readonly TakenRecord[];
}

/** A record of a package, by what it became. */
export type TakenRecord = Pick<ImportedRecord, 'kind' | 'target'> & { readonly package: string };

/** The number of a new hook is given by the store. */
export interface HookChange {
  readonly before?: Pick<HookRecord, 'id' | 'name' | 'updatedAt'>;
  readonly after?: Omit<HookRecord, 'number'>;
  /** A disabled one becomes healthy. */
  readonly reset?: boolean;
  readonly ping?: NewMessage;
}
