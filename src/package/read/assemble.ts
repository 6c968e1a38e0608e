import type { Package } from '../../core/package.ts';
import { byFile } from '../seal/digest.ts';
import type { PackageHead } from './manifest.ts';
import type { SealedPackage } from './reading.ts';
import { type ReadRecord, readRecord } from './record.ts';
import { checkRecords, warnUnused } from './records.ts';
import type { Reports } from './reports.ts';
import { checkSeal, type FoundSeal } from './seal.ts';

/** A record's text before it is read. */
export interface RecordText {
  /** Path below the package's folder; a good one. */
  readonly file: string;
  readonly text: string;
  /** What diagnostics call it. */
  readonly label: string;
}

/** Reads records; one that is none is reported and left out. */
export function readRecords(texts: readonly RecordText[], reports: Reports): readonly ReadRecord[] {
  return [...texts]
    .sort(byFile)
    .flatMap(({ file, text, label }) => readRecord(file, text, reports.of(text, label)) ?? []);
}

/** Puts together what was read, and checks what the parts have to do with each other. */
export function assemble(
  head: PackageHead,
  records: readonly ReadRecord[],
  rest: { readonly original?: Package['original']; readonly seal?: FoundSeal },
  reports: Reports,
): SealedPackage | undefined {
  checkRecords(records, head);
  if (reports.hasErrors) return undefined;
  warnUnused(records, head);
  const pkg: Package = {
    manifest: head.manifest,
    records: records.map(({ kind, uid, file, text }) => ({ kind, uid, file, text })),
    ...(rest.original === undefined ? {} : { original: rest.original }),
  };
  return checkSeal(pkg, rest.seal);
}
