import type { Hooks } from '../hooks/hooks.ts';
import { type Keys, ownHookKeys, webhookKeys } from './keys.ts';
import { namesSecret, type SecretValues, secretNameOf, withSecretNames } from './secret-names.ts';
import type { Stored } from './stored.ts';

/** A record as people may see it: the text of an automation, the keys of a webhook or hook. */
export type Shown = string | Keys;

/** Hex digits that tell one hidden value from another: nobody meets the same by chance in one plan. */
const HIDDEN_DIGITS = 8;

/** `undefined` where there is nothing to see: a secret's value, a test. */
export function shownOf(stored: Stored, values: SecretValues, hooks: Hooks): Shown | undefined {
  switch (stored.kind) {
    case 'automation':
      return stored.value.revision.source;
    case 'webhook':
      return webhookKeys(stored.value);
    case 'hook': {
      const named = withSecretNames(stored.value, values);
      const headers = named.headers.map(([name, value]) => [name, hidden(value, hooks)] as const);
      const secret = secretNameOf(stored.value, values);
      return {
        ...ownHookKeys({ ...named, headers }, hooks.profileNamed(named.profile)),
        secret: secret ?? hidden(stored.value.secret, hooks),
      };
    }
    case 'secret':
    case 'test':
      return undefined;
  }
}

/** A value that may be a credential; one that names secrets shows which. */
function hidden(value: string, hooks: Hooks): string {
  return namesSecret(value) ? value : `(hidden, ${hooks.mark(value).slice(0, HIDDEN_DIGITS)})`;
}
