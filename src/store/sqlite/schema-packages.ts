import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

import type { ImportedKind } from '../../core/imported-package.ts';
import type { PackageValues } from '../../core/package.ts';
import type { TableOf } from './table.ts';

// drizzle-kit reads this file by itself: of ours it imports nothing but types.

interface PackageRow {
  name: string;
  version: string;
  description: string;
  values: PackageValues;
  digest: string;
  signedBy: string | null;
  importedAt: number;
  originalFile: string | null;
  document: string;
  originalText: string | null;
}

/** What is long comes last, so that a list reads the head of each row alone. */
export const packageTable: TableOf<PackageRow> = sqliteTable('package', {
  name: text().primaryKey(),
  version: text().notNull(),
  description: text().notNull(),
  values: text({ mode: 'json' }).$type<PackageValues>().notNull(),
  digest: text().notNull(),
  signedBy: text('signed_by'),
  importedAt: integer('imported_at').notNull(),
  originalFile: text('original_file'),
  document: text().notNull(),
  originalText: text('original_text'),
});

interface PackageRecordRow {
  package: string;
  position: number;
  kind: ImportedKind;
  uid: string;
  target: string;
  name: string;
  mark: string;
}

export const packageRecordTable: TableOf<PackageRecordRow> = sqliteTable(
  'package_record',
  {
    package: text()
      .notNull()
      .references(() => packageTable.name, { onDelete: 'cascade' }),
    position: integer().notNull(),
    kind: text({ enum: ['automation', 'webhook', 'hook', 'test', 'secret'] }).notNull(),
    uid: text().notNull(),
    target: text().notNull(),
    name: text().notNull(),
    mark: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.package, table.position] })],
);
