import type { PayloadMap } from './payload-map.ts';
import type { Rate } from './rate.ts';

/** When the answer is sent: by the run, or as soon as the event is stored. */
export type RespondMode = 'run' | 'ack';

/** A webhook's link to an automation. The first enabled one whose `when` is true answers. */
export interface Binding {
  /** The automation's name. */
  readonly automation: string;
  /** A `${{ … }}` expression over `request`, `webhook`, `event` and `inputs`; absent means always. */
  readonly when?: string;
  readonly disabled?: boolean;
  /** Runs in the background whenever it matches, and never answers. */
  readonly also?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/**
 * What a webhook takes in and what it makes of it. An absent member is the usual: everything is taken,
 * nothing is made. The store keeps all of it as one JSON text.
 */
export interface WebhookSettings {
  /** Methods that are taken, in upper case; others are answered 405. */
  readonly methods?: readonly string[];
  /** Media types of bodies that are taken (`media-type.ts`); others are answered 415. */
  readonly contentTypes?: readonly string[];
  /** False where nothing may follow the token in the URL; such a path is as unknown as another token. */
  readonly paths?: boolean;
  readonly limits?: WebhookLimits;
  /** What of a request becomes `event.data`. */
  readonly map?: PayloadMap;
  /** The topic under which each request is emitted: what `map` gives, or the whole body. */
  readonly forward?: string;
  /** Tells several webhooks for one kind of sender apart: lower-case letters, digits and underscores. */
  readonly account?: string;
  /** Who calls, and how that is proven; without it, everybody who knows the URL is taken in. */
  readonly source?: WebhookSource;
}

/**
 * A source, and the name of a stored secret for each role that it has. The source is one that is known by
 * name, or the webhook's own: what a source's file may say, by the same keys and in plain values, which
 * `source/read/` checks. Both at once is a source of one's own that builds on a known one.
 */
export interface WebhookSource {
  /** `github`: a source that ships, or one of the operator's own. */
  readonly preset?: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** A request over one of these is answered 429 and stored nowhere. */
export interface WebhookLimits {
  readonly rate?: Rate;
  /** For each client address; `none` where not even the server's default counts. */
  readonly perClient?: Rate | 'none';
  /** Requests under way at once. */
  readonly concurrent?: number;
}

/** An inbound URL `/webhooks/<token>` and its settings. */
export interface Webhook {
  /** `wh_` and 26 characters. */
  readonly id: string;
  /** 40 lower-case hex digits from 20 random bytes; a secret: whoever has it may call. */
  readonly token: string;
  readonly name: string;
  readonly description: string;
  readonly paused: boolean;
  readonly respond: RespondMode;
  readonly bindings: readonly Binding[];
  readonly settings: WebhookSettings;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a webhook's own source is called that has no name and builds on none. */
const OWN_SOURCE = 'custom';

/** What its source is called; `github` where it builds on that. */
export function sourceName({ source, preset }: WebhookSource): string {
  if (typeof source === 'string') return source;
  return preset ?? OWN_SOURCE;
}

/** What no two webhooks have in common: the account and whom it is an account of. */
export function accountKey({ account, source }: WebhookSettings): string | undefined {
  return account === undefined || source === undefined
    ? account
    : `${sourceName(source)}/${account}`;
}
