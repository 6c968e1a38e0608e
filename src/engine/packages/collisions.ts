import { accountKey } from '../../core/webhook.ts';
import type { Decisions } from './decisions.ts';
import type { ConflictReason, PlanEntry } from './plan.ts';
import { type ServerParts, type Stored, targetIn } from './stored.ts';

/** Something that no two webhooks, or no two hooks, have in common. */
interface Claim {
  readonly what: string;
  readonly reason: Extract<ConflictReason, 'name' | 'account'>;
}

/**
 * Finds webhooks and hooks that cannot become what the package wants of them, because one that stays has their
 * name or account. Names that records give to each other, or take from what goes, are free: all that counts is
 * what there would be in the end.
 */
export function withCollisions(
  entries: readonly PlanEntry[],
  decisions: Decisions,
  parts: ServerParts,
): readonly PlanEntry[] {
  let found = entries;
  // What stays because of a collision keeps its name, and may be in the way of another. Each round leaves fewer.
  for (let isNew = true; isNew; ) {
    const taken = takenBy(found, parts);
    isNew = false;
    found = found.map((entry) => {
      const reason = claimedTwice(entry, taken);
      if (reason === undefined) return entry;
      isNew = true;
      const { decision: _, ...rest } = entry;
      return decisions.decided({ ...rest, action: 'conflict', conflict: reason });
    });
  }
  return found;
}

/** What webhooks and hooks have that no record of the package is about to change: whose it is. */
function takenBy(
  entries: readonly PlanEntry[],
  { registry, hooks }: ServerParts,
): Map<string, string> {
  const leaving = new Set(
    entries.flatMap(({ before, action, uid }) =>
      before === undefined || action === 'keep' || action === 'unchanged'
        ? []
        : targetIn(before, uid),
    ),
  );
  const all: readonly Stored[] = [
    ...registry.webhooks().map((value) => ({ kind: 'webhook' as const, value })),
    ...hooks.list().map((value) => ({ kind: 'hook' as const, value })),
  ];
  const staying = all.filter((stored) => !leaving.has(targetIn(stored, '')));
  return new Map(
    staying.flatMap((stored) => claimsOf(stored).map(({ what }) => [what, targetIn(stored, '')])),
  );
}

/** Takes what a record claims; tells what another has taken already. */
function claimedTwice(
  { kind, action, after, uid }: PlanEntry,
  taken: Map<string, string>,
): Claim['reason'] | undefined {
  const isWritten = action === 'create' || action === 'change';
  if (!isWritten || after === undefined || (kind !== 'webhook' && kind !== 'hook'))
    return undefined;
  const claims = claimsOf(after);
  const id = targetIn(after, uid);
  const other = claims.find(({ what }) => (taken.get(what) ?? id) !== id);
  if (other === undefined) for (const { what } of claims) taken.set(what, id);
  return other?.reason;
}

function claimsOf(stored: Stored): readonly Claim[] {
  if (stored.kind !== 'webhook' && stored.kind !== 'hook') return [];
  const name: Claim = { what: `${stored.kind} name ${stored.value.name}`, reason: 'name' };
  const account = stored.kind === 'webhook' ? accountKey(stored.value.settings) : undefined;
  return account === undefined ? [name] : [name, { what: `account ${account}`, reason: 'account' }];
}
