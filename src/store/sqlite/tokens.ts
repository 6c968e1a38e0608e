import { asc, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { ApiToken } from '../../core/api-token.ts';
import { HookwrightError } from '../../core/errors.ts';
import { tokenTable } from './schema-tokens.ts';

export function listTokens(db: BetterSQLite3Database): ApiToken[] {
  return db.select().from(tokenTable).orderBy(asc(tokenTable.name)).all();
}

export function createToken(db: BetterSQLite3Database, token: ApiToken): void {
  db.transaction(
    (tx) => {
      const taken = tx.select().from(tokenTable).where(eq(tokenTable.name, token.name)).get();
      if (taken !== undefined) {
        throw new HookwrightError(
          'token.name_taken',
          `Expected a name that no token has, got "${token.name}", the name of ${taken.id}.`,
          { next: 'Choose another name, or delete that token.' },
        );
      }
      tx.insert(tokenTable).values(token).run();
    },
    { behavior: 'immediate' },
  );
}

export function deleteToken(db: BetterSQLite3Database, id: string): void {
  const { changes } = db.delete(tokenTable).where(eq(tokenTable.id, id)).run();
  if (changes > 0) return;
  throw new HookwrightError(
    'token.not_found',
    `Expected the id of a token, got "${id}", which there is none of.`,
  );
}
