import type { AutomationRecord } from '../../core/automation.ts';
import type { Hook } from '../../core/hook.ts';
import { digest } from '../../core/ids.ts';
import type { SealedSecret } from '../../core/secret.ts';
import type { Webhook } from '../../core/webhook.ts';
import { hookKeys, webhookKeys } from './keys.ts';

/** Tells a text from another without giving it away (`Vault.mark`). */
type Mark = (text: string) => string;

/*
 * A mark is what a record was when it was applied. The same record has the same mark; what people do while it
 * is in use (rotating a token, pausing, resuming) changes none.
 */

export function automationMark({ revision }: AutomationRecord): string {
  return revision.id;
}

export function webhookMark(webhook: Webhook): string {
  return digest(JSON.stringify(webhookKeys(webhook)));
}

/**
 * Of everything that a package says about a hook. URL and headers may hold secrets that could be guessed, so
 * that no plain digest is taken.
 *
 * @param namesSecret whether the package says which secret it has; otherwise it may be rotated
 */
export function hookMark(hook: Hook, namesSecret: boolean, mark: Mark): string {
  const settings = mark(JSON.stringify(hookKeys(hook)));
  return namesSecret ? `${settings}.${mark(hook.secret)}` : settings;
}

/** Times are enough: values are told to nobody, and each setting of one makes a new time. */
export function secretMark({ updatedAt }: SealedSecret): string {
  return String(updatedAt);
}

export function testMark(text: string): string {
  return digest(text);
}
