import type { Hono } from 'hono';
import type { Revision } from '../../../src/core/automation.ts';
import type { JournalEntry } from '../../../src/core/effect.ts';
import { HookwrightError } from '../../../src/core/errors.ts';
import type { EventSummary, StoredEvent } from '../../../src/core/event.ts';
import { digest, idMaker, makeToken } from '../../../src/core/ids.ts';
import type { RunRecord } from '../../../src/core/run.ts';
import { scheduleEvent } from '../../../src/core/schedule-event.ts';
import { didYouMean } from '../../../src/core/suggest.ts';
import type { Webhook } from '../../../src/core/webhook.ts';
import { changedSettings } from '../../../src/core/webhook-settings.ts';
import type { AutomationEntry, Automations } from '../../../src/engine/automations.ts';
import { type AttemptNotice, createFeed, type Feed } from '../../../src/engine/feed.ts';
import type { Deliveries } from '../../../src/engine/hooks/deliveries.ts';
import type { Hooks } from '../../../src/engine/hooks/hooks.ts';
import type { Packages } from '../../../src/engine/packages/packages.ts';
import type { DeliveryStore, MessageStore } from '../../../src/engine/ports/hook-store.ts';
import type { EventFilter, RunFilter, Sandbox } from '../../../src/engine/ports.ts';
import type { Registry, WebhookDraft } from '../../../src/engine/registry.ts';
import type { SecretDraft, SecretRegistry } from '../../../src/engine/secrets.ts';
import type { Tokens } from '../../../src/engine/tokens.ts';
import { createApi } from '../../../src/http/api/api.ts';

export const TOKEN = 'token-of-the-test';
export const BASE = 'http://127.0.0.1:8420';
export const NOW = Date.parse('2026-05-04T03:02:01.000Z');

type Listener = Parameters<Feed['subscribe']>[0];

