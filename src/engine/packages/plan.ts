import type { Diagnostic } from '../../core/diagnostic.ts';
import { digest } from '../../core/ids.ts';
import type { ImportedKind, ImportedRecord } from '../../core/imported-package.ts';
import type { CompiledAutomation } from '../../language/compile.ts';
import type { CapabilityDiff } from './capabilities.ts';
import type { Decision } from './decisions.ts';
import { identityOf } from './recognise.ts';
import type { Shown } from './shown.ts';
import { isAsMarked, markOf, type ServerParts, type Stored, storedAs, storedOf } from './stored.ts';
import type { Target, Targets } from './targets.ts';

/** `conflict`: nobody has decided. `keep`: it stays as it is, and is not the package's. */
export type PlanAction = 'create' | 'change' | 'unchanged' | 'remove' | 'keep' | 'conflict';

/**
 * `changed`, `deleted`: by hand, since it was imported. `taken`: there is one of that name, which the package
 * did not bring. `folder`: likewise, and a file of the automations folder has it, which no import can change.
 * `used`: it would be removed, and something else needs it. `name`, `account`: another one that stays has its own.
 */
export type ConflictReason =
  | 'changed'
  | 'deleted'
  | 'taken'
  | 'folder'
  | 'used'
  | 'name'
  | 'account';

/** What becomes of one record. */
export interface PlanEntry {
  readonly kind: ImportedKind;
  readonly uid: string;
  readonly name: string;
  /** Absent for one that the package does not have (any more). */
  readonly file?: string;
  readonly action: PlanAction;
  readonly conflict?: ConflictReason;
  /** Of a conflict, once somebody has decided. */
  readonly decision?: Decision;
  /** As it is on the server. */
  readonly before?: Stored;
  /** As the package has it. */
  readonly after?: Stored;
  readonly compiled?: CompiledAutomation;
  /** Of a hook: names of the secrets that `after` sends. */
  readonly sends?: readonly string[];
  /** Of `after`; of one that is unchanged, of what is stored. */
  readonly mark?: string;
  /** What it became when the package was last imported. */
  readonly imported?: ImportedRecord;
  /** Both as people may see them: without values of secrets. */
  readonly shown?: { readonly before?: Shown; readonly after?: Shown };
}

/** What an import or a removal would do. */
export interface Plan {
  readonly name: string;
  /** Absent where the package is removed. */
  readonly version?: string;
  /** The version that is imported; absent where there is none. */
  readonly from?: string;
  /** Whether nothing at all would change. */
  readonly isUnchanged: boolean;
  readonly entries: readonly PlanEntry[];
  readonly capabilities: CapabilityDiff;
  /** What else there is to know, in sentences. */
  readonly notes: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Of this plan and of all that it stands on. */
  readonly fingerprint: string;
}

/** Whether nothing is done. */
export function isIdle({ action }: PlanEntry): boolean {
  return action === 'unchanged' || action === 'keep';
}

