import { asc, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { AutomationRecord, Revision } from '../../core/automation.ts';
import { automationTable, revisionTable } from './schema.ts';

export function saveAutomation(db: BetterSQLite3Database, record: AutomationRecord): void {
  const { name, revision, file } = record;
  db.transaction(
    (tx) => {
      tx.insert(revisionTable).values(revision).onConflictDoNothing().run();
      tx.insert(automationTable)
        .values({ name, revision: revision.id, file })
        .onConflictDoUpdate({
          target: automationTable.name,
          set: { revision: revision.id, file },
        })
        .run();
    },
    { behavior: 'immediate' },
  );
}

export function removeAutomation(db: BetterSQLite3Database, name: string): void {
  db.delete(automationTable).where(eq(automationTable.name, name)).run();
}

export function listAutomations(db: BetterSQLite3Database): AutomationRecord[] {
  return db
    .select({ name: automationTable.name, file: automationTable.file, revision: revisionTable })
    .from(automationTable)
    .innerJoin(revisionTable, eq(automationTable.revision, revisionTable.id))
    .orderBy(asc(automationTable.name))
    .all();
}

export function findRevision(db: BetterSQLite3Database, id: string): Revision | undefined {
  return db.select().from(revisionTable).where(eq(revisionTable.id, id)).get();
}
