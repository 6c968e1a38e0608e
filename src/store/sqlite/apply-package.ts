import { eq } from 'drizzle-orm';
import type { AutomationRecord } from '../../core/automation.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { HookRecord } from '../../core/hook.ts';
import type { SealedSecret } from '../../core/secret.ts';
import { accountKey, type Webhook } from '../../core/webhook.ts';
import type { HookChange, PackageChange, RecordChange } from '../../engine/ports/package-store.ts';
import { removeAutomation, saveAutomation } from './automations.ts';
import { changeHooks, type HookCallParts } from './hook-calls.ts';
import { deleteHook, insertHook, replaceHook } from './hooks.ts';
import { forgetRecords, importTime, replacePackage } from './packages.ts';
import { automationTable, webhookTable } from './schema.ts';
import { hookTable } from './schema-hooks.ts';
import { secretTable } from './schema-secrets.ts';
import { deleteSecret, saveSecret } from './secrets.ts';
import { createWebhook, deleteWebhook, updateWebhook } from './webhooks.ts';

/** See `PackageStore.applyPackage`. */
export function applyPackage(parts: HookCallParts, change: PackageChange): HookRecord[] {
  const { db } = parts;
  const { name, before, after, automations, webhooks, hooks, secrets, takenOver = [] } = change;
  const pings = hooks.flatMap(({ ping }) => ping ?? []);
  return changeHooks(parts, pings, () => {
    if (importTime(db, name) !== before) throw changed(`the package ${name}`);
    for (const secret of secrets) changeSecret(parts, secret);
    // Deletions first: what is made may have the name of what goes.
    for (const one of deletionsFirst(automations)) changeAutomation(parts, one);
    parkWebhooks(parts, webhooks);
    for (const one of deletionsFirst(webhooks)) changeWebhook(parts, one);
    parkHooks(parts, hooks);
    const ids = deletionsFirst(hooks).flatMap((one) => changeHook(parts, one) ?? []);
    replacePackage(db, name, after);
    forgetRecords(db, takenOver);
    return ids;
  });
}

function deletionsFirst<C extends { readonly after?: unknown }>(changes: readonly C[]): C[] {
  return [
    ...changes.filter(({ after }) => after === undefined),
    ...changes.filter(({ after }) => after !== undefined),
  ];
}

/*
 * Names and accounts are unique at every moment. Those that records give to each other are laid down first;
 * what is not taken up again afterwards, because the record is not as it was, ends the transaction.
 */

function parkWebhooks({ db }: HookCallParts, changes: readonly RecordChange<Webhook>[]): void {
  for (const { before, after } of changes) {
    if (before === undefined || after === undefined) continue;
    const isSame = before.name === after.name && accountKey(before.settings) === undefined;
    if (isSame) continue;
    const parked = { name: parkedName(before.id), settings: {} };
    db.update(webhookTable).set(parked).where(eq(webhookTable.id, before.id)).run();
  }
}

function parkHooks({ db }: HookCallParts, changes: readonly HookChange[]): void {
  for (const { before, after } of changes) {
    if (before === undefined || after === undefined || before.name === after.name) continue;
    const parked = { name: parkedName(before.id) };
    db.update(hookTable).set(parked).where(eq(hookTable.id, before.id)).run();
  }
}

/** With a control character: no name that anybody gave. */
function parkedName(id: string): string {
  return `\u0001${id}`;
}

function changeSecret({ db }: HookCallParts, { before, after }: RecordChange<SealedSecret>): void {
  const name = (after ?? before)?.name ?? '';
  const { updatedAt } = secretTable;
  const found = db.select({ updatedAt }).from(secretTable).where(eq(secretTable.name, name)).get();
  if (found?.updatedAt !== before?.updatedAt) throw changed(`the secret ${name}`);
  if (after === undefined) deleteSecret(db, name);
  else saveSecret(db, after);
}

function changeAutomation(
  { db }: HookCallParts,
  { before, after }: RecordChange<AutomationRecord>,
): void {
  const name = (after ?? before)?.name ?? '';
  const { revision, owner } = automationTable;
  const found = db
    .select({ revision, owner })
    .from(automationTable)
    .where(eq(automationTable.name, name))
    .get();
  const isSame = found?.revision === before?.revision.id && found?.owner === before?.owner;
  if (!isSame) throw changed(`the automation ${name}`);
  if (after === undefined) removeAutomation(db, name, 'hand');
  else saveAutomation(db, after);
}

function changeWebhook({ db }: HookCallParts, { before, after }: RecordChange<Webhook>): void {
  if (before === undefined) {
    if (after !== undefined) createWebhook(db, after);
    return;
  }
  const { updatedAt, token } = webhookTable;
  const found = db
    .select({ updatedAt, token })
    .from(webhookTable)
    .where(eq(webhookTable.id, before.id))
    .get();
  const isSame = found?.updatedAt === before.updatedAt && found.token === before.token;
  if (!isSame) throw changed(`the webhook "${before.name}"`);
  if (after === undefined) deleteWebhook(db, before.id);
  else updateWebhook(db, after);
}

function changeHook(
  { db }: HookCallParts,
  { before, after, reset = false }: HookChange,
): HookRecord | undefined {
  if (before === undefined) {
    return after === undefined ? undefined : { ...after, number: insertHook(db, after) };
  }
  const { updatedAt } = hookTable;
  const found = db.select({ updatedAt }).from(hookTable).where(eq(hookTable.id, before.id)).get();
  if (found?.updatedAt !== before.updatedAt) throw changed(`the hook "${before.name}"`);
  if (after !== undefined) return replaceHook(db, after, reset);
  deleteHook(db, before.id);
  return undefined;
}

function changed(what: string): HookwrightError {
  return new HookwrightError(
    'package.changed',
    `Expected ${what} to be as it was planned on, got it changed in the meantime. Nothing was applied.`,
    { next: 'Plan again, and look at what it says now.' },
  );
}
