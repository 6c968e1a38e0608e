import { readYaml } from '../../language/yaml/read.ts';
import { packageName } from '../convert/assemble.ts';
import type { Conversion } from '../convert/conversion.ts';
import { baseName } from '../convert/convert.ts';
import { recordText } from '../write/record-text.ts';
import { assemble, readRecords } from './assemble.ts';
import { readManifest } from './manifest.ts';
import { originalName } from './original.ts';
import { type PackageReading, reading } from './reading.ts';
import type { PackageReport, Reports } from './reports.ts';

/** Makes a package of what was converted; its own mistakes come first, and end it. */
export function readConversion(
  conversion: Conversion,
  text: string,
  file: string,
  reports: Reports,
): PackageReading {
  const { from, leftOut, diagnostics, sources, manifest, records } = conversion;
  const isFailed = diagnostics.some(({ severity }) => severity === 'error');
  const head = isFailed ? undefined : headOf(manifest?.text ?? bareManifest(file), file, reports);
  const made =
    head &&
    assemble(
      head,
      readRecords(
        records.map((record) => {
          const { path } = record.file;
          return { file: path, text: record.file.text, label: `${file}#${path}` };
        }),
        reports,
      ),
      { original: { file: originalName(file), text } },
      reports,
    );
  const read = reading(reports, from, {
    leftOut,
    ...(made === undefined ? {} : { package: made }),
  });
  return {
    ...read,
    diagnostics: [...diagnostics, ...read.diagnostics],
    sources: new Map([...read.sources, ...sources]),
  };
}

function headOf(
  text: string,
  file: string,
  reports: Reports,
): ReturnType<typeof readManifest> | undefined {
  const report: PackageReport = reports.of(text, `${file}#package.yaml`);
  const tree = readYaml(report);
  return tree?.kind === 'map' ? readManifest(tree, 'name', [], report) : undefined;
}

/** `package.yaml` of what was none, such as a single automation. */
export function bareManifest(file: string): string {
  return recordText({ name: packageName(baseName(file)), version: '1.0.0' });
}
