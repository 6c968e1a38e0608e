import type { Package, PackageValues, RecordKind } from './package.ts';

/** What a package brings: its records, and the secrets that it asks for. */
export type ImportedKind = RecordKind | 'secret';

/** What a record of a package became. */
export interface ImportedRecord {
  readonly kind: ImportedKind;
  readonly uid: string;
  /** The id of a webhook or hook, the name of an automation or secret, the uid of a test. */
  readonly target: string;
  readonly name: string;
  /** What it was when it was applied (`engine/packages/marks.ts`): what differs now was changed by hand. */
  readonly mark: string;
}

/** A package that was imported. */
export interface ImportedPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** As in `FilledPackage`. */
  readonly values: PackageValues;
  readonly digest: string;
  readonly signedBy?: string;
  readonly importedAt: number;
  /** In the package's order. Without those that were kept as they were found. */
  readonly records: readonly ImportedRecord[];
}

/** What an imported package came as. */
export interface PackageSource {
  /** Its one document, as JSON, nothing filled in. */
  readonly document: string;
  readonly original?: Package['original'];
}
