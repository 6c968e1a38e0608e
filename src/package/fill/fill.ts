import { satisfies } from 'semver';
import type { Diagnostic } from '../../core/diagnostic.ts';
import type {
  FilledPackage,
  FilledRecord,
  FilledSecret,
  PackageExclusion,
  PackageManifest,
  PackageRecord,
} from '../../core/package.ts';
import { PACKAGE_BYTES_MAX } from '../limits.ts';
import { BRACES, OPENING, occurrencesIn, uidOf } from '../placeholder.ts';
import type { SealedPackage } from '../read/reading.ts';
import { type ReadRecord, readRecord } from '../read/record.ts';
import { Reports } from '../read/reports.ts';
import {
  type AnswerProblem,
  type Answers,
  type CheckedAnswers,
  checkAnswers,
  type Earlier,
  type Existing,
} from './answers.ts';
import { type MadeOf, madeUp } from './made-up.ts';
import { Names, reportNames } from './names.ts';
import type { Value } from './scalar.ts';
import { fillText } from './text.ts';

export interface FillOptions extends Omit<MadeOf, 'earlier'> {
  readonly answers: Answers;
  /** What the last import of this package left; absent where this is the first. */
  readonly earlier?: Earlier;
  /** What the server has, for prompts that ask for the name of it. */
  readonly existing?: Existing;
  /** The version that `requires` is about. */
  readonly engineVersion: string;
}

export type Filling =
  | { readonly ok: true; readonly package: FilledPackage }
  | {
      readonly ok: false;
      /** Why this engine is none for the package. */
      readonly unfit?: string;
      readonly problems: readonly AnswerProblem[];
      /** What cannot be filled in, or does not go together, by place in the records. */
      readonly diagnostics: readonly Diagnostic[];
      /** The texts in which diagnostics have their places. */
      readonly sources: ReadonlyMap<string, string>;
    };

/** Fills in a package that was read: every answer and made-up value in its place. Pure; never throws. */
export function fillPackage(pkg: SealedPackage, options: FillOptions): Filling {
  const { manifest } = pkg;
  const reports = new Reports();
  const unfit = unfitness(pkg, options.engineVersion);
  const answers = checkAnswers(manifest, options.answers, options.earlier, options.existing);
  const values = new Map(answers.values);
  for (const placeholder of manifest.placeholders) {
    const earlier = options.earlier?.values;
    values.set(placeholder.key, madeUp(placeholder, { ...options, earlier }));
  }
  const isComplete = unfit === undefined && answers.problems.length === 0;
  const records = isComplete ? fillRecords(pkg, values, reports) : [];
  if (!isComplete || reports.hasErrors) {
    return {
      ok: false,
      ...(unfit === undefined ? {} : { unfit }),
      problems: answers.problems,
      diagnostics: reports.diagnostics(),
      sources: reports.sources(),
    };
  }
  return { ok: true, package: filledPackage(pkg, records, values, answers) };
}

function filledPackage(
  { manifest, digest, signature, original }: SealedPackage,
  records: readonly FilledRecord[],
  values: ReadonlyMap<string, Value>,
  { secrets, kept }: CheckedAnswers,
): FilledPackage {
  const stored = [...secrets].map(([key, value]): [string, FilledSecret] => {
    const hosts = manifest.prompts.find((prompt) => prompt.key === key)?.hosts;
    return [key, { value, ...(hosts === undefined ? {} : { hosts }) }];
  });
  return {
    manifest,
    records,
    values: Object.fromEntries(values),
    secrets: Object.fromEntries(stored),
    keptSecrets: kept,
    digest,
    ...(signature.state === 'valid' ? { signedBy: signature.key } : {}),
    ...(original === undefined ? {} : { original }),
  };
}

/** Whether a package works with a version of Hookwright; previews of one count as that one. */
export function isForVersion({ requires }: PackageManifest, version: string): boolean {
  return requires === undefined || satisfies(version, requires, { includePrerelease: true });
}

/** Why the package is not for this version. */
function unfitness({ manifest }: SealedPackage, version: string): string | undefined {
  const { name, requires } = manifest;
  if (isForVersion(manifest, version)) return undefined;
  return `Expected Hookwright ${requires}, which ${name} ${manifest.version} needs, got ${version}.`;
}

function fillRecords(
  { manifest, records }: SealedPackage,
  values: ReadonlyMap<string, Value>,
  reports: Reports,
): readonly FilledRecord[] {
  const left = new Set(
    manifest.exclude.filter((one) => isExcluded(one, values)).map(({ record }) => record),
  );
  const read = records
    .filter(({ uid }) => !left.has(uid))
    .flatMap(({ file, text }) => readRecord(file, text, reports.of(text, file)) ?? []);
  const secrets = new Set(
    manifest.prompts.filter(({ type }) => type === 'secret').map(({ key }) => key),
  );
  const named = new Names(read, (key) => {
    if (key === BRACES) return OPENING;
    return secrets.has(key) ? key : values.get(key);
  });
  reportLeftOut(read, left);
  if (reports.hasErrors) return [];
  const automations = new Map(
    read.filter(({ kind }) => kind === 'automation').map(({ uid }) => [uid, named.nameOf(uid)]),
  );
  reportNames(read, named);
  let room = PACKAGE_BYTES_MAX;
  return read.flatMap((record): FilledRecord[] => {
    if (room < 0) return [];
    const made = fillText(record, { answerTo: (key) => named.answerTo(key), automations });
    room -= made?.text.length ?? 0;
    if (room < 0) {
      const message = `Expected at most ${PACKAGE_BYTES_MAX} characters in all records with their answers, got more`;
      record.report.error('package.too_large', record.tree, message);
    }
    return made === undefined
      ? []
      : [{ ...plainRecord(record), text: made.text, name: named.nameOf(record.uid) }];
  });
}

function plainRecord({ kind, uid, file, text }: PackageRecord): PackageRecord {
  return { kind, uid, file, text };
}

/** Whether an answer leaves a record out. */
function isExcluded(
  { prompt, is, is_not, is_true }: PackageExclusion,
  values: ReadonlyMap<string, Value>,
): boolean {
  const value = values.get(prompt);
  if (is !== undefined) return String(value) === String(is);
  if (is_not !== undefined) return String(value) !== String(is_not);
  const isSomething = value !== undefined && !['', '0', 'false'].includes(String(value));
  return isSomething === is_true;
}

/** Records that stay cannot have the name of one that an answer leaves out. */
function reportLeftOut(records: readonly ReadRecord[], left: ReadonlySet<string>): void {
  for (const { text, report, tree } of records) {
    for (const { key } of occurrencesIn(text)) {
      const uid = uidOf(key);
      if (uid === undefined || !left.has(uid)) continue;
      const message = `Expected a record that is there, got \`${uid}\`, which an answer leaves out`;
      report.error('package.reference', tree.entries[0]?.key ?? tree, message);
    }
  }
}
