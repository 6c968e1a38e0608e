import type { Diagnostic } from '../core/diagnostic.ts';
import type { Binding, Webhook } from '../core/webhook.ts';

/** What a person gives to make or change a webhook; what is absent keeps its value or its default. */
export interface WebhookDraft {
  readonly name?: string;
  readonly description?: string;
  readonly respond?: 'run' | 'ack';
  readonly bindings?: readonly Binding[];
}

export interface AutomationEntry {
  readonly name: string;
  readonly description: string;
  /** Relative to the automations folder. */
  readonly file: string;
  readonly revision: string;
  readonly createdAt: number;
  readonly source: string;
  /** Of the file as it is now; the last good revision keeps running. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The in-memory truth of webhooks and automations, written through to the store. */
export interface Registry {
  /** By name. */
  webhooks(): readonly Webhook[];
  /** By id, name or token. Throws `webhook.not_found` with a suggestion. */
  webhook(ref: string): Webhook;
  /**
   * Validates: the name, that bindings exist, that `when` compiles, that inputs fit. Throws
   * `webhook.invalid` with all problems, `webhook.name_taken`.
   */
  createWebhook(draft: WebhookDraft): Promise<Webhook>;
  changeWebhook(ref: string, change: WebhookDraft & { paused?: boolean }): Promise<Webhook>;
  rotateToken(ref: string): Promise<Webhook>;
  /** Gives the webhook as it was. */
  deleteWebhook(ref: string): Promise<Webhook>;
  /** By name. */
  automations(): readonly AutomationEntry[];
  /** Throws `automation.not_found` with a suggestion. */
  automation(name: string): AutomationEntry;
}
