import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { ApiToken } from '../../core/api-token.ts';
import type { SealedSecret } from '../../core/secret.ts';
import { deleteSecret, listSecrets, readKeyProof, saveKeyProof, saveSecret } from './secrets.ts';
import { createToken, deleteToken, listTokens } from './tokens.ts';

/** The calls of `SecretStore` and `TokenStore`. */
export type SecretCall =
  | { readonly method: 'secrets' }
  | { readonly method: 'saveSecret'; readonly secret: SealedSecret }
  | { readonly method: 'deleteSecret'; readonly name: string }
  | { readonly method: 'keyProof' }
  | { readonly method: 'saveKeyProof'; readonly sealed: Uint8Array }
  | { readonly method: 'tokens' }
  | { readonly method: 'createToken'; readonly token: ApiToken }
  | { readonly method: 'deleteToken'; readonly tokenId: string };

/** What each of them returns. */
export interface SecretReturns {
  readonly secrets: readonly SealedSecret[];
  readonly saveSecret: undefined;
  readonly deleteSecret: undefined;
  readonly keyProof: Uint8Array | undefined;
  readonly saveKeyProof: undefined;
  readonly tokens: readonly ApiToken[];
  readonly createToken: undefined;
  readonly deleteToken: undefined;
}

/** What the database was to do, for its errors. */
export const SECRET_JOBS: Readonly<Record<SecretCall['method'], string>> = {
  secrets: 'list secrets',
  saveSecret: 'save a secret',
  deleteSecret: 'delete a secret',
  keyProof: 'read the proof of the key',
  saveKeyProof: 'save the proof of the key',
  tokens: 'list tokens',
  createToken: 'create a token',
  deleteToken: 'delete a token',
};

export function performSecretCall(
  db: BetterSQLite3Database,
  call: SecretCall,
): SecretReturns[keyof SecretReturns] {
  switch (call.method) {
    case 'secrets':
      return listSecrets(db);
    case 'saveSecret':
      return void saveSecret(db, call.secret);
    case 'deleteSecret':
      return void deleteSecret(db, call.name);
    case 'keyProof':
      return readKeyProof(db);
    case 'saveKeyProof':
      return void saveKeyProof(db, call.sealed);
    case 'tokens':
      return listTokens(db);
    case 'createToken':
      return void createToken(db, call.token);
    case 'deleteToken':
      return void deleteToken(db, call.tokenId);
  }
}
