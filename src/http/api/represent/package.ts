import type {
  ImportedKind,
  ImportedPackage,
  ImportedRecord,
} from '../../../core/imported-package.ts';
import type { PackageValues } from '../../../core/package.ts';
import { iso } from './time.ts';

export interface PackageBriefJson {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly imported_at: string;
  /** The key that signed it, in base64. */
  readonly signed_by: string | null;
  /** How many it brought, tests among them. */
  readonly records: number;
}

export interface PackageJson extends Omit<PackageBriefJson, 'records'> {
  readonly digest: string;
  /** Answers and made-up values; secrets are not among them. */
  readonly values: PackageValues;
  /** The file that it was converted from. */
  readonly original: string | null;
  readonly records: readonly {
    readonly kind: ImportedKind;
    readonly uid: string;
    readonly name: string;
    /** False where it was deleted since, or is another owner's. */
    readonly present: boolean;
  }[];
}

export function packageBriefJson(imported: ImportedPackage): PackageBriefJson {
  const { name, version, description, importedAt, signedBy, records } = imported;
  return {
    name,
    version,
    description,
    imported_at: iso(importedAt),
    signed_by: signedBy ?? null,
    records: records.length,
  };
}

/** @param isPresent whether what a record became is still there */
export function packageJson(
  imported: ImportedPackage,
  original: string | undefined,
  isPresent: (record: ImportedRecord) => boolean,
): PackageJson {
  const { digest, values } = imported;
  return {
    ...packageBriefJson(imported),
    digest,
    values,
    original: original ?? null,
    records: imported.records.map((record) => {
      const { kind, uid, name } = record;
      return { kind, uid, name, present: isPresent(record) };
    }),
  };
}
