import type {
  EffectResult,
  HttpArgs,
  HttpReply,
  JournalEntry,
  StateArgs,
  WaitArgs,
} from '../../core/effect.ts';
import { type Policy, policyRefusal } from '../../core/policy.ts';
import type { CaseFeatures } from './case.ts';
import { patternOf } from './target.ts';

type Reply = Record<string, unknown>;

/** Failures after which `http` tries again, and takes another reply for each try. */
const TRIED_AGAIN: ReadonlySet<string> = new Set(['effect.failed', 'effect.timeout']);
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What the effects of a journal got, as items of a case's `effects`. */
export function repliesOf(
  journal: readonly JournalEntry[],
  policy: Policy,
  features: CaseFeatures,
): readonly Reply[] {
  return journal.flatMap((entry) => {
    const { kind, args, ended } = entry;
    if (ended === undefined) return [];
    if (kind === 'wait') return features.times ? lateWait(args, ended.at) : [];
    if (policyRefusal(policy, kind, JSON.parse(args) as HttpArgs) !== undefined) return [];
    if (kind === 'state' && !features.replies && ended.result.ok) return [];
    if ((kind === 'emit' || kind === 'hook') && !features.ids && ended.result.ok) return [];
    const given = kind === 'http' ? httpReply(args, ended.result) : plainReply(ended.result);
    const at = features.times ? { at: new Date(ended.at).toISOString() } : {};
    return [{ [kind]: patternOf(kind, args), ...given, ...at }];
  });
}

/** A wait that ended some milliseconds later than it should. */
function lateWait(args: string, at: number): readonly Reply[] {
  const { until } = JSON.parse(args) as WaitArgs;
  if (at <= until) return [];
  return [{ wait: new Date(until).toISOString(), at: new Date(at).toISOString() }];
}

/**
 * State before the run, as far as its effects tell: what was read of a key first, or counted up.
 * Where others have changed it meanwhile, it does not give the same again, and replies have to.
 */
export function initialState(journal: readonly JournalEntry[]): Readonly<Record<string, unknown>> {
  const state = new Map<string, unknown>();
  for (const { kind, args, ended } of journal) {
    if (kind !== 'state' || ended?.result.ok !== true) continue;
    const given = JSON.parse(args) as StateArgs;
    if (state.has(given.key)) continue;
    state.set(given.key, before(given, JSON.parse(ended.result.value)));
  }
  return Object.fromEntries([...state].filter(([, value]) => value !== undefined));
}

function before(args: StateArgs, result: unknown): unknown {
  switch (args.op) {
    case 'get':
      return result ?? undefined;
    case 'increment':
      return result === args.by ? undefined : (result as number) - args.by;
    case 'delete':
      return result === true ? 'was there' : undefined;
    case 'set':
      return undefined;
  }
}

function plainReply(result: EffectResult): Reply {
  return result.ok ? { reply: JSON.parse(result.value) as unknown } : { fail: failure(result) };
}

function httpReply(args: string, result: EffectResult): Reply {
  const { attempts } = JSON.parse(args) as HttpArgs;
  const often = (isAgain: boolean): Reply => (isAgain && attempts > 1 ? { times: attempts } : {});
  if (result.ok) return { reply: replyFields(JSON.parse(result.value) as HttpReply) };
  const { code, status } = result;
  // What the reply had besides its status nobody has kept, and the run has not seen it.
  return status === undefined
    ? { fail: failure(result), ...often(TRIED_AGAIN.has(code)) }
    : { reply: { status }, ...often(PASSING_STATUSES.has(status)) };
}

function failure({ code, message, status }: Extract<EffectResult, { ok: false }>): Reply {
  return { code, message, ...(status === undefined ? {} : { status }) };
}

function replyFields({ status, headers, body, base64 }: HttpReply): Reply {
  const { 'content-type': type, ...others } = headers;
  const json = body === undefined ? undefined : plainJson(body);
  const isJson = json !== undefined && type === 'application/json';
  const shown = isJson || type === undefined ? others : headers;
  return {
    status,
    ...(Object.keys(shown).length === 0 ? {} : { headers: shown }),
    ...(isJson ? { json } : base64 === undefined ? { body: body ?? '' } : { base64 }),
  };
}

/** The value of JSON that is written again in the same way. */
function plainJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
