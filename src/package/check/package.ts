import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Package } from '../../core/package.ts';
import { compile } from '../../language/compile.ts';
import { Names, reportNames } from '../fill/names.ts';
import { fillText } from '../fill/text.ts';
import { BRACES, OPENING } from '../placeholder.ts';
import { type ReadRecord, readRecord } from '../read/record.ts';
import { Reports } from '../read/reports.ts';
import { Held } from './held.ts';
import { Origin } from './origin.ts';
import { type StandIns, standIns } from './stand-ins.ts';

/** What is wrong with a package's records, and the texts by what diagnostics call them. */
export interface CheckedPackage {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Compiles the automations of a package, and compares the names of its records, as `validate` does with files,
 * whatever the prompts will be answered with. Of what an answer has a share in nothing is said: that is known
 * when the package is imported.
 *
 * @param labelOf what diagnostics call a file of the package
 */
export function checkPackage(pkg: Package, labelOf: (file: string) => string): CheckedPackage {
  const reports = new Reports();
  const looks = standIns(pkg.manifest).map((values) => lookAt(pkg, values, labelOf));
  for (const [index, { file, text }] of pkg.records.entries()) {
    const found = mistakesIn(index, looks);
    const { source } = reports.of(text, labelOf(file));
    const hasErrors = found.some(({ severity }) => severity === 'error');
    reports.add({ source, hasErrors, diagnostics: () => found });
  }
  return { diagnostics: reports.diagnostics(), sources: reports.sources() };
}

/** A package under one set of answers. */
interface Look {
  /** In the package's order. Their reports have what is wrong with names. */
  readonly read: readonly (ReadRecord | undefined)[];
  readonly names: Names;
}

function lookAt({ records }: Package, values: StandIns, labelOf: (file: string) => string): Look {
  const reports = new Reports();
  const read = records.map(({ file, text }) =>
    readRecord(file, text, reports.of(text, labelOf(file))),
  );
  const found = read.flatMap((record) => record ?? []);
  const names = new Names(found, (key) => (key === BRACES ? OPENING : values.get(key)));
  reportNames(found, names);
  return { read, names };
}

/** What is wrong under every set of answers. */
function mistakesIn(index: number, looks: readonly Look[]): readonly Diagnostic[] {
  let common: readonly Diagnostic[] | undefined;
  for (const { read, names } of looks) {
    const record = read[index];
    const found = record === undefined ? [] : mistakesUnder(record, names);
    const places = new Set(found.map(placeOf));
    common = common?.filter((one) => places.has(placeOf(one))) ?? found;
    if (common.length === 0) break;
  }
  return common ?? [];
}

function mistakesUnder(record: ReadRecord, names: Names): readonly Diagnostic[] {
  const held = new Held(record);
  // Another trigger makes another automation of it.
  if (record.kind !== 'automation' || held.isBelow('trigger')) return record.report.diagnostics();
  const made = fillText(record, { answerTo: (key) => names.answerTo(key), automations: new Map() });
  // How large it gets depends on the answers.
  const told = record.report.diagnostics().filter(({ code }) => code !== 'package.too_large');
  if (made === undefined) return told;
  const origin = new Origin(record, made);
  const { diagnostics } = compile(made.text, record.report.source.file);
  const own = diagnostics
    .flatMap((diagnostic) => origin.of(diagnostic) ?? [])
    .filter((one) => !held.mayCause(one));
  return [...told, ...own];
}

function placeOf({ line, column, code }: Diagnostic): string {
  return `${line}:${column} ${code}`;
}