/** How many entries there are of each action. */
export function countActions(entries: readonly PlanEntry[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { action } of entries) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

/** What becomes of each record of a package, in its order, then of those that it no longer has; nothing is decided. */
export function entriesOf(
  name: string,
  { targets, values }: Targets,
  before: readonly ImportedRecord[],
  keptSecrets: readonly string[],
  parts: ServerParts,
): readonly PlanEntry[] {
  const known = new Map(
    before.map((record) => [identityOf(record.kind, record.uid, record.target), record]),
  );
  const own = new Set(before.map(({ target }) => target));
  const wanted = targets.map((target) => {
    const key = identityOf(target.after.kind, target.uid, target.name);
    const found = known.get(key);
    known.delete(key);
    const stored = found && storedOf(found, name, parts);
    return wantedEntry(target, found, stored, strangerAs(target, own, parts), parts, values);
  });
  const kept: PlanEntry[] = [];
  const left: PlanEntry[] = [];
  for (const record of known.values()) {
    const stored = storedOf(record, name, parts);
    if (stored === undefined) continue;
    const isKept = record.kind === 'secret' && keptSecrets.includes(record.uid);
    if (isKept) kept.push(unchangedEntry(record, stored));
    else left.push(leftEntry(record, stored, parts));
  }
  return [...kept, ...wanted, ...left];
}

/** What has the name that a record wants. The package's own webhooks and hooks give theirs away. */
function strangerAs(
  { after: { kind }, name }: Target,
  own: ReadonlySet<string>,
  parts: ServerParts,
): Stored | undefined {
  const found = storedAs(kind, name, parts);
  const hasId = found?.kind === 'webhook' || found?.kind === 'hook';
  return hasId && own.has(found.value.id) ? undefined : found;
}

function wantedEntry(
  target: Target,
  imported: ImportedRecord | undefined,
  own: Stored | undefined,
  stranger: Stored | undefined,
  parts: ServerParts,
  values: Targets['values'],
): PlanEntry {
  const { uid, name, file, after, compiled, sends, namesSecret = false } = target;
  const { kind } = after;
  const before = own ?? stranger;
  const isSame = before !== undefined && sameAs(before, target, parts, values);
  const entry = {
    kind,
    uid,
    name,
    file,
    after,
    // What people have made of it meanwhile is the package's where this version has the same.
    mark: markOf(isSame ? before : after, namesSecret, parts.hooks),
    ...(before === undefined ? {} : { before }),
    ...(compiled === undefined ? {} : { compiled }),
    ...(sends === undefined ? {} : { sends }),
    ...(imported === undefined ? {} : { imported }),
  };
  if (own === undefined && before !== undefined) {
    const isFolders = before.kind === 'automation' && before.value.owner === 'folder';
    // A secret of that name and value is what is asked for, whoever stored it.
    if (kind === 'secret' && isSame) return { ...entry, action: 'unchanged' };
    return inConflict(entry, isFolders ? 'folder' : 'taken');
  }
  if (imported !== undefined && own === undefined) {
    return inConflict(entry, 'deleted');
  }
  if (imported === undefined || own === undefined) return { ...entry, action: 'create' };
  if (isSame) return { ...entry, action: 'unchanged' };
  if (isAsMarked(own, imported.mark, parts.hooks)) return { ...entry, action: 'change' };
  return inConflict(entry, 'changed');
}

function unchangedEntry(imported: ImportedRecord, before: Stored): PlanEntry {
  const { kind, uid, name, mark } = imported;
  return { kind, uid, name, action: 'unchanged', before, after: before, mark, imported };
}

/** One that the package does not have any more. */
export function leftEntry(
  imported: ImportedRecord,
  before: Stored,
  { hooks }: ServerParts,
): PlanEntry {
  const { kind, uid } = imported;
  const name = before.kind === 'test' ? imported.name : before.value.name;
  const entry = { kind, uid, name, before, imported };
  if (isAsMarked(before, imported.mark, hooks)) return { ...entry, action: 'remove' };
  return inConflict(entry, 'changed');
}

function inConflict(
  entry: Omit<PlanEntry, 'action' | 'conflict'>,
  conflict: ConflictReason,
): PlanEntry {
  return { ...entry, action: 'conflict', conflict };
}

/** Whether a record is already what the package wants of it. */
function sameAs(
  before: Stored,
  { after, namesSecret = false }: Target,
  { hooks, secrets }: ServerParts,
  values: Targets['values'],
): boolean {
  if (before.kind === 'secret' && after.kind === 'secret') {
    const { name, hosts } = after.value;
    return secrets.value(name) === values.get(name) && hosts.join() === before.value.hosts.join();
  }
  return markOf(before, namesSecret, hooks) === markOf(after, namesSecret, hooks);
}

/** What a plan stands on, and what it does, as one number: another one, and it is another plan. */
export function fingerprintOf(
  facts: readonly unknown[],
  entries: readonly PlanEntry[],
  { hooks, secrets }: ServerParts,
): string {
  const lines = entries.map((entry) => {
    const { kind, uid, name, action, conflict, before, after, mark } = entry;
    const was = before === undefined ? null : [markOf(before, true, hooks), isPausedOf(before)];
    const value = after?.kind === 'secret' ? sealedMark(after, { hooks, secrets }) : mark;
    return [kind, uid, name, action, conflict, was, value];
  });
  return digest(JSON.stringify([facts, lines]));
}

function isPausedOf(stored: Stored): unknown {
  return stored.kind === 'webhook' ? stored.value.paused : undefined;
}

/** Of a secret that is not stored yet: its time is that of the plan, its value alone counts. */
function sealedMark(
  { value }: Extract<Stored, { kind: 'secret' }>,
  { hooks, secrets }: Pick<ServerParts, 'hooks' | 'secrets'>,
): string {
  return hooks.mark(JSON.stringify([value.name, value.hosts, secrets.valueIn(value)]));
}
