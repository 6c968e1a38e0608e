import type { PayloadMap } from '../../../core/payload-map.ts';
import type { Binding, Webhook, WebhookSettings, WebhookSource } from '../../../core/webhook.ts';
import { limitsKeys, settingsKeys } from '../../../engine/packages/keys.ts';
import { iso } from './time.ts';

/** A webhook as the API tells it. The URL holds the token, which stands nowhere else. */
export interface WebhookJson extends SettingsJson {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly url: string;
  readonly paused: boolean;
  readonly respond: 'run' | 'ack';
  readonly bindings: readonly Binding[];
  readonly created_at: string;
  readonly updated_at: string;
  /** What has to be done yet before its requests are taken in; only where it was made, changed or shown. */
  readonly warnings?: readonly string[];
}

/** `WebhookSettings` as they are given to the API; `null` for what is not set. */
interface SettingsJson {
  readonly account: string | null;
  /** Names of secrets, never values. */
  readonly source: WebhookSource | null;
  readonly methods: readonly string[] | null;
  readonly content_types: readonly string[] | null;
  readonly paths: boolean;
  readonly limits: LimitsJson | null;
  readonly map: PayloadMap | null;
  readonly forward: string | null;
}

interface LimitsJson {
  readonly rate: string | null;
  readonly per_client: string | null;
  readonly concurrent: number | null;
}

export function webhookJson(webhook: Webhook, baseUrl: string): WebhookJson {
  const { id, name, description, paused, respond, bindings, createdAt, updatedAt } = webhook;
  return {
    id,
    name,
    description,
    url: `${baseUrl}/webhooks/${webhook.token}`,
    paused,
    respond,
    bindings,
    ...settingsJson(webhook.settings),
    created_at: iso(createdAt),
    updated_at: iso(updatedAt),
  };
}

function settingsJson(settings: WebhookSettings): SettingsJson {
  const { limits } = settings;
  return {
    account: null,
    source: null,
    methods: null,
    content_types: null,
    paths: true,
    limits: null,
    map: null,
    forward: null,
    ...settingsKeys(settings),
    ...(limits === undefined ? {} : { limits: { ...NO_LIMITS, ...limitsKeys(limits) } }),
  };
}

const NO_LIMITS: LimitsJson = { rate: null, per_client: null, concurrent: null };
