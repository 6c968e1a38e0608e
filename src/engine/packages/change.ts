import { isDeepStrictEqual } from 'node:util';
import type { Hook } from '../../core/hook.ts';
import type { ImportedPackage, ImportedRecord } from '../../core/imported-package.ts';
import type { HookChange, PackageChange, RecordChange } from '../ports/package-store.ts';
import type { PlanEntry } from './plan.ts';
import { type ServerParts, type Stored, targetIn } from './stored.ts';
import type { WantedPackage } from './wanted.ts';

/** What an import would leave: the package as it is from then on. */
export function importedOf(
  { filled }: WantedPackage,
  entries: readonly PlanEntry[],
  importedAt: number,
): ImportedPackage {
  const { manifest, values, digest, signedBy } = filled;
  const { name, version, description } = manifest;
  return {
    name,
    version,
    description,
    values,
    digest,
    ...(signedBy === undefined ? {} : { signedBy }),
    importedAt,
    records: entries.flatMap((entry) => recordOf(entry) ?? []),
  };
}

function recordOf(entry: PlanEntry): ImportedRecord | undefined {
  const { kind, uid, name, action, after, mark, imported } = entry;
  if (after === undefined || mark === undefined || action === 'remove') return undefined;
  // What was found under its name and left alone is not the package's.
  if (action === 'keep' || action === 'conflict') return imported && { ...imported, uid };
  // Of one that is unchanged, what is stored stands, with its id and its time.
  if (action === 'unchanged') return imported && { ...imported, uid, name, mark };
  return { kind, uid, target: targetIn(after, uid), name, mark };
}

/** Whether two are the same but for the time, and for the order of secrets that were given anew. */
export function isSamePackage(a: ImportedPackage | undefined, b: ImportedPackage): boolean {
  const content = (one: ImportedPackage): unknown => ({
    ...one,
    importedAt: 0,
    records: new Map(one.records.map((record) => [`${record.kind} ${record.uid}`, record])),
  });
  return a !== undefined && isDeepStrictEqual(content(a), content(b));
}

/** What the store has to write for these entries. */
export function changesOf(
  entries: readonly PlanEntry[],
  { hooks }: ServerParts,
): Pick<PackageChange, 'automations' | 'webhooks' | 'hooks' | 'secrets'> {
  const changed = entries.filter(({ action }) => ['create', 'change', 'remove'].includes(action));
  return {
    automations: pairs(changed, 'automation'),
    webhooks: pairs(changed, 'webhook'),
    secrets: pairs(changed, 'secret'),
    hooks: pairs(changed, 'hook').map(({ before, after }): HookChange => {
      const ping = after && hooks.firstPing(after, before);
      return {
        ...(before === undefined ? {} : { before: knownOf(before) }),
        ...(after === undefined ? {} : { after: hooks.sealed(after) }),
        ...(before?.status === 'disabled' ? { reset: true } : {}),
        ...(ping === undefined ? {} : { ping }),
      };
    }),
  };
}

/** No secret crosses to the store but sealed. */
function knownOf({ id, name, updatedAt }: Hook): Pick<Hook, 'id' | 'name' | 'updatedAt'> {
  return { id, name, updatedAt };
}

type ValueOf<Kind> = Extract<Stored, { kind: Kind }>['value'];

function pairs<Kind extends Stored['kind']>(
  entries: readonly PlanEntry[],
  kind: Kind,
): readonly RecordChange<ValueOf<Kind>>[] {
  const value = (stored: Stored | undefined) => stored?.value as ValueOf<Kind> | undefined;
  return entries
    .filter((entry) => entry.kind === kind)
    .map(({ before, after, action }) => {
      const was = action === 'create' ? undefined : value(before);
      const is = action === 'remove' ? undefined : value(after);
      return {
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      } as RecordChange<ValueOf<Kind>>;
    });
}
