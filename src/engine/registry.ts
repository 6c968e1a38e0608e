import type { Clock } from '../core/clock.ts';
import { HookwrightError } from '../core/errors.ts';
import { type IdPrefix, makeToken } from '../core/ids.ts';
import { didYouMean } from '../core/suggest.ts';
import type { Binding, RespondMode, Webhook } from '../core/webhook.ts';
import {
  changedSettings,
  type SettingsChange,
  settingsProblems,
} from '../core/webhook-settings.ts';
import type { AutomationEntry, Automations } from './automations.ts';
import type { SourceFolder } from './callers/source-folder.ts';
import { sourceProblems, withRoles } from './callers/source-settings.ts';
import { bindingProblems, nameProblems } from './draft.ts';
import type { WebhookStore } from './ports.ts';
import { type FindAutomation, prepareRoute, type Route } from './route.ts';
import { Turns } from './turns.ts';

export interface WebhookDraft {
  readonly name?: string;
  readonly description?: string;
  readonly respond?: RespondMode;
  readonly bindings?: readonly Binding[];
  readonly settings?: SettingsChange;
}

/** The webhooks and automations of this server, in memory, written through to the store. */
export interface Registry {
  /** By name. */
  webhooks(): readonly Webhook[];
  /** By id, name or token. Throws `webhook.not_found` with a suggestion. */
  webhook(ref: string): Webhook;
  /** Throws `webhook.invalid` with every problem of the draft, `webhook.name_taken`, `webhook.account_taken`. */
  createWebhook(draft: WebhookDraft): Promise<Webhook>;
  changeWebhook(
    ref: string,
    change: WebhookDraft & { readonly paused?: boolean },
  ): Promise<Webhook>;
  /** A new token; the old URL is unknown from now on. */
  rotateToken(ref: string): Promise<Webhook>;
  /** Returns what was deleted. */
  deleteWebhook(ref: string): Promise<Webhook>;
  automations(): readonly AutomationEntry[];
  /** Throws `automation.not_found` with a suggestion. */
  automation(name: string): AutomationEntry;
}

export interface RegistryParts {
  readonly store: WebhookStore;
  readonly automations: Automations;
  /** Where webhooks' sources are; without it none is known. */
  readonly sources?: SourceFolder;
  readonly clock: Clock;
  readonly makeId: (prefix: IdPrefix, now: number) => string;
  /** Shared by all that change what a server has. */
  readonly turns?: Turns;
}

const NO_SOURCES: SourceFolder = { names: async () => [], get: async () => undefined };

/** The registry, and the routes that ingress asks for at each request. */
export class LiveRegistry implements Registry {
  readonly #parts: RegistryParts;
  readonly #turns: Turns;
  readonly #byId = new Map<string, Webhook>();
  readonly #idByToken = new Map<string, string>();
  readonly #idByName = new Map<string, string>();
  /** Routes as of `#revision` of the automations; prepared when first asked for. */
  readonly #routes = new Map<string, Route>();
  #revision = -1;

