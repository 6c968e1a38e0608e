import { and, asc, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type {
  ImportedPackage,
  ImportedRecord,
  PackageSource,
} from '../../core/imported-package.ts';
import type { TakenRecord } from '../../engine/ports/package-store.ts';
import { packageRecordTable, packageTable } from './schema-packages.ts';

type Db = Pick<BetterSQLite3Database, 'select' | 'insert' | 'delete'>;

export function listPackages(db: Db): ImportedPackage[] {
  const { name, version, description, values, digest, signedBy, importedAt } = packageTable;
  const records = new Map<string, ImportedRecord[]>();
  const rows = db
    .select()
    .from(packageRecordTable)
    .orderBy(asc(packageRecordTable.package), asc(packageRecordTable.position))
    .all();
  for (const { package: owner, position: _, ...record } of rows) {
    records.set(owner, [...(records.get(owner) ?? []), record]);
  }
  return db
    .select({ name, version, description, values, digest, signedBy, importedAt })
    .from(packageTable)
    .orderBy(asc(packageTable.name))
    .all()
    .map(({ signedBy: key, ...row }) => ({
      ...row,
      ...(key === null ? {} : { signedBy: key }),
      records: records.get(row.name) ?? [],
    }));
}

export function findPackageSource(db: Db, name: string): PackageSource | undefined {
  const { document, originalFile, originalText } = packageTable;
  const row = db
    .select({ document, originalFile, originalText })
    .from(packageTable)
    .where(eq(packageTable.name, name))
    .get();
  if (row === undefined) return undefined;
  const { originalFile: file, originalText: text } = row;
  if (file === null || text === null) return { document: row.document };
  return { document: row.document, original: { file, text } };
}

/** When the package was imported; `undefined` where it is not. */
export function importTime(db: Db, name: string): number | undefined {
  const { importedAt } = packageTable;
  return db.select({ importedAt }).from(packageTable).where(eq(packageTable.name, name)).get()
    ?.importedAt;
}

/** Forgets records of packages, which stay as they are on the server. */
export function forgetRecords(db: Db, records: readonly TakenRecord[]): void {
  const table = packageRecordTable;
  for (const { package: owner, kind, target } of records) {
    const isIt = and(eq(table.package, owner), eq(table.kind, kind), eq(table.target, target));
    db.delete(table).where(isIt).run();
  }
}

/** Writes a package and what its records became, in place of what was known of it. */
export function replacePackage(
  db: Db,
  name: string,
  after: (ImportedPackage & PackageSource) | undefined,
): void {
  db.delete(packageTable).where(eq(packageTable.name, name)).run();
  if (after === undefined) return;
  const { records, signedBy = null, original, ...facts } = after;
  const row: typeof packageTable.$inferSelect = {
    ...facts,
    signedBy,
    originalFile: original?.file ?? null,
    originalText: original?.text ?? null,
  };
  db.insert(packageTable).values(row).run();
  for (const [position, record] of records.entries()) {
    db.insert(packageRecordTable)
      .values({ package: name, position, ...record })
      .run();
  }
}
