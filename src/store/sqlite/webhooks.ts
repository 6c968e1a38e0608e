import { and, asc, eq, ne } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import { accountKey, type Binding, type Webhook } from '../../core/webhook.ts';
import { bindingTable, webhookTable } from './schema.ts';
import { refusalTable } from './schema-callers.ts';

export function createWebhook(db: BetterSQLite3Database, webhook: Webhook): void {
  db.transaction(
    (tx) => {
      refuseTakenName(tx, webhook);
      refuseTakenAccount(tx, webhook);
      tx.insert(webhookTable).values(toRow(webhook)).run();
      insertBindings(tx, webhook);
    },
    { behavior: 'immediate' },
  );
}

export function updateWebhook(db: BetterSQLite3Database, webhook: Webhook): void {
  db.transaction(
    (tx) => {
      refuseTakenName(tx, webhook);
      refuseTakenAccount(tx, webhook);
      const { changes } = tx
        .update(webhookTable)
        .set(toRow(webhook))
        .where(eq(webhookTable.id, webhook.id))
        .run();
      if (changes === 0) throw notFound(webhook.id);
      tx.delete(bindingTable).where(eq(bindingTable.webhookId, webhook.id)).run();
      insertBindings(tx, webhook);
    },
    { behavior: 'immediate' },
  );
}

export function deleteWebhook(db: BetterSQLite3Database, id: string): void {
  db.transaction(
    (tx) => {
      const { changes } = tx.delete(webhookTable).where(eq(webhookTable.id, id)).run();
      if (changes === 0) throw notFound(id);
      tx.delete(refusalTable).where(eq(refusalTable.webhookId, id)).run();
    },
    { behavior: 'immediate' },
  );
}

export function listWebhooks(db: BetterSQLite3Database): Webhook[] {
  const bindings = new Map<string, Binding[]>();
  const rows = db
    .select()
    .from(bindingTable)
    .orderBy(asc(bindingTable.webhookId), asc(bindingTable.position))
    .all();
  for (const row of rows) {
    const list = bindings.get(row.webhookId) ?? [];
    list.push(toBinding(row));
    bindings.set(row.webhookId, list);
  }
  return db
    .select()
    .from(webhookTable)
    .orderBy(asc(webhookTable.name))
    .all()
    .map((row) => ({
      ...row,
      settings: row.settings ?? {},
      bindings: bindings.get(row.id) ?? [],
    }));
}

function refuseTakenName(db: Pick<BetterSQLite3Database, 'select'>, webhook: Webhook): void {
  const taken = db
    .select({ id: webhookTable.id })
    .from(webhookTable)
    .where(and(eq(webhookTable.name, webhook.name), ne(webhookTable.id, webhook.id)))
    .get();
  if (taken === undefined) return;
  throw new HookwrightError(
    'webhook.name_taken',
    `Expected a name that no webhook has, got "${webhook.name}", the name of ${taken.id}.`,
    { next: 'Choose another name, or change that webhook.' },
  );
}

/** Reads every webhook: accounts are given rarely, and there are not so many that it takes long. */
function refuseTakenAccount(db: Pick<BetterSQLite3Database, 'select'>, webhook: Webhook): void {
  const key = accountKey(webhook.settings);
  if (key === undefined) return;
  const taken = db
    .select({ name: webhookTable.name, settings: webhookTable.settings })
    .from(webhookTable)
    .where(ne(webhookTable.id, webhook.id))
    .all()
    .find(({ settings }) => accountKey(settings ?? {}) === key);
  if (taken === undefined) return;
  throw new HookwrightError(
    'webhook.account_taken',
    `Expected an account that no webhook of its kind has, got "${webhook.settings.account}", the account of "${taken.name}".`,
    { next: 'Choose another account, or change that webhook.' },
  );
}

function notFound(id: string): HookwrightError {
  return new HookwrightError(
    'webhook.not_found',
    `Expected the id of a webhook, got "${id}", which there is none of.`,
  );
}

/** One statement per binding: SQLite limits the values of one statement, and a webhook has few. */
function insertBindings(db: Pick<BetterSQLite3Database, 'insert'>, webhook: Webhook): void {
  for (const [position, binding] of webhook.bindings.entries()) {
    db.insert(bindingTable)
      .values({ webhookId: webhook.id, position, ...binding })
      .run();
  }
}

function toRow(webhook: Webhook): typeof webhookTable.$inferInsert {
  const { bindings: _, ...row } = webhook;
  return row;
}

function toBinding(row: typeof bindingTable.$inferSelect): Binding {
  return {
    automation: row.automation,
    ...(row.when === null ? {} : { when: row.when }),
    ...(row.disabled === null ? {} : { disabled: row.disabled }),
    ...(row.also === null ? {} : { also: row.also }),
    ...(row.inputs === null ? {} : { inputs: row.inputs }),
  };
}
