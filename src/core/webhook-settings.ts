import { isMediaTypePattern } from './media-type.ts';
import { isOwnTopic } from './message.ts';
import { mapProblems } from './payload-map.ts';
import { secretNameMistake } from './secret.ts';
import { isTopic } from './topic.ts';
import type { WebhookLimits, WebhookSettings, WebhookSource } from './webhook.ts';

/** Entries of an allow list: more than there are methods, or formats that one sender uses. */
const LIST_ENTRIES_MAX = 20;
/** Characters of an account's name. */
const ACCOUNT_LENGTH_MAX = 64;
/** More requests of one webhook at once than the server takes in all (`requestsMax`). */
const CONCURRENT_MAX = 100_000;

// RFC 9110, section 9.1, in upper case: methods are case-sensitive, and every registered one is so.
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Z-]{1,32}$/;
const ACCOUNT = /^[a-z0-9_]+$/;

/** A member that is `null` goes back to the usual; one that is absent stays as it is. */
export type SettingsChange = Change<Omit<WebhookSettings, 'limits'>> & {
  readonly limits?: Change<WebhookLimits> | null | undefined;
};

type Change<T> = { readonly [Name in keyof T]?: T[Name] | null | undefined };

/** The same object where nothing is changed: what is counted for a webhook's limits goes by it. */
export function changedSettings(
  settings: WebhookSettings,
  change: SettingsChange | undefined,
): WebhookSettings {
  if (change === undefined || Object.values(change).every((value) => value === undefined)) {
    return settings;
  }
  const limits = change.limits == null ? change.limits : changed(settings.limits, change.limits);
  const none = limits != null && Object.keys(limits).length === 0;
  return changed(settings, { ...change, limits: none ? null : limits });
}

function changed<T extends object>(before: T | undefined, change: Change<T>): T {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const members = Object.entries({ ...before, ...Object.fromEntries(given) });
  return Object.fromEntries(members.filter(([, value]) => value !== null)) as T;
}

/** What is wrong with a webhook's settings, in sentences. */
export function settingsProblems(settings: WebhookSettings): string[] {
  const { methods, contentTypes, limits, map, forward, account, source } = settings;
  return [
    ...listProblems('methods', methods, 'methods in upper case, such as POST', (text) =>
      METHOD.test(text),
    ),
    ...listProblems(
      'content_types',
      contentTypes,
      'media types in lower case without parameters, such as application/json, text/* or application/*+json',
      isMediaTypePattern,
    ),
    ...concurrencyProblems(limits?.concurrent),
    ...(map === undefined ? [] : mapProblems(map)),
    ...(source === undefined ? [] : secretProblems(source)),
    ...textProblems(
      'forward',
      forward,
      'a topic such as order.paid that does not begin with hookwright.',
      // Those tell of the server itself, and who calls the webhook is not it.
      (text) => isTopic(text) && !isOwnTopic(text),
    ),
    ...textProblems(
      'account',
      account,
      `1 to ${ACCOUNT_LENGTH_MAX} lower-case letters, digits and underscores`,
      (text) => text.length <= ACCOUNT_LENGTH_MAX && ACCOUNT.test(text),
    ),
  ];
}

/** Of the names alone: which roles a source has is its own matter (`engine/callers/`). */
function secretProblems({ secrets }: WebhookSource): string[] {
  return Object.entries(secrets).flatMap(([role, name]) => {
    const mistake = secretNameMistake(name);
    return mistake === undefined ? [] : [`source.secrets.${role}: ${mistake}.`];
  });
}

function listProblems(
  name: string,
  list: readonly string[] | undefined,
  expected: string,
  fits: (text: string) => boolean,
): string[] {
  if (list === undefined) return [];
  if (list.length === 0) return [`Expected ${name} to name at least one, got an empty list.`];
  if (list.length > LIST_ENTRIES_MAX) {
    return [`Expected at most ${LIST_ENTRIES_MAX} ${name}, got ${list.length}.`];
  }
  const wrong = list.find((text) => !fits(text));
  return wrong === undefined ? [] : [`Expected ${name} to be ${expected}, got ${quote(wrong)}.`];
}

function textProblems(
  name: string,
  text: string | undefined,
  expected: string,
  fits: (text: string) => boolean,
): string[] {
  if (text === undefined || fits(text)) return [];
  return [`Expected ${name} to be ${expected}, got ${quote(text)}.`];
}

function concurrencyProblems(concurrent: number | undefined): string[] {
  if (concurrent === undefined) return [];
  if (Number.isInteger(concurrent) && concurrent >= 1 && concurrent <= CONCURRENT_MAX) return [];
  return [
    `Expected limits.concurrent to be a whole number from 1 to ${CONCURRENT_MAX}, got ${concurrent}.`,
  ];
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
