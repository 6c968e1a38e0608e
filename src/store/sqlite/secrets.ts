import { asc, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { HookwrightError } from '../../core/errors.ts';
import type { SealedSecret } from '../../core/secret.ts';
import { keyProofTable, secretTable } from './schema-secrets.ts';

const KEY_PROOF = 'vault';

export function listSecrets(db: BetterSQLite3Database): SealedSecret[] {
  return db.select().from(secretTable).orderBy(asc(secretTable.name)).all().map(toSecret);
}

export function saveSecret(db: BetterSQLite3Database, secret: SealedSecret): void {
  const row = toRow(secret);
  db.insert(secretTable)
    .values(row)
    .onConflictDoUpdate({ target: secretTable.name, set: row })
    .run();
}

export function deleteSecret(db: BetterSQLite3Database, name: string): void {
  const { changes } = db.delete(secretTable).where(eq(secretTable.name, name)).run();
  if (changes > 0) return;
  throw new HookwrightError(
    'secret.not_found',
    `Expected the name of a secret, got "${name}", which there is none of.`,
  );
}

export function readKeyProof(db: BetterSQLite3Database): Uint8Array | undefined {
  return db.select().from(keyProofTable).where(eq(keyProofTable.name, KEY_PROOF)).get()?.sealed;
}

export function saveKeyProof(db: BetterSQLite3Database, sealed: Uint8Array): void {
  const proof = Buffer.from(sealed);
  db.insert(keyProofTable)
    .values({ name: KEY_PROOF, sealed: proof })
    .onConflictDoUpdate({ target: keyProofTable.name, set: { sealed: proof } })
    .run();
}

type Row = typeof secretTable.$inferSelect;

function toRow({ sealed, previous, ...facts }: SealedSecret): Row {
  return {
    ...facts,
    sealed: Buffer.from(sealed),
    previous: previous === undefined ? null : Buffer.from(previous.sealed),
    previousUntil: previous?.until ?? null,
  };
}

function toSecret(row: Row): SealedSecret {
  const { previous, previousUntil, ...secret } = row;
  if (previous === null || previousUntil === null) return secret;
  return { ...secret, previous: { sealed: previous, until: previousUntil } };
}
