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

/**
 * Bytes of bodies that are tried for one diagnosis: of the usual ones, more than there are mistakes. With 5 MB
 * it is fifty mistakes, in 3 s.
 */
const TRIED_BYTES_MAX = 256 * 1024 * 1024;

/** As `diagnosing`, at one go. */
export function diagnose(...parameters: Parameters<typeof diagnosing>): Diagnosis {
  const work = diagnosing(...parameters);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Why a source refuses a request: tries the known mistakes, offline, and says which of them would explain
 * it. A finding accepts nothing, and says no secret. Yields between mistakes: each takes as long as a few
 * requests with the same body, and others wait for their answers.
 *
 * @param now when the request came, in milliseconds since the epoch
 */
export function* diagnosing(
  source: Source,
  request: SourceRequest,
  keys: Keys,
  now: number,
  { presets, oldKeys = {}, fetched }: Knowledge,
): Generator<void, Diagnosis> {
  const verdict = verify(source, request, keys, now, fetched);
  if (verdict.is !== 'refused') return { verdict, findings: [] };
  const trial = new Trial(now, fetched);
  const from: Case = { source, request, keys };
  if (trial.passes(from)) return { verdict, findings: [timeFinding(verdict.refusal.reason)] };
  const own = [
    ...(yield* trial.explain(from, ownKeys(from, oldKeys))),
    ...(yield* trial.explain(from, bodyVariations(from))),
    ...(yield* trial.explain(from, urlVariations(from))),
    ...(yield* trial.explain(from, settingVariations(from))),
  ];
  const findings = [...own, ...(yield* presetFindings(trial, from, presets))];
  if (findings.length > 0) return { verdict, findings };
  const pairs = yield* trial.explainByTwo(from, keyVariations(from), function* () {
    yield* bodyVariations(from);
    yield* urlVariations(from);
  });
  const guess = pairs.length > 0 ? pairs : [unexplained(from, presets)];
  return { verdict, findings: guess };
}

function ownKeys(from: Case, oldKeys: Keys): readonly Variation[] {
  const old = Object.keys(oldKeys).length > 0 ? [oldKeyVariation(oldKeys)] : [];
  return [...old, ...keyVariations(from)];
}

/** Tries cases, without the age of the request, until the work is too much. */
class Trial {
  readonly #now: number;
  readonly #fetched: ReadonlyMap<string, string> | undefined;
  #tried = 0;

  constructor(now: number, fetched: ReadonlyMap<string, string> | undefined) {
    this.#now = now;
    this.#fetched = fetched;
  }

  get isSpent(): boolean {
    return this.#tried > TRIED_BYTES_MAX;
  }

  passes({ source, request, keys }: Case): boolean {
    this.#tried += request.body.length;
    if (this.isSpent) return false;
    const verdict = verify(ageless(source), request, keys, this.#now, this.#fetched);
    return verdict.is === 'handshake' ? isProven(source, verdict.name) : verdict.is === 'accepted';
  }

  *explain(from: Case, variations: Iterable<Variation>): Generator<void, readonly Finding[]> {
    const found = new Map<string, Finding>();
    for (const { code, says, next, apply } of variations) {
      if (this.isSpent) break;
      yield;
      if (!found.has(code) && this.passes(apply(from))) found.set(code, { code, says, next });
    }
    return [...found.values()];
  }

  *explainByTwo(
    from: Case,
    first: readonly Variation[],
    second: () => Iterable<Variation>,
  ): Generator<void, readonly Finding[]> {
    for (const one of first) {
      if (this.isSpent) break;
      const [two] = yield* this.explain(one.apply(from), second());
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
function* presetFindings(
  trial: Trial,
  { source, request, keys }: Case,
  presets: ReadonlyMap<string, Source>,
): Generator<void, readonly Finding[]> {
  const all = Object.values(keys).flat();
  const found: Finding[] = [];
  for (const preset of presets.values()) {
    const { name, description } = preset;
    if (name === source.name || preset.verify === undefined) continue;
    yield;
    const pooled = Object.fromEntries(Object.keys(preset.keys).map((role) => [role, all]));
    if (!trial.passes({ source: preset, request, keys: pooled })) continue;
    found.push({
      code: `preset.${name}`,
      says: `The request is one of ${name} (${description}).`,
      next: `Set the webhook’s source to ${name}, or give this sender a webhook of its own.`,
    });
  }
  return found;
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
