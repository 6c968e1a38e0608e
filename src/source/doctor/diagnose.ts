import { checksOf } from '../checks-of.ts';
import { valuesAt } from '../place.ts';
import { RequestView, type SourceRequest } from '../request.ts';
import type { Keys, Source } from '../source.ts';
import { type Verdict, verify } from '../verify.ts';
import { bodyVariations } from './body.ts';
import { keyVariations, oldKeyVariation } from './key.ts';
import { settingVariations } from './settings.ts';
import { urlVariations } from './url.ts';
import type { Case, Variation } from './variation.ts';

/** Something that would explain a refusal. */
interface Finding {
  /** Stable, for tools: `body.newline_added`, `key.blanks`, `preset.github`, … */
  readonly code: string;
  /** What is the matter. Never holds a secret. */
  readonly says: string;
  /** What to do about it. */
  readonly next: string;
}

export interface Diagnosis {
  /** What the source says of the request, unchanged by all that was tried. */
  readonly verdict: Verdict;
  /** The likeliest first; empty where the request is not refused. */
  readonly findings: readonly Finding[];
}

/** What the doctor may know beside the request. */
export interface Knowledge {
  readonly presets: ReadonlyMap<string, Source>;
  /** Secrets of each role that are no longer valid. */
  readonly oldKeys?: Keys;
  readonly fetched?: ReadonlyMap<string, string>;
}

/** Bytes of bodies that are hashed for one diagnosis: half a second of work. */
const HASHED_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Why a source refuses a request: tries the known mistakes, offline, and says which of them would explain
 * it. A finding accepts nothing, and says no secret.
 *
 * @param now when the request came, in milliseconds since the epoch
 */
export function diagnose(
  source: Source,
  request: SourceRequest,
  keys: Keys,
  now: number,
  { presets, oldKeys = {}, fetched }: Knowledge,
): Diagnosis {
  const verdict = verify(source, request, keys, now, fetched);
  if (verdict.is !== 'refused') return { verdict, findings: [] };
  const trial = new Trial(now, fetched);
  const from: Case = { source, request, keys };
  if (trial.passes(from)) return { verdict, findings: [timeFinding(verdict.refusal.reason)] };
  const own = [
    ...(Object.keys(oldKeys).length > 0 ? [oldKeyVariation(oldKeys)] : []),
    ...keyVariations(from),
    ...bodyVariations(from),
    ...urlVariations(from),
    ...settingVariations(from),
  ];
  const findings = [...trial.explain(from, own), ...presetFindings(trial, from, presets)];
  if (findings.length > 0) return { verdict, findings };
  const pairs = trial.explainByTwo(from, keyVariations(from), [
    ...bodyVariations(from),
    ...urlVariations(from),
  ]);
  const guess = pairs.length > 0 ? pairs : [unexplained(from, presets)];
  return { verdict, findings: guess };
}

/** Tries cases, without the age of the request, until the work is too much. */
class Trial {
  readonly #now: number;
  readonly #fetched: ReadonlyMap<string, string> | undefined;
  #hashed = 0;

  constructor(now: number, fetched: ReadonlyMap<string, string> | undefined) {
    this.#now = now;
    this.#fetched = fetched;
  }

  passes({ source, request, keys }: Case): boolean {
    this.#hashed += request.body.length;
    if (this.#hashed > HASHED_BYTES_MAX) return false;
    const verdict = verify(ageless(source), request, keys, this.#now, this.#fetched);
    return verdict.is === 'handshake' ? isProven(source, verdict.name) : verdict.is === 'accepted';
  }

  explain(from: Case, variations: readonly Variation[]): readonly Finding[] {
    const found = new Map<string, Finding>();
    for (const { code, says, next, apply } of variations) {
      if (!found.has(code) && this.passes(apply(from))) found.set(code, { code, says, next });
    }
    return [...found.values()];
  }

  explainByTwo(
    from: Case,
    first: readonly Variation[],
    second: readonly Variation[],
  ): readonly Finding[] {
    for (const one of first) {
      const [two] = this.explain(one.apply(from), second);
      if (two !== undefined) {
        const { code, says, next } = one;
        return [{ code, says, next }, two];
      }
    }
    return [];
  }
}

/** Whether a handshake says anything of who calls: unsigned ones are answered to anybody. */
function isProven({ handshakes }: Source, name: string): boolean {
  return handshakes.some((one) => one.name === name && (one.isSigned || one.verify !== undefined));
}

function ageless(source: Source): Source {
  if (source.timestamp === undefined) return source;
  const { place, unit } = source.timestamp;
  return { ...source, timestamp: { place, unit } };
}

function timeFinding(reason: string): Finding {
  return {
    code: 'time',
    says: `The proof is right, only the time is not. ${reason}`,
    next: 'Compare this machine’s clock with the sender’s (`date -u`). If both are right, the request was sent again later: widen the source’s tolerance, or let the sender sign anew.',
  };
}

/** Presets that would take the request by the secrets that there are. */
function presetFindings(
  trial: Trial,
  { source, request, keys }: Case,
  presets: ReadonlyMap<string, Source>,
): readonly Finding[] {
  const all = Object.values(keys).flat();
  return [...presets.values()]
    .filter(({ name, verify: check }) => name !== source.name && check !== undefined)
    .filter((preset) => {
      const pooled = Object.fromEntries(Object.keys(preset.keys).map((role) => [role, all]));
      return trial.passes({ source: preset, request, keys: pooled });
    })
    .map(({ name, description }) => ({
      code: `preset.${name}`,
      says: `The request is one of ${name} (${description}).`,
      next: `Set the webhook’s source to ${name}, or give this sender a webhook of its own.`,
    }));
}

/** Nothing explains it: what can be said all the same. */
function unexplained({ source, request }: Case, presets: ReadonlyMap<string, Source>): Finding {
  const view = new RequestView(request);
  const isCarried = (one: Source) =>
    checksOf(one.verify).some(
      (check) => check.is === 'signature' && valuesAt(check.place, view).ok,
    );
  const others = [...presets.values()].filter(
    (preset) => preset.name !== source.name && isCarried(preset),
  );
  if (!isCarried(source) && others.length > 0) {
    const names = others.map(({ name }) => name).join(', ');
    return {
      code: 'unexplained',
      says: `The request carries what ${names} would send, but no known secret fits it.`,
      next: 'Set the webhook’s source accordingly, with the secret of that sender.',
    };
  }
  const signatures = checksOf(source.verify).filter(({ is }) => is === 'signature');
  if (signatures.length > 0 && !isCarried(source)) {
    return {
      code: 'unexplained',
      says: 'The request has no signature where the source looks for one, so that no secret would do.',
      next: 'Most likely no secret is set at the sender, or a stranger called. Else something on the way takes the header away.',
    };
  }
  return {
    code: 'unexplained',
    says: 'None of the known mistakes explains it.',
    next: 'The secret is most likely another one: copy it from the sender again. Else something on the way changes the body.',
  };
}
