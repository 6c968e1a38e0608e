import { HookwrightError } from '../../core/errors.ts';
import type { Hook } from '../../core/hook.ts';
import { fitsAnyHost } from '../../core/host-pattern.ts';
import type { PackagePrompt } from '../../core/package.ts';
import { sourceName, type Webhook } from '../../core/webhook.ts';
import { bearsCredentials } from './credentials.ts';
import { type Keys, ownHookKeys, webhookKeys } from './keys.ts';
import { functionsOf, hooksOf } from './referrers.ts';
import { type SecretValues, secretNameOf, secretNamesIn, withSecretNames } from './secret-names.ts';
import type { ServerParts } from './stored.ts';

/** What is to be exported, by name; webhooks and hooks by id as well. */
export interface ExportChoice {
  readonly automations: readonly string[];
  readonly webhooks: readonly string[];
  readonly hooks: readonly string[];
  /** Whether what they depend on is left where it is. */
  readonly isAlone: boolean;
}

/** A record to be written: the text of an automation, the keys of a webhook or hook. */
interface ExportedRecord {
  readonly kind: 'automation' | 'webhook' | 'hook';
  readonly uid: string;
  readonly name: string;
  readonly content: string | Keys;
}

export interface Exported {
  /** Automations first, each kind by name. */
  readonly records: readonly ExportedRecord[];
  /** One for each secret that they need. */
  readonly prompts: readonly PackagePrompt[];
}

/** Characters of a header's value from which on it may be one. */
const HEADER_CREDENTIAL_LENGTH_MIN = 8;

/**
 * Chosen records, and what they depend on: the automations of bindings, functions that are called, hooks that
 * are named. No token and no secret is in it: secrets become prompts.
 *
 * @throws HookwrightError `automation.not_found`, `webhook.not_found`, `hook.not_found`, `package.invalid`
 *   where nothing is chosen
 */
export function exportRecords(choice: ExportChoice, parts: ServerParts): Exported {
  const gathering = new Gathering(choice.isAlone, parts);
  for (const name of choice.automations)
    gathering.addAutomation(parts.automations.entry(name).name);
  for (const ref of choice.webhooks) gathering.addWebhook(parts.registry.webhook(ref));
  for (const ref of choice.hooks) gathering.addHook(parts.hooks.get(ref));
  return gathering.result();
}

class Gathering {
  readonly #isAlone: boolean;
  readonly #parts: ServerParts;
  readonly #values: SecretValues;
  readonly #automations = new Map<string, string>();
  readonly #webhooks = new Map<string, Webhook>();
  readonly #hooks = new Map<string, Hook>();
  readonly #prompts = new Map<string, PackagePrompt>();
  readonly #uids = new Set<string>();

  constructor(isAlone: boolean, parts: ServerParts) {
    this.#isAlone = isAlone;
    this.#parts = parts;
    this.#values = parts.secrets.all();
  }

