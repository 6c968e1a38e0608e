import {
  HOOK_METHODS,
  type Hook,
  type HookMethod,
  type HookSettings,
  isStatusRange,
  type RateLimit,
  topicPatternMistake,
} from '../../core/hook.ts';
import { HTTP_TOKEN } from '../../core/http-syntax.ts';
import { formatDuration } from '../../core/quantity.ts';
import type { Profile } from '../../hook/profile.ts';
import { ATTEMPT_MS_MAX, CONCURRENCY_MAX } from '../../hook/profile-shape.ts';
import { secretMistake } from '../../hook/sign.ts';
import { nameProblems } from '../draft.ts';

/** What a person says of a hook; what is absent comes from its profile, or stays as it is. */
export interface HookDraft extends Partial<Omit<HookSettings, 'rate'>> {
  readonly name?: string;
  readonly secret?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** `null`: none. */
  readonly rate?: RateLimit | null;
}

/** Patterns of one hook: each is compared with every message. */
const TOPICS_MAX = 100;
const HEADERS_MAX = 50;
const HEADER_CHARS_MAX = 4096;
const URL_CHARS_MAX = 4096;
const ALERTS_MAX = 20;
const RETRIES_MAX = 50;
const SUCCESS_MAX = 50;
const FAILURES_MAX = 1_000_000;
/** A month: messages are pruned after it unless the operator keeps them longer. */
const WAIT_MS_MAX = 30 * 86_400_000;
/** Beginnings that a rate limit remembers. */
const RATE_COUNT_MAX = 10_000;
const RATE_MS_MAX = 86_400_000;

/** Headers that the outbound client writes itself, or that belong to one connection. */
const REFUSED_HEADERS =
  /^(?:host|content-length|expect|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

/** A hook's settings from a draft, over those of its profile or those that it had. */
export function settingsOf(draft: HookDraft, base: Omit<HookSettings, 'rate'>): HookSettings {
  const { name: _n, secret: _s, headers: _h, rate, ...given } = draft;
  const defined = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const { rate: before, ...rest } = base as HookSettings;
  const chosen = rate === undefined ? before : (rate ?? undefined);
  return { ...rest, ...defined, ...(chosen === undefined ? {} : { rate: chosen }) };
}

/** Everything that is wrong with a hook, in sentences. */
export function hookProblems(hook: Hook, profile: Profile): string[] {
  const { success, retryMs, concurrency, failuresMax, failingMs, timeoutMs } = hook;
  const formats = profile.formats.map(({ name }) => name);
  return [
    ...nameProblems(hook.name),
    ...urlProblems(hook.url, profile),
    ...listProblems('topics', hook.topics, TOPICS_MAX, topicPatternMistake),
    ...listProblems('alerts', hook.alerts, ALERTS_MAX, addressMistake),
    ...listProblems('success', success, SUCCESS_MAX, (text) =>
      isStatusRange(text) ? undefined : 'statuses or ranges such as 2xx',
    ),
    ...(success.length > 0 ? [] : ['Expected success to have a status, got none.']),
    ...choiceProblems('method', hook.method, HOOK_METHODS),
    ...choiceProblems('format', hook.format, formats),
    ...rangeProblems('timeout', timeoutMs, 1, ATTEMPT_MS_MAX, formatDuration),
    ...rangeProblems('concurrency', concurrency, 1, CONCURRENCY_MAX, String),
    ...rangeProblems('failures', failuresMax, 0, FAILURES_MAX, String),
    ...rangeProblems('failing', failingMs, 0, WAIT_MS_MAX, formatDuration),
    ...rangeProblems('the number of retries', retryMs.length, 0, RETRIES_MAX, String),
    ...retryMs.flatMap((ms) => rangeProblems('a retry', ms, 1, WAIT_MS_MAX, formatDuration)),
    ...rateProblems(hook.rate),
    ...headerProblems(hook.headers),
    ...secretProblems(hook.secret, profile),
  ];
}

function urlProblems(text: string, profile: Profile): string[] {
  const url = text.length <= URL_CHARS_MAX && URL.canParse(text) ? new URL(text) : undefined;
  const schemes = profile.isHttpsOnly ? ['https:'] : ['http:', 'https:'];
  if (url !== undefined && schemes.includes(url.protocol) && !url.username && !url.password) {
    return [];
  }
  const what = profile.isHttpsOnly ? 'an https URL' : 'an http or https URL';
  // Not the URL itself: it may hold a secret, and errors are logged.
  const got = url === undefined ? 'none' : `one of ${url.protocol}//${url.host}`;
  return [`Expected url to be ${what} without user name and password, got ${got}.`];
}

function listProblems(
  name: string,
  list: readonly string[],
  most: number,
  mistake: (text: string) => string | undefined,
): string[] {
  if (list.length > most) {
    return [`Expected ${name} to have at most ${most} entries, got ${list.length}.`];
  }
  return list.flatMap((text) => {
    const expected = mistake(text);
    return expected === undefined
      ? []
      : [`Expected ${name} to be ${expected}, got ${JSON.stringify(text.slice(0, 80))}.`];
  });
}

function choiceProblems(name: string, text: string, choices: readonly string[]): string[] {
  if (choices.includes(text)) return [];
  return [`Expected ${name} to be one of ${choices.join(', ')}, got ${JSON.stringify(text)}.`];
}

function rangeProblems(
  name: string,
  value: number,
  least: number,
  most: number,
  write: (value: number) => string,
): string[] {
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  return [`Expected ${name} to be from ${write(least)} to ${write(most)}, got ${write(value)}.`];
}

function rateProblems(rate: RateLimit | undefined): string[] {
  if (rate === undefined) return [];
  return [
    ...rangeProblems('the count of rate', rate.count, 1, RATE_COUNT_MAX, String),
    ...rangeProblems('the time of rate', rate.perMs, 1, RATE_MS_MAX, formatDuration),
  ];
}

function headerProblems(headers: Hook['headers']): string[] {
  if (headers.length > HEADERS_MAX) {
    return [`Expected headers to have at most ${HEADERS_MAX} entries, got ${headers.length}.`];
  }
  return headers.flatMap(([name, value]) => {
    // Values may be credentials: they are not quoted.
    if (!HTTP_TOKEN.test(name)) {
      return [`Expected the name of a header, got ${JSON.stringify(name.slice(0, 80))}.`];
    }
    if (REFUSED_HEADERS.test(name)) {
      return [
        `Expected headers that a receiver reads, got ${name}, which the client writes itself.`,
      ];
    }
    return value.length <= HEADER_CHARS_MAX && !/[\0\r\n]/.test(value)
      ? []
      : [`Expected ${name} to have one line of at most ${HEADER_CHARS_MAX} characters, got more.`];
  });
}

function secretProblems(secret: string, profile: Profile): string[] {
  const expected = secretMistake(secret, profile.sign);
  return expected === undefined ? [] : [`Expected secret to be ${expected}, got another text.`];
}

/** Enough to catch slips; whether mail arrives, only mail can tell. */
function addressMistake(text: string): string | undefined {
  return text.length <= 254 && /^[^\s@<>"(),:;]+@[^\s@<>"(),:;]+$/.test(text)
    ? undefined
    : 'mail addresses';
}

/** The settings that a profile gives a new hook. */
export function profileSettings(profile: Profile): Omit<HookSettings, 'url' | 'rate'> {
  return {
    topics: [],
    profile: profile.name,
    format: profile.formats[0]?.name ?? '',
    alerts: [],
    ordered: false,
    ...profile.defaults,
    method: profile.defaults.method as HookMethod,
  };
}
