import type { ImportedKind, ImportedRecord } from '../../core/imported-package.ts';
import type { WantedRecord } from './wanted.ts';

/** Whom a record is the same as in another version: an automation is its name, all else its uid. */
export function identityOf(kind: ImportedKind, uid: string, name: string): string {
  return `${kind} ${kind === 'automation' ? name : uid}`;
}

/**
 * What the records of an imported package became, under the uids that they have in another version of it. A
 * webhook or hook that is called as before is the same under another uid, as when its file got another name.
 */
export function recognise(
  wanted: readonly WantedRecord[],
  before: readonly ImportedRecord[],
): readonly ImportedRecord[] {
  const here = new Set(before.map(({ kind, uid }) => `${kind} ${uid}`));
  const staying = new Set(wanted.map(({ kind, uid }) => `${kind} ${uid}`));
  const newUids = new Map(
    wanted
      .filter(({ kind, uid }) => !here.has(`${kind} ${uid}`))
      .map(({ kind, uid, name }) => [`${kind} ${name}`, uid]),
  );
  return before.map((record) => {
    const { kind, uid, name } = record;
    const isIdentified = kind !== 'webhook' && kind !== 'hook';
    const newUid =
      isIdentified || staying.has(`${kind} ${uid}`) ? uid : newUids.get(`${kind} ${name}`);
    return { ...record, uid: newUid ?? uid };
  });
}
