import type {
  CallArgs,
  EffectKind,
  EmitArgs,
  HookArgs,
  HttpArgs,
  StateArgs,
  WaitArgs,
} from './effect.ts';
import { secretNameMistake } from './secret.ts';
import {
  fitsMethod,
  fitsUrl,
  mayFitUrl,
  readUrl,
  readUrlPattern,
  type UrlTarget,
} from './url-pattern.ts';
import { fitsPattern, mayFitPattern, wildcardMistake } from './wildcard.ts';

/**
 * What an automation's effects may reach; each is a list of patterns. Nothing else is allowed.
 *
 * - `http`: `[METHOD[,METHOD]] URL`; without a method any. Scheme, host and port are exact, but the host may
 *   begin with `*.`. The path goes by segments, see `wildcard.ts`; the query only where the pattern has one.
 * - `hooks`: topics and names of hooks, by segments between dots; `functions` likewise.
 * - `state`: keys, by segments between slashes.
 * - `secrets`: names, without wildcards.
 */
export interface Policy {
  readonly http: readonly string[];
  readonly hooks: readonly string[];
  readonly state: readonly string[];
  readonly secrets: readonly string[];
  readonly functions: readonly string[];
}

type PolicyList = keyof Policy;

/** The list that an effect is looked up in; a `wait` reaches nothing. */
export const LIST_OF: Readonly<Record<Exclude<EffectKind, 'wait'>, PolicyList>> = {
  http: 'http',
  state: 'state',
  call: 'functions',
  emit: 'hooks',
  hook: 'hooks',
};

/** Characters of a target that messages show; longer ones are no use to a reader. */
const SHOWN_CHARACTERS_MAX = 500;

/** Targets that are remembered as allowed for each list: most automations have a few, and ask each time. */
const ALLOWED_MAX = 100;
/** Characters of one of them; longer ones are made up by the script, and do not come again. */
const ALLOWED_CHARACTERS_MAX = 300;
const allowed = new WeakMap<readonly string[], Set<string>>();

/** A target as far as it is known. */
export interface PolicyTarget {
  readonly kind: Exclude<EffectKind, 'wait'>;
  /** Of `http`; absent where it is computed. */
  readonly method?: string;
  /** The URL, key or name; its beginning where `isWhole` is false. */
  readonly text: string;
  readonly isWhole: boolean;
  /** The pattern that would allow it; absent where it follows from `text`. */
  readonly pattern?: string;
}

/** Why a target is not allowed. */
export interface PolicyRefusal {
  /** "Expected X, got Y". */
  readonly message: string;
  /** "Add to …"; absent where no policy would allow it. */
  readonly next?: string;
}

/**
 * Whether a policy allows an effect: `undefined` where it does, else a message that shows the line to add.
 *
 * @param args of the kind, as in `EffectRequest.args`
 */
export function policyRefusal(
  policy: Policy,
  kind: EffectKind,
  args: HttpArgs | StateArgs | CallArgs | EmitArgs | HookArgs | WaitArgs,
): string | undefined {
  if (kind === 'wait') return undefined;
  const target = targetOf(kind, args);
  const known = allowedOf(policy[LIST_OF[kind]]);
  const key = `${kind} ${target.method ?? ''} ${target.text}`;
  if (known.has(key)) return undefined;
  const refusal = refusalOf(policy, target);
  if (refusal === undefined) {
    if (known.size >= ALLOWED_MAX) known.clear();
    if (key.length <= ALLOWED_CHARACTERS_MAX) known.add(key);
    return undefined;
  }
  return refusal.next === undefined ? refusal.message : `${refusal.message}. ${refusal.next}`;
}

function allowedOf(patterns: readonly string[]): Set<string> {
  let known = allowed.get(patterns);
  if (known === undefined) {
    known = new Set();
    allowed.set(patterns, known);
  }
  return known;
}

/** The same for a whole target, or for one of which the beginning is known: allowed where it may fit. */
export function refusalOf(policy: Policy, target: PolicyTarget): PolicyRefusal | undefined {
  const list = LIST_OF[target.kind];
  const read = target.kind === 'http' && isLocated(target) ? urlOf(target) : undefined;
  if (typeof read === 'string') return { message: read };
  if (matchersOf(policy, list).some((mayAllow) => mayAllow(target))) return undefined;
  const { shown, line } = wording(target);
  return {
    message: `Expected a target that the policy allows, got ${shown}`,
    next: `Add to \`policy.${list}\`: ${line}`,
  };
}

/** Whether a pattern allows a target of its list, or may where only the target's beginning is known. */
type Matcher = (target: PolicyTarget) => boolean;

const NEVER: Matcher = () => false;
const matchers = new WeakMap<readonly string[], readonly Matcher[]>();