/** The parts of the API in memory, and the API on them. */
export class FakeEngine {
  readonly webhooks: Webhook[] = [];
  readonly automations: AutomationEntry[] = [];
  readonly events: StoredEvent[] = [];
  readonly runs: RunRecord[] = [];
  readonly journals = new Map<string, readonly JournalEntry[]>();
  readonly revisions = new Map<string, Revision>();
  readonly secretDrafts = new Map<string, SecretDraft>();
  /** What retrying and cancelling throws. */
  refusal: HookwrightError | undefined;
  readonly listeners = new Set<Listener>();
  /** What the API executes in; none until a test gives one. */
  sandbox: Pick<Sandbox, 'execute'> = {
    execute: () => Promise.reject(new Error('Expected a test that needs no sandbox')),
  };
  readonly logged: unknown[] = [];
  readonly api: Hono;
  now = NOW;
  #ids = idMaker((size) =>
    new Uint8Array(size).fill(this.webhooks.length + this.events.length + this.runs.length),
  );

  constructor(options: { heartbeatMs?: number } = {}) {
    this.api = createApi({
      registry: this.registry,
      automations: unused<Automations>(),
      secrets: { ...this.secrets, values: () => [], oldValues: () => [] },
      send: () => Promise.reject(new Error('Expected a test that sends nothing')),
      sources: { names: async () => [], get: async () => undefined },
      store: {
        event: async (id) => this.events.find((event) => event.id === id),
        events: async (filter) => this.#list(filter),
        runsOf: async (eventId) => this.runs.filter((run) => run.eventId === eventId),
        run: async (id) => this.runs.find((run) => run.id === id),
        runs: async (filter) => this.#listRuns(filter),
        journal: async (runId) => this.journals.get(runId) ?? [],
        duplicates: async () => undefined,
        refusals: async () => [],
        refusal: async () => undefined,
        revision: async (id) => this.revisions.get(id),
        ...unused<MessageStore & DeliveryStore>(),
      },
      runs: {
        retry: async (id) => this.#changeRun(id, { status: 'queued', attempt: 2 }),
        cancel: async (id) => this.#changeRun(id, { status: 'cancelled' }),
      },
      start: async (name) => {
        const now = this.now;
        const event = scheduleEvent({ automation: name, scheduledAt: now, receivedAt: now });
        this.events.push({ ...event, status: 'pending' });
        return event;
      },
      sandbox: async () => this.sandbox,
      // What hooks do is tested on the real store.
      hooks: unused<Hooks>(),
      mails: true,
      tokens: { find: () => undefined } as unknown as Tokens,
      deliveries: unused<Deliveries>(),
      packages: unused<Packages>(),
      attempts: createFeed<AttemptNotice>(),
      feed: {
        subscribe: (listener) => {
          this.listeners.add(listener);
          return () => this.listeners.delete(listener);
        },
      },
      clock: () => this.now,
      log: { write: (...line) => this.logged.push(line) },
      token: TOKEN,
      version: '1.2.3',
      url: () => BASE,
      ...options,
    });
  }

  /** A request to the API with the token. */
  async call(method: string, path: string, body?: unknown): Promise<Response> {
    return this.api.fetch(
      new Request(`${BASE}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  }

  addWebhook(name: string, given: Partial<Webhook> = {}): Webhook {
    const webhook: Webhook = {
      id: this.#ids('wh', this.now + this.webhooks.length),
      token: makeToken((size) => new Uint8Array(size).fill(this.webhooks.length + 1)),
      name,
      description: '',
      paused: false,
      respond: 'run',
      bindings: [],
      settings: {},
      createdAt: this.now,
      updatedAt: this.now,
      ...given,
    };
    this.webhooks.push(webhook);
    return webhook;
  }

  addEvent(webhook: Webhook, given: Partial<StoredEvent> = {}): StoredEvent {
    const receivedAt = this.now + this.events.length;
    const event: StoredEvent = {
      id: this.#ids('evt', receivedAt),
      webhookId: webhook.id,
      receivedAt,
      method: 'POST',
      path: '',
      query: null,
      headers: '[]',
      clientIp: '192.0.2.1',
      body: new Uint8Array(),
      data: null,
      webhookName: webhook.name,
      webhookUrl: `${BASE}/webhooks/${webhook.token}`,
      webhookAccount: null,
      status: 'done',
      ...given,
    };
    this.events.push(event);
    return event;
  }

  addRun(event: StoredEvent, given: Partial<RunRecord> = {}): RunRecord {
    const run: RunRecord = {
      id: this.#ids('run', event.receivedAt),
      eventId: event.id,
      webhookId: event.webhookId,
      automation: 'orders.paid',
      revision: 'a'.repeat(64),
      binding: 0,
      inputs: '{}',
      attempt: 1,
      status: 'succeeded',
      startedAt: event.receivedAt,
      endedAt: event.receivedAt + 5,
      cpuMs: 0.5,
      logs: [],
      ...given,
    };
    this.runs.push(run);
    return run;
  }

  /** Makes a revision of that text one that runs can name. */
  addRevision(automation: string, source: string): Revision {
    const revision = { id: digest(source), automation, source, createdAt: this.now };
    this.revisions.set(revision.id, revision);
    return revision;
  }

  addAutomation(name: string, given: Partial<AutomationEntry> = {}): AutomationEntry {
    const entry: AutomationEntry = {
      name,
      description: '',
      file: `${name}.yaml`,
      owner: 'folder',
      revision: 'b'.repeat(64),
      createdAt: this.now,
      trigger: 'webhook',
      disabled: false,
      source: `automation: ${name}\n`,
      diagnostics: [],
      ...given,
    };
    this.automations.push(entry);
    return entry;
  }

  notice(event: StoredEvent, runs: readonly RunRecord[] = []): void {
    for (const listener of this.listeners) listener(summary(event), runs);
  }

  readonly secrets: SecretRegistry = {
    list: () => [...this.secretDrafts.keys()].map((name) => this.secrets.facts(name)),
    facts: (name) => {
      const draft = this.secretDrafts.get(name);
      if (draft === undefined) {
        throw new HookwrightError('secret.not_found', `Expected a secret, got "${name}".`);
      }
      const { hosts = [], keepPreviousMs } = draft;
      const previous = keepPreviousMs === undefined ? {} : { previousUntil: NOW + keepPreviousMs };
      return { name, hosts, readable: true, ...previous, createdAt: NOW, updatedAt: NOW };
    },
    set: async (name, draft) => {
      this.secretDrafts.set(name, draft);
      return this.secrets.facts(name);
    },
    delete: async (name) => {
      const facts = this.secrets.facts(name);
      this.secretDrafts.delete(name);
      return facts;
    },
  };

  readonly registry: Registry = {
    webhooks: () => this.webhooks,
    webhook: (ref) => this.#find(ref),
    createWebhook: async (draft) => {
      const name = draft.name ?? 'unnamed';
      if (this.webhooks.some((webhook) => webhook.name === name)) {
        throw new HookwrightError('webhook.name_taken', `Expected a free name, got "${name}".`);
      }
      return this.addWebhook(name, {
        ...draft,
        name,
        settings: changedSettings({}, draft.settings),
      });
    },
    changeWebhook: async (ref, change) => this.#replace(ref, change),
    rotateToken: async (ref) => this.#replace(ref, { token: 'f'.repeat(40) }),
    deleteWebhook: async (ref) => {
      const webhook = this.#find(ref);
      this.webhooks.splice(this.webhooks.indexOf(webhook), 1);
      return webhook;
    },
    automations: () => this.automations,
    automation: (name) => {
      const entry = this.automations.find((automation) => automation.name === name);
      if (entry !== undefined) return entry;
      throw new HookwrightError('automation.not_found', `Expected an automation, got "${name}".`);
    },
  };

  #find(ref: string): Webhook {
    const found = this.webhooks.find(({ id, name, token }) => [id, name, token].includes(ref));
    if (found !== undefined) return found;
    const next = didYouMean(
      ref,
      this.webhooks.map(({ name }) => name),
    );
    throw new HookwrightError(
      'webhook.not_found',
      `Expected a webhook’s id, name or token, got "${ref}".`,
      next === undefined ? {} : { next },
    );
  }

  #replace(
    ref: string,
    change: WebhookDraft & Partial<Pick<Webhook, 'paused' | 'token'>>,
  ): Webhook {
    const old = this.#find(ref);
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const settings = changedSettings(old.settings, change.settings);
    const webhook = { ...old, ...Object.fromEntries(given), settings, updatedAt: this.now };
    this.webhooks[this.webhooks.indexOf(old)] = webhook;
    return webhook;
  }

  #changeRun(id: string, change: Partial<RunRecord>): RunRecord {
    if (this.refusal !== undefined) throw this.refusal;
    const old = this.runs.find((run) => run.id === id) as RunRecord;
    const run = { ...old, ...change };
    this.runs[this.runs.indexOf(old)] = run;
    return run;
  }

  #listRuns(filter: RunFilter): RunRecord[] {
    return this.runs
      .filter((run) => matches(run, filter))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, filter.countMax);
  }

  #list({ webhookId, before, after, countMax }: EventFilter): EventSummary[] {
    return this.events
      .filter((event) => webhookId === undefined || event.webhookId === webhookId)
      .filter(({ id }) => (before === undefined || id < before) && id > (after ?? ''))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, countMax)
      .map(summary);
  }
}

function matches(run: RunRecord, filter: RunFilter): boolean {
  const { webhookId, automation, status, eventId, before } = filter;
  return (
    run.webhookId === (webhookId ?? run.webhookId) &&
    run.automation === (automation ?? run.automation) &&
    run.status === (status ?? run.status) &&
    run.eventId === (eventId ?? run.eventId) &&
    (before === undefined || run.id < before)
  );
}

/** A part that a test does not come to; every use of it fails. */
function unused<T extends object>(): T {
  return {} as T;
}

function summary({ body, ...event }: StoredEvent): EventSummary {
  return { ...event, bodySize: body.length };
}