  addAutomation(name: string): void {
    const { automations, hooks } = this.#parts;
    const record = automations.record(name);
    if (record === undefined || this.#automations.has(name)) return;
    this.#automations.set(name, record.revision.source);
    const compiled = automations.compiled(name);
    for (const secret of compiled?.policy.secrets ?? []) this.#ask(secret, `a secret of ${name}`);
    if (this.#isAlone) return;
    for (const one of functionsOf(compiled)) this.addAutomation(one);
    for (const one of hooksOf(compiled)) {
      const hook = hooks.named(one);
      if (hook !== undefined) this.addHook(hook);
    }
  }

  addWebhook(webhook: Webhook): void {
    this.#webhooks.set(webhook.id, webhook);
    const { source } = webhook.settings;
    if (source !== undefined) {
      for (const name of Object.values(source.secrets)) {
        this.#ask(name, `what ${sourceName(source)} proves itself with to ${webhook.name}`);
      }
    }
    if (this.#isAlone) return;
    for (const { automation } of webhook.bindings) this.addAutomation(automation);
  }

  addHook(hook: Hook): void {
    this.#hooks.set(hook.id, hook);
  }

  result(): Exported {
    const records = [
      ...[...this.#automations].sort(byFirst).map(([name, content]) => ({
        kind: 'automation' as const,
        uid: this.#uid(name),
        name,
        content,
      })),
      ...[...this.#webhooks.values()].sort(byName).map((webhook) => this.#webhookRecord(webhook)),
      ...[...this.#hooks.values()].sort(byName).map((hook) => this.#hookRecord(hook)),
    ];
    if (records.length > 0) return { records, prompts: [...this.#prompts.values()] };
    throw new HookwrightError('package.invalid', 'Expected something to export, got nothing.', {
      next: 'Name automations, webhooks or hooks.',
    });
  }

  #webhookRecord(webhook: Webhook): ExportedRecord {
    const { name, paused } = webhook;
    const keys = { ...webhookKeys(webhook), ...(paused ? { paused } : {}) };
    return { kind: 'webhook', uid: this.#uid(name), name, content: keys };
  }

  #hookRecord(hook: Hook): ExportedRecord {
    const { name } = hook;
    const uid = this.#uid(name);
    const base = uid.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase();
    const named = withSecretNames(hook, this.#values);
    const secret = secretNameOf(hook, this.#values) ?? this.#free(`${base}_SECRET`);
    this.#ask(secret, `the secret of the hook ${name}`);
    const url = this.#shownUrl(named, base);
    const headers = named.headers.map(([header, value]) => {
      const isPlain =
        value.length < HEADER_CREDENTIAL_LENGTH_MIN || secretNamesIn(value).length > 0;
      if (isPlain) return [header, value] as const;
      // Anybody's header may be a credential, and none says so.
      const key = this.#free(`${base}_${header.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}`);
      this.#ask(key, `the header ${header} of the hook ${name}`);
      return [header, reference(key)] as const;
    });
    const host = new URL(hook.url);
    for (const text of [url, ...headers.map(([, value]) => value)]) {
      for (const one of secretNamesIn(text)) this.#ask(one, `a secret of the hook ${name}`, host);
    }
    const profile = this.#parts.hooks.profileNamed(hook.profile);
    const keys = ownHookKeys({ ...named, url, headers }, profile);
    const paused = hook.status === 'paused' ? { paused: true } : {};
    return { kind: 'hook', uid, name, content: { ...keys, secret, ...paused } };
  }

  /** A URL that bears credentials, as Slack’s and Discord’s do, is one. */
  #shownUrl({ url, name }: Hook, base: string): string {
    if (secretNamesIn(url).length > 0 || !bearsCredentials(url)) return url;
    const key = this.#free(`${base}_URL`);
    this.#ask(key, `the URL of the hook ${name}, which bears credentials`);
    return reference(key);
  }

  /**
   * A prompt for a secret. Its hosts are kept, so that it may go where it could; and where a hook sends it, which
   * a person has told the hook and no host of the secret.
   */
  #ask(name: string, label: string, sentTo?: URL): void {
    const known = this.#prompts.get(name);
    const stored = known?.hosts ?? this.#parts.secrets.record(name)?.hosts ?? [];
    const isNew = stored.length > 0 && sentTo !== undefined && !fitsAnyHost(stored, sentTo);
    const hosts = isNew ? [...stored, sentTo.host] : stored;
    this.#prompts.set(name, {
      key: name,
      label: known?.label ?? `${label[0]?.toUpperCase()}${label.slice(1)}`,
      type: 'secret',
      ...(hosts.length === 0 ? {} : { hosts }),
    });
  }

  /** A name for a secret that neither the server nor the package has. */
  #free(wanted: string): string {
    const plain = /^[A-Z_]/.test(wanted) ? wanted : `HOOK_${wanted}`;
    let name = plain;
    for (let n = 2; this.#prompts.has(name) || this.#values.has(name); n++) name = `${plain}_${n}`;
    return name;
  }

  #uid(name: string): string {
    const plain = name
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[-._]+|[-._]+$/g, '')
      .slice(0, 100);
    const base = plain === '' ? 'record' : plain;
    let uid = base;
    // File systems that fold case must tell them apart, and `package.yaml` and `NAME.test.yaml` are taken.
    const isTaken = (one: string): boolean =>
      one === 'package' || /\.test$/i.test(one) || this.#uids.has(one.toLowerCase());
    for (let n = 2; isTaken(uid); n++) uid = `${base}-${n}`;
    this.#uids.add(uid.toLowerCase());
    return uid;
  }
}

function reference(name: string): string {
  return `\${{ secrets.${name} }}`;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function byFirst(
  [a]: readonly [string, ...unknown[]],
  [b]: readonly [string, ...unknown[]],
): number {
  return a < b ? -1 : 1;
}