/** One for each pattern of a list. Policies live long, and reading a URL takes microseconds. */
export function matchersOf(policy: Policy, list: PolicyList): readonly Matcher[] {
  const patterns = policy[list];
  const known = matchers.get(patterns);
  if (known !== undefined) return known;
  const made = patterns.map((pattern) => {
    if (patternMistake(list, pattern) !== undefined) return NEVER;
    return list === 'http'
      ? urlMatcher(pattern)
      : nameMatcher(pattern, list === 'state' ? '/' : '.');
  });
  matchers.set(patterns, made);
  return made;
}

function urlMatcher(text: string): Matcher {
  const pattern = readUrlPattern(text);
  if (typeof pattern === 'string') return NEVER;
  return (target) => {
    const { method, isWhole } = target;
    if (method !== undefined && !fitsMethod(pattern, method)) return false;
    if (!isLocated(target)) return true;
    const url = urlOf(target);
    if (typeof url === 'string') return false;
    const isEnough = isWhole || (hasWholePath(target) && pattern.query.length === 0);
    return isEnough ? fitsUrl(pattern, url) : mayFitUrl(pattern, url);
  };
}

function nameMatcher(text: string, separator: string): Matcher {
  const pattern = text.split(separator);
  return (target) => {
    const fits = target.isWhole ? fitsPattern : mayFitPattern;
    return fits(pattern, target.text.split(separator));
  };
}

const urls = new WeakMap<PolicyTarget, UrlTarget | string>();

/** What is known of a located target's URL, or what is wrong with it; read once for all patterns. */
function urlOf(target: PolicyTarget): UrlTarget | string {
  const known = urls.get(target);
  if (known !== undefined) return known;
  // Dots at the end of a beginning may become a name such as `.well-known`.
  const text = hasWholePath(target) ? target.text : target.text.replace(/\.+$/, '');
  const read = readUrl(text);
  urls.set(target, read);
  return read;
}

/** What is wrong with a pattern of a list, or `undefined`. */
export function patternMistake(list: PolicyList, pattern: string): string | undefined {
  if (list === 'secrets') return secretNameMistake(pattern);
  if (list === 'http') {
    const parsed = readUrlPattern(pattern);
    return typeof parsed === 'string' ? parsed : undefined;
  }
  if (pattern === '') return 'Expected a pattern, got an empty text';
  const segments = pattern.split(list === 'state' ? '/' : '.');
  if (list !== 'state' && segments.includes('')) {
    return `Expected names between the dots, got \`${pattern}\``;
  }
  return wildcardMistake(segments);
}

/** Whether a URL is known at least up to the end of its host. */
function isLocated({ text, isWhole }: PolicyTarget): boolean {
  return isWhole || /^https?:\/\/[^/?#]+[/?#]/i.test(text);
}

/** From the `?` on, nothing that follows changes the path. */
function hasWholePath({ text, isWhole }: PolicyTarget): boolean {
  return isWhole || /[?#]/.test(text);
}

function targetOf(
  kind: Exclude<EffectKind, 'wait'>,
  args: HttpArgs | StateArgs | CallArgs | EmitArgs | HookArgs | WaitArgs,
): PolicyTarget {
  switch (kind) {
    case 'http': {
      const { method, url } = args as HttpArgs;
      return { kind, method, text: url, isWhole: true };
    }
    case 'state':
      return { kind, text: (args as StateArgs).key, isWhole: true };
    case 'call':
      return { kind, text: (args as CallArgs).function, isWhole: true };
    case 'emit':
      return { kind, text: (args as EmitArgs).topic, isWhole: true };
    case 'hook':
      return { kind, text: (args as HookArgs).hook, isWhole: true };
  }
}

const NOUNS = { state: 'the key', call: 'the function', emit: 'the topic', hook: 'the hook' };

/** What a refused target is called, and the pattern that would allow it. */
function wording(target: PolicyTarget): { readonly shown: string; readonly line: string } {
  const { kind, method = '', text, isWhole, pattern } = target;
  const more = isWhole ? '' : '…';
  if (kind !== 'http') {
    const name = shortened(text);
    const line = pattern ?? (name === '' ? 'a pattern of what it computes' : name);
    return { shown: `${NOUNS[kind]} ${name === '' ? 'that is computed' : name + more}`, line };
  }
  const url = isLocated(target) ? urlOf(target) : undefined;
  if (url === undefined || typeof url === 'string') {
    return {
      shown: `${method === '' ? '' : `${method} to `}a URL that is computed`,
      line: pattern ?? 'its method and URL',
    };
  }
  // No query: it may hold keys, and patterns seldom need it.
  const address = shortened(`${method} ${url.origin}/${url.path.join('/')}`.trim());
  return {
    shown: hasWholePath(target) ? address : address + more,
    line: pattern ?? address.replace(/\*{2,}/g, '*'),
  };
}

function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}