  private constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.#turns = parts.turns ?? new Turns();
  }

  static async open(parts: RegistryParts): Promise<LiveRegistry> {
    const registry = new LiveRegistry(parts);
    for (const webhook of await parts.store.webhooks()) registry.#put(webhook);
    return registry;
  }

  /** The route of a URL's token; `undefined` where it is unknown or paused, which callers cannot tell apart. */
  routeOfToken(token: string): Route | undefined {
    const id = this.#idByToken.get(token);
    if (id === undefined) return undefined;
    const route = this.routeOfId(id);
    return route?.webhook.paused === true ? undefined : route;
  }

  routeOfId(id: string): Route | undefined {
    const { automations } = this.#parts;
    if (this.#revision !== automations.revision) {
      this.#routes.clear();
      this.#revision = automations.revision;
    }
    const known = this.#routes.get(id);
    if (known !== undefined) return known;
    const webhook = this.#byId.get(id);
    if (webhook === undefined) return undefined;
    const route = prepareRoute(webhook, (name) => automations.runnable(name));
    this.#routes.set(id, route);
    return route;
  }

  webhooks(): readonly Webhook[] {
    return [...this.#byId.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  webhook(ref: string): Webhook {
    // Names come last, as with hooks: none can be such that another webhook cannot be reached.
    const id = this.#idByToken.get(ref) ?? this.#idByName.get(ref) ?? '';
    const webhook = this.#byId.get(ref) ?? this.#byId.get(id);
    if (webhook !== undefined) return webhook;
    const hint = didYouMean(ref, this.#idByName.keys());
    throw new HookwrightError(
      'webhook.not_found',
      `Expected the id, name or token of a webhook, got "${ref}".`,
      { next: hint ?? 'List them with `hookwright webhook list`.' },
    );
  }

  createWebhook(draft: WebhookDraft): Promise<Webhook> {
    return this.#turns.take(async () => {
      const webhook = await this.#checked(this.drafted(draft));
      await this.#parts.store.createWebhook(webhook);
      this.#put(webhook);
      return webhook;
    });
  }

  /**
   * A webhook of what a draft says and the usual for all else, not stored. Where it replaces one, that one's
   * id, token and pause stay.
   */
  drafted(draft: WebhookDraft & { readonly paused?: boolean }, before?: Webhook): Webhook {
    const { clock, makeId } = this.#parts;
    const now = clock();
    return {
      id: before?.id ?? makeId('wh', now),
      token: before?.token ?? makeToken(),
      name: draft.name ?? this.#freeName(now),
      description: draft.description ?? '',
      paused: before?.paused ?? draft.paused ?? false,
      respond: draft.respond ?? 'run',
      bindings: draft.bindings ?? [],
      settings: changedSettings({}, draft.settings),
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
  }

  /**
   * The webhook as it is to be stored, and what is wrong with it.
   *
   * @param change what of it is new; all, where absent. An automation or a source that has gone meanwhile must
   * not keep anybody from pausing a webhook that fails for that very reason.
   */
  async checked(
    given: Webhook,
    find: FindAutomation,
    change: WebhookDraft = given,
  ): Promise<{ readonly webhook: Webhook; readonly problems: readonly string[] }> {
    const { sources = NO_SOURCES } = this.#parts;
    const isSourceNew = change.settings?.source !== undefined;
    const settings = isSourceNew ? await withRoles(given.settings, sources) : given.settings;
    const bindings = change.bindings === undefined ? [] : given.bindings;
    const problems = [
      ...nameProblems(given.name),
      ...settingsProblems(settings),
      ...(isSourceNew ? await sourceProblems(settings, sources) : []),
      ...bindings.flatMap((binding, index) => bindingProblems(binding, index, find)),
    ];
    return { webhook: { ...given, settings }, problems };
  }

  /** By name; `undefined` where there is none. */
  named(name: string): Webhook | undefined {
    return this.#byId.get(this.#idByName.get(name) ?? '');
  }

  /** By id; `undefined` where there is none. */
  find(id: string): Webhook | undefined {
    return this.#byId.get(id);
  }

  /** Takes up what is stored already. */
  take(saved: readonly Webhook[], removed: readonly string[]): void {
    for (const id of [...removed, ...saved.map((webhook) => webhook.id)]) {
      const before = this.#byId.get(id);
      if (before !== undefined) this.#drop(before);
    }
    for (const webhook of saved) this.#put(webhook);
  }

  changeWebhook(
    ref: string,
    change: WebhookDraft & { readonly paused?: boolean },
  ): Promise<Webhook> {
    const { settings, ...rest } = change;
    return this.#turns.take(async () => {
      const webhook = this.webhook(ref);
      const changed = {
        ...webhook,
        ...defined(rest),
        settings: changedSettings(webhook.settings, settings),
      };
      return this.#replace(await this.#checked(changed, change));
    });
  }

  rotateToken(ref: string): Promise<Webhook> {
    return this.#turns.take(async () =>
      this.#replace({ ...this.webhook(ref), token: makeToken() }),
    );
  }

  deleteWebhook(ref: string): Promise<Webhook> {
    return this.#turns.take(async () => {
      const webhook = this.webhook(ref);
      await this.#parts.store.deleteWebhook(webhook.id);
      this.#drop(webhook);
      return webhook;
    });
  }

  automations(): readonly AutomationEntry[] {
    return this.#parts.automations.list();
  }

  automation(name: string): AutomationEntry {
    return this.#parts.automations.entry(name);
  }

  async #replace(webhook: Webhook): Promise<Webhook> {
    const { store, clock } = this.#parts;
    const changed = { ...webhook, updatedAt: clock() };
    await store.updateWebhook(changed);
    const before = this.#byId.get(webhook.id);
    if (before !== undefined) this.#drop(before);
    this.#put(changed);
    return changed;
  }

  #put(webhook: Webhook): void {
    this.#byId.set(webhook.id, webhook);
    this.#idByToken.set(webhook.token, webhook.id);
    this.#idByName.set(webhook.name, webhook.id);
  }

  #drop(webhook: Webhook): void {
    this.#byId.delete(webhook.id);
    this.#idByToken.delete(webhook.token);
    this.#idByName.delete(webhook.name);
    this.#routes.delete(webhook.id);
  }

  /** The webhook as it is stored. Throws `webhook.invalid`. */
  async #checked(given: Webhook, change?: WebhookDraft): Promise<Webhook> {
    const { automations } = this.#parts;
    const find: FindAutomation = (name) => automations.runnable(name);
    const { webhook, problems } = await this.checked(given, find, change);
    if (problems.length === 0) return webhook;
    throw new HookwrightError('webhook.invalid', problems.join('\n'));
  }

  /** `Webhook created on 2026-11-21, 02:33`, with a number behind it where that is taken. */
  #freeName(now: number): string {
    const base = `Webhook created on ${new Date(now).toISOString().slice(0, 16).replace('T', ', ')}`;
    let name = base;
    for (let n = 2; this.#idByName.has(name); n++) name = `${base} (${n})`;
    return name;
  }
}

/** A change without the members that were not given, so that they do not overwrite. */
function defined<T extends object>(change: T): Partial<T> {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<T>;
}
