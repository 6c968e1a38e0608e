import { and, asc, eq, ne } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { type AutomationRecord, ownerText, type Revision } from '../../core/automation.ts';
import { HookwrightError } from '../../core/errors.ts';
import { automationTable, revisionTable } from './schema.ts';

export function saveAutomation(db: BetterSQLite3Database, record: AutomationRecord): void {
  const { name, revision, file, owner } = record;
  db.transaction(
    (tx) => {
      refuseOwned(tx, record);
      tx.insert(revisionTable).values(revision).onConflictDoNothing().run();
      const row: typeof automationTable.$inferSelect = { name, revision: revision.id, file, owner };
      tx.insert(automationTable)
        .values(row)
        .onConflictDoUpdate({ target: automationTable.name, set: row })
        .run();
    },
    { behavior: 'immediate' },
  );
}

function refuseOwned(db: Pick<BetterSQLite3Database, 'select'>, record: AutomationRecord): void {
  const { owner, file } = automationTable;
  const found = db
    .select({ owner, file })
    .from(automationTable)
    .where(eq(automationTable.name, record.name))
    .get();
  if (found === undefined || (found.owner === 'folder') === (record.owner === 'folder')) return;
  const whose = ownerText(found.owner, found.file);
  throw new HookwrightError(
    'automation.owned',
    `Expected a name that is free, got "${record.name}", which ${whose} has.`,
  );
}

/** @param by whose automation it may be */
export function removeAutomation(
  db: BetterSQLite3Database,
  name: string,
  by: 'folder' | 'hand',
): void {
  const { owner } = automationTable;
  const isOwn = by === 'folder' ? eq(owner, 'folder') : ne(owner, 'folder');
  db.delete(automationTable)
    .where(and(eq(automationTable.name, name), isOwn))
    .run();
}

export function listAutomations(db: BetterSQLite3Database): AutomationRecord[] {
  const { name, file, owner } = automationTable;
  return db
    .select({ name, file, owner, revision: revisionTable })
    .from(automationTable)
    .innerJoin(revisionTable, eq(automationTable.revision, revisionTable.id))
    .orderBy(asc(automationTable.name))
    .all();
}

export function findRevision(db: BetterSQLite3Database, id: string): Revision | undefined {
  return db.select().from(revisionTable).where(eq(revisionTable.id, id)).get();
}
