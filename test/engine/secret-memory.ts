import { HookwrightError } from '../../src/core/errors.ts';
import type { SealedSecret } from '../../src/core/secret.ts';
import type { SecretStore } from '../../src/engine/ports.ts';

/** A store of secrets in memory. */
export class MemorySecrets implements SecretStore {
  readonly rows = new Map<string, SealedSecret>();
  proof: Uint8Array | undefined;

  async secrets(): Promise<readonly SealedSecret[]> {
    return [...this.rows.values()];
  }

  async saveSecret(secret: SealedSecret): Promise<void> {
    this.rows.set(secret.name, secret);
  }

  async deleteSecret(name: string): Promise<void> {
    if (this.rows.delete(name)) return;
    throw new HookwrightError('secret.not_found', `Expected a secret, got "${name}".`);
  }

  async keyProof(): Promise<Uint8Array | undefined> {
    return this.proof;
  }

  async saveKeyProof(sealed: Uint8Array): Promise<void> {
    this.proof = sealed;
  }
}
