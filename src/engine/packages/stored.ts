import { type AutomationRecord, packageOf } from '../../core/automation.ts';
import type { Hook } from '../../core/hook.ts';
import type { ImportedKind, ImportedRecord } from '../../core/imported-package.ts';
import type { SealedSecret } from '../../core/secret.ts';
import type { Webhook } from '../../core/webhook.ts';
import type { Automations } from '../automations.ts';
import type { Hooks } from '../hooks/hooks.ts';
import type { LiveRegistry } from '../registry.ts';
import type { Secrets } from '../secrets.ts';
import { automationMark, hookMark, secretMark, webhookMark } from './marks.ts';

/** Anything that a package may bring, as it is stored or would be. */
export type Stored =
  | { readonly kind: 'automation'; readonly value: AutomationRecord }
  | { readonly kind: 'webhook'; readonly value: Webhook }
  | { readonly kind: 'hook'; readonly value: Hook }
  | { readonly kind: 'secret'; readonly value: SealedSecret }
  /** Nothing on a server is a test: its mark. */
  | { readonly kind: 'test'; readonly value: string };

/** What a server has. */
export interface ServerParts {
  readonly automations: Automations;
  readonly registry: LiveRegistry;
  readonly hooks: Hooks;
  readonly secrets: Secrets;
}

/** What a record of a package has become, as it is now; `undefined` where it is gone, or another owner's. */
export function storedOf(
  { kind, target, mark }: ImportedRecord,
  name: string,
  parts: ServerParts,
): Stored | undefined {
  if (kind === 'test') return { kind, value: mark };
  const found = kind === 'webhook' || kind === 'hook' ? byId(kind, target, parts) : undefined;
  if (found !== undefined) return found;
  if (kind === 'webhook' || kind === 'hook') return undefined;
  const stored = storedAs(kind, target, parts);
  if (stored?.kind !== 'automation') return stored;
  const { owner } = stored.value;
  return owner === 'hand' || packageOf(owner) === name ? stored : undefined;
}

/** What has a name now, whoever made it. */
export function storedAs(kind: ImportedKind, name: string, parts: ServerParts): Stored | undefined {
  switch (kind) {
    case 'automation':
      return storedIf(kind, parts.automations.record(name));
    case 'webhook':
      return storedIf(kind, parts.registry.named(name));
    case 'hook':
      return storedIf(kind, parts.hooks.named(name));
    case 'secret':
      return storedIf(kind, parts.secrets.record(name));
    case 'test':
      return undefined;
  }
}

function byId(kind: 'webhook' | 'hook', id: string, parts: ServerParts): Stored | undefined {
  return kind === 'webhook'
    ? storedIf(kind, parts.registry.find(id))
    : storedIf(kind, parts.hooks.find(id));
}

function storedIf<S extends Stored>(kind: S['kind'], value: S['value'] | undefined): S | undefined {
  return value === undefined ? undefined : ({ kind, value } as S);
}

/** What a record is called by in `ImportedRecord.target`. */
export function targetIn(stored: Stored, uid: string): string {
  if (stored.kind === 'test') return uid;
  return stored.kind === 'webhook' || stored.kind === 'hook' ? stored.value.id : stored.value.name;
}

/** @param namesSecret of a hook: see `hookMark` */
export function markOf(stored: Stored, namesSecret: boolean, hooks: Hooks): string {
  switch (stored.kind) {
    case 'automation':
      return automationMark(stored.value);
    case 'webhook':
      return webhookMark(stored.value);
    case 'hook':
      return hookMark(stored.value, namesSecret, (text) => hooks.mark(text));
    case 'secret':
      return secretMark(stored.value);
    case 'test':
      return stored.value;
  }
}

/** Whether a record is what it was when it got its mark. */
export function isAsMarked(stored: Stored, mark: string, hooks: Hooks): boolean {
  return markOf(stored, mark.includes('.'), hooks) === mark;
}
