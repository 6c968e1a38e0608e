import { HookwrightError } from '../core/errors.ts';
import type { Vault } from '../core/vault.ts';
import type { SecretStore } from './ports.ts';

const PLACE = 'key-proof';
const TEXT = 'hookwright';
/** Names that an error lists. */
const NAMES_MAX = 10;

/** What does not open under the key in use. */
export interface Unreadable {
  /** Names. */
  readonly secrets: readonly string[];
  readonly hooks: readonly string[];
}

/**
 * Whether this is the key under which values are stored. Where nothing stored needs another one, it becomes
 * that key: a known text is stored sealed under it. One value that was damaged does not make the key wrong.
 */
export async function proveKey(
  store: Pick<SecretStore, 'keyProof' | 'saveKeyProof'>,
  vault: Vault,
  { secrets, hooks }: Unreadable,
): Promise<boolean> {
  const proof = await store.keyProof();
  if (proof !== undefined && opens(vault, proof)) return true;
  if (secrets.length + hooks.length > 0) return false;
  await store.saveKeyProof(vault.seal(TEXT, PLACE));
  return true;
}

/** `secret.unreadable`, with what to do. */
export function otherKey({ secrets, hooks }: Unreadable): HookwrightError {
  const named = [namesOf('secret', secrets), namesOf('hook', hooks.map(quoted))].filter(Boolean);
  const ways = [
    ...(secrets.length === 0 ? [] : ['set or delete each secret with `hookwright secret`']),
    ...(hooks.length === 0 ? [] : ['rotate or delete each hook with `hookwright hook`']),
  ];
  return new HookwrightError(
    'secret.unreadable',
    `Expected the key under which secrets are stored, got another one; ${named.join(' and ')} cannot be read.`,
    {
      next: `Start with the key they were stored under. If it is lost, ${ways.join(', and ')}.`,
    },
  );
}

function quoted(name: string): string {
  return JSON.stringify(name);
}

/** `the secrets A, B and 3 more`; empty where there are none. */
function namesOf(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length - NAMES_MAX;
  const shown = names.slice(0, NAMES_MAX).join(', ');
  return `the ${what}${names.length === 1 ? '' : 's'} ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}

function opens(vault: Vault, proof: Uint8Array): boolean {
  try {
    return vault.open(proof, PLACE) === TEXT;
  } catch {
    return false;
  }
}
