import { runCheck } from './checks/check.ts';
import type { CheckContext, CheckResult } from './checks/result.ts';
import type { SentTexts } from './content.ts';
import { fetchUrl } from './fetch-target.ts';
import { type Answer, handshakeAnswer, handshakeOf } from './handshake.ts';
import { identityOf, signedId } from './identity.ts';
import { valueAt } from './place.ts';
import { type Refusal, refusal } from './refusal.ts';
import { RequestView, type SourceRequest } from './request.ts';
import type { Handshake, Keys, Source } from './source.ts';
import { ageFault, sentAt } from './timestamp.ts';

/** What a source says of a request. */
export type Verdict =
  | {
      readonly is: 'accepted';
      /** What recognises a duplicate; absent where the sender gives none. */
      readonly id?: string;
      /** Milliseconds since the epoch, by the sender's clock. */
      readonly sentAt?: number;
      /** It passed by a secret that is about to go. */
      readonly usesPrevious: boolean;
    }
  /** Answered at once; nothing is to be run. `fetch` completes it: a GET, by the outbound client. */
  | {
      readonly is: 'handshake';
      readonly name: string;
      readonly answer: Answer;
      readonly fetch?: string;
    }
  /** The certificate at this URL is needed: fetch it, and verify again with it. */
  | { readonly is: 'fetch'; readonly url: string }
  | { readonly is: 'refused'; readonly refusal: Refusal };

const NOTHING_FETCHED: ReadonlyMap<string, string> = new Map();

/**
 * Whether a request is from the source. Never throws, whatever the request is.
 *
 * @param keys the valid secrets of each role, the current one first
 * @param now milliseconds since the epoch
 * @param fetched certificates in PEM by URL, where an earlier verdict was `fetch`
 */
export function verify(
  source: Source,
  request: SourceRequest,
  keys: Keys,
  now: number,
  fetched: ReadonlyMap<string, string> = NOTHING_FETCHED,
): Verdict {
  const view = new RequestView(request);
  const context: CheckContext = { view, keys, now, fetched, sent: sentTexts(source, view) };
  const handshake = handshakeOf(source, view);
  return handshake === undefined
    ? verifyRequest(source, context)
    : verifyHandshake(source, handshake, context);
}

/** The sender's time and id as texts, as signed content has them. */
export function sentTexts(source: Source, view: RequestView): SentTexts {
  return {
    timestamp: () => {
      if (source.timestamp === undefined) return absent('timestamp');
      const found = valueAt(source.timestamp.place, view);
      if (found.ok || found.refusal.code !== 'proof.missing') return found;
      return { ok: false, refusal: refusal('time.missing', found.refusal.reason) };
    },
    id: () => {
      const place = signedId(source);
      return place === undefined ? absent('id') : valueAt(place, view);
    },
  };
}

function absent(what: string): { readonly ok: false; readonly refusal: Refusal } {
  const reason = `Expected the source to say where its ${what} is, got nothing.`;
  return { ok: false, refusal: refusal('proof.missing', reason) };
}

function verifyRequest(source: Source, context: CheckContext): Verdict {
  const proof = prove(source, context);
  if (proof.is !== 'passed') return notPassed(proof);
  const id = identityOf(source, context.view);
  return {
    is: 'accepted',
    usesPrevious: proof.usesPrevious,
    ...(id === undefined ? {} : { id }),
    ...(proof.sentAt === undefined ? {} : { sentAt: proof.sentAt }),
  };
}

function notPassed(result: Exclude<CheckResult, { is: 'passed' }>): Verdict {
  return result.is === 'failed' ? { is: 'refused', refusal: result.refusal } : result;
}

type Proof =
  | Exclude<CheckResult, { is: 'passed' }>
  | { readonly is: 'passed'; readonly usesPrevious: boolean; readonly sentAt?: number };

/** The source's checks first: only a time that they cover says anything. */
function prove(source: Source, context: CheckContext): Proof {
  const result: CheckResult =
    source.verify === undefined
      ? { is: 'passed', usesPrevious: false }
      : runCheck(source.verify, context);
  if (result.is !== 'passed' || source.timestamp === undefined) return result;
  const time = sentAt(source.timestamp, context.view);
  const { toleranceMs } = source.timestamp;
  if (!time.ok) {
    return toleranceMs === undefined ? result : { is: 'failed', refusal: time.refusal };
  }
  const fault = toleranceMs === undefined ? undefined : ageFault(time.at, toleranceMs, context.now);
  return fault === undefined ? { ...result, sentAt: time.at } : { is: 'failed', refusal: fault };
}

/** A handshake is answered only after all proofs that its sender gives. */
function verifyHandshake(source: Source, handshake: Handshake, context: CheckContext): Verdict {
  const own = handshake.isSigned ? prove(source, context) : undefined;
  if (own !== undefined && own.is !== 'passed') return notPassed(own);
  const more = handshake.verify === undefined ? undefined : runCheck(handshake.verify, context);
  if (more !== undefined && more.is !== 'passed') return notPassed(more);
  const answer = handshakeAnswer(handshake.answer, context.view, context.keys);
  if (!answer.ok) return { is: 'refused', refusal: answer.refusal };
  const url = handshake.fetch === undefined ? undefined : fetchUrl(handshake.fetch, context.view);
  if (url !== undefined && !url.ok) return { is: 'refused', refusal: url.refusal };
  return {
    is: 'handshake',
    name: handshake.name,
    answer: answer.answer,
    ...(url === undefined ? {} : { fetch: url.url }),
  };
}
