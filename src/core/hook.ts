import type { HookHealth } from './hook-health.ts';
import { isOwnTopic, TOPIC_CHARS_MAX } from './message.ts';
import { fitsPattern, wildcardMistake } from './wildcard.ts';

/**
 * `active`: messages are sent. `paused`: deliveries are made and held. `disabled`: by too many failures;
 * open deliveries are held and none is made, until the hook is saved or resumed.
 */
export type HookStatus = 'active' | 'paused' | 'disabled';

export const HOOK_METHODS = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'] as const;

export type HookMethod = (typeof HOOK_METHODS)[number];

/** At most `count` attempts begin in any `perMs` milliseconds. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

/** What a person chooses; a profile has a default for each but `url` and `topics`. */
export interface HookSettings {
  /** Patterns by segments between dots, see `wildcard.ts`: `order.created`, `order.*`, `**`. */
  readonly topics: readonly string[];
  readonly url: string;
  readonly method: HookMethod;
  /** Name of the profile that shapes its requests. */
  readonly profile: string;
  /** One of the profile's body formats. */
  readonly format: string;
  /** Statuses that count as success: `2xx`, `301`. */
  readonly success: readonly string[];
  /** For one attempt. */
  readonly timeoutMs: number;
  /** Milliseconds before each repetition; empty for a single attempt. */
  readonly retryMs: readonly number[];
  /** Failed attempts in a row that disable it; 0: never. */
  readonly failuresMax: number;
  /** Milliseconds of nothing but failures that disable it; 0: never. */
  readonly failingMs: number;
  /** Mail addresses. */
  readonly alerts: readonly string[];
  /** Attempts under way at once. */
  readonly concurrency: number;
  readonly rate?: RateLimit;
  /** Whether a delivery waits until the one before it has ended. */
  readonly ordered: boolean;
}

interface HookFacts extends HookSettings {
  /** `hk_` and 26 characters. */
  readonly id: string;
  /** From 1, in the order of making; what WooCommerce's receivers know a webhook by. */
  readonly number: number;
  readonly name: string;
  readonly status: HookStatus;
  readonly health: HookHealth;
  readonly disabled?: Disabled;
  /** When it was first active; some profiles ping then. */
  readonly activatedAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Why a hook is disabled. */
interface Disabled {
  readonly at: number;
  readonly why: DisableReason;
}

/** Too many failures in a row, nothing else for too long, or the receiver answered 410. */
export type DisableReason = 'failures' | 'days' | 'gone';

/** What only the process may read: sealed in the database. */
export interface HookSecrets {
  /** Key of signatures; the profile says in which form. */
  readonly secret: string;
  /** After a rotation, both sign until then. */
  readonly previous?: { readonly secret: string; readonly until: number };
  /** Own headers, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** An outbound endpoint. */
export interface Hook extends HookFacts, HookSecrets {}

/** A hook as it is stored. */
export interface HookRecord extends HookFacts {
  /** JSON of `HookSecrets` under `Vault.seal`, for the place `hook/<id>`. */
  readonly sealed: Uint8Array;
}

/**
 * Whether a hook with these topics gets what is emitted under a topic. Hookwright's own topics go only where
 * they are named: a hook on `**` is for the messages of automations.
 */
export function fitsTopics(patterns: readonly (readonly string[])[], topic: string): boolean {
  const segments = topic.split('.');
  const own = isOwnTopic(topic);
  return patterns.some(
    (pattern) => (!own || pattern[0] === segments[0]) && fitsPattern(pattern, segments),
  );
}

/** What is wrong with a topic's pattern, in words that complete "Expected … to be …"; else `undefined`. */
export function topicPatternMistake(text: string): string | undefined {
  const fine =
    text.length <= TOPIC_CHARS_MAX &&
    /^[\w*-]+(\.[\w*-]+)*$/.test(text) &&
    wildcardMistake(text.split('.')) === undefined;
  return fine
    ? undefined
    : 'segments between dots, with * within one and ** as the last, such as order.*';
}

/** Whether an entry of `success` is one: `2xx` or a status. */
export function isStatusRange(text: string): boolean {
  return /^[1-5](xx|\d\d)$/.test(text);
}

export function isSuccess(success: readonly string[], status: number): boolean {
  const text = String(status);
  return success.some((entry) => entry === text || (entry[1] === 'x' && entry[0] === text[0]));
}
