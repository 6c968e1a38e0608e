import { HookwrightError } from '../../core/errors.ts';
import type { ImportedKind } from '../../core/imported-package.ts';
import { RECORD_KINDS } from '../../core/package.ts';
import { didYouMean } from '../../core/suggest.ts';
import type { ConflictReason, PlanAction, PlanEntry } from './plan.ts';

/** What becomes of a record that is not as the package left it. */
export type Decision = 'keep' | 'replace';

/** What somebody has decided about what is in the way. */
export interface Choice {
  /** About all that are not named. */
  readonly rest?: Decision;
  /** As `webhook:orders`: a kind, and the name that a record has, or its uid. */
  readonly keep: readonly string[];
  readonly replace: readonly string[];
}

const KINDS: readonly ImportedKind[] = [...RECORD_KINDS, 'secret'];

/** What an import cannot change: files of the automations folder, and what others have that stay. */
const UNREPLACEABLE: readonly ConflictReason[] = ['folder', 'name', 'account'];

/** Mistakes, and records that are in the way, that one error names. */
const TOLD_MAX = 10;

/** Who is decided about by name, and how; the names are looked up in what an import or a removal is about. */
export class Decisions {
  readonly #rest: Decision | undefined;
  readonly #named = new Map<string, Decision>();
  readonly #unknown: string[] = [];

  /** Throws `package.choice` where one record is to be kept and to be replaced. */
  constructor(choice: Choice | undefined, entries: readonly PlanEntry[]) {
    const { rest, keep = [], replace = [] } = choice ?? {};
    this.#rest = rest;
    const names = new Set(entries.map(refOf));
    const named = (ref: string): readonly string[] => {
      // Where one record's uid is another's name, the name counts.
      if (names.has(ref)) return [ref];
      return entries.filter(({ kind, uid }) => `${kind}:${uid}` === ref).map(refOf);
    };
    for (const ref of keep) this.#name(ref, named(ref), 'keep');
    for (const ref of replace) this.#name(ref, named(ref), 'replace');
  }

  /** What is decided about a record, should it be in the way. */
  of(entry: Pick<PlanEntry, 'kind' | 'name'>): Decision | undefined {
    return this.#named.get(refOf(entry)) ?? this.#rest;
  }

  /** A conflict with what becomes of it; one that nobody has decided stays a conflict, as do all others. */
  decided(entry: PlanEntry): PlanEntry {
    const decision = this.of(entry);
    if (entry.action !== 'conflict' || decision === undefined) return entry;
    if (decision === 'keep') return { ...entry, action: 'keep', decision };
    const isFinal = entry.conflict !== undefined && UNREPLACEABLE.includes(entry.conflict);
    return isFinal ? entry : { ...entry, action: replacing(entry), decision };
  }

  /** Throws `package.choice` where a named record is in nobody's way, or is not there. */
  refuseStray(name: string, entries: readonly PlanEntry[]): void {
    const inTheWay = entries.filter(({ conflict }) => conflict !== undefined);
    const refs = new Set(inTheWay.map(refOf));
    const found = new Map(entries.map((entry) => [refOf(entry), entry]));
    const mistakes = [
      // Looking for what was meant takes time.
      ...this.#unknown.slice(0, TOLD_MAX).map((ref) => [ref, unknownText(ref, inTheWay)] as const),
      ...[...this.#named.keys()].flatMap((ref) => {
        const entry = found.get(ref);
        if (entry === undefined || refs.has(ref)) return [];
        const isNew = entry.action === 'create';
        return [[ref, isNew ? 'which is new here.' : 'which nobody changed by hand.'] as const];
      }),
    ];
    if (mistakes.length === 0) return;
    const lines = mistakes
      .slice(0, TOLD_MAX)
      .map(([ref, why]) => `Expected a record in the way of ${name}, got ${ref}, ${why}`);
    throw new HookwrightError('package.choice', lines.join('\n'), { next: listText([...refs]) });
  }

  #name(ref: string, found: readonly string[], decision: Decision): void {
    if (found.length === 0) this.#unknown.push(ref);
    for (const one of found.length === 0 ? [ref] : found) {
      const other = this.#named.get(one);
      if (other !== undefined && other !== decision) {
        const message = `Expected ${one} to be kept or to be replaced, got both.`;
        throw new HookwrightError('package.choice', message, { next: 'Name it once.' });
      }
      this.#named.set(one, decision);
    }
  }
}

/** As a choice names it. */
export function refOf({ kind, name }: Pick<PlanEntry, 'kind' | 'name'>): string {
  return `${kind}:${name}`;
}

function replacing({ before, after }: PlanEntry): PlanAction {
  if (after === undefined) return 'remove';
  return before === undefined ? 'create' : 'change';
}

function unknownText(ref: string, inTheWay: readonly PlanEntry[]): string {
  const at = ref.indexOf(':');
  const [kind, name] = [ref.slice(0, at), ref.slice(at + 1)];
  if (!(KINDS as readonly string[]).includes(kind)) {
    const near = didYouMean(kind, KINDS) ?? `A kind is one of ${KINDS.join(', ')}.`;
    return `which has no kind of a record. ${near}`;
  }
  const known = inTheWay
    .filter((entry) => entry.kind === kind)
    .flatMap((one) => [one.name, one.uid]);
  return ['which is none of its records.', didYouMean(name, known)].filter(Boolean).join(' ');
}

function listText(refs: readonly string[]): string {
  if (refs.length === 0) return 'Nothing is in the way.';
  const more = refs.length > TOLD_MAX ? `, and ${refs.length - TOLD_MAX} more` : '';
  return `In the way: ${refs.slice(0, TOLD_MAX).join(', ')}${more}.`;
}
