import type { ImportedPackage, ImportedRecord } from '../../core/imported-package.ts';
import type { TakenRecord } from '../ports/package-store.ts';

/*
 * A record has one owner. Where a package takes over what another one brought, it is the other's no more: removing
 * that one, or importing it again, leaves it alone.
 */

/** What of other packages a package has once it is imported. */
export function takenOver(
  { name, records }: Pick<ImportedPackage, 'name' | 'records'>,
  all: Iterable<ImportedPackage>,
): readonly TakenRecord[] {
  // Nothing on a server is a test: two packages may each have one of a uid.
  const own = new Set(records.filter(({ kind }) => kind !== 'test').map(keyOf));
  return [...all]
    .filter((other) => other.name !== name)
    .flatMap((other) =>
      other.records
        .filter((record) => own.has(keyOf(record)))
        .map(({ kind, target }) => ({ package: other.name, kind, target })),
    );
}

/** The packages that lose records, without these. */
export function withoutTaken(
  taken: readonly TakenRecord[],
  packages: ReadonlyMap<string, ImportedPackage>,
): readonly ImportedPackage[] {
  return [...new Set(taken.map((one) => one.package))].flatMap((name) => {
    const found = packages.get(name);
    if (found === undefined) return [];
    const gone = new Set(taken.filter((one) => one.package === name).map(keyOf));
    return { ...found, records: found.records.filter((record) => !gone.has(keyOf(record))) };
  });
}

function keyOf({ kind, target }: Pick<ImportedRecord, 'kind' | 'target'>): string {
  return `${kind} ${target}`;
}
