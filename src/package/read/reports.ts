import type { Diagnostic } from '../../core/diagnostic.ts';
import { Report } from '../../language/report.ts';
import { SourceText } from '../../language/source.ts';
import type { PackageCode } from '../codes.ts';
import { PACKAGE_DIAGNOSTICS_MAX } from '../limits.ts';

export type PackageReport = Report<PackageCode>;

/** What is wrong with one text. */
interface Findings {
  readonly source: SourceText;
  readonly hasErrors: boolean;
  diagnostics(): readonly Diagnostic[];
}

/** Gathers what is wrong with a package, over all its texts. */
export class Reports {
  readonly #all: Findings[] = [];

  /** @param file what diagnostics call the text */
  of(text: string, file: string): PackageReport {
    const report = new Report<PackageCode>(new SourceText(text, file));
    this.#all.push(report);
    return report;
  }

  add(findings: Findings): void {
    this.#all.push(findings);
  }

  get hasErrors(): boolean {
    return this.#all.some((findings) => findings.hasErrors);
  }

  /** In the order of the texts, errors before warnings where they are too many. */
  diagnostics(): readonly Diagnostic[] {
    const all = this.#all.flatMap((findings) => findings.diagnostics());
    if (all.length <= PACKAGE_DIAGNOSTICS_MAX) return all;
    const errors = all.filter(({ severity }) => severity === 'error');
    const warnings = all.filter(({ severity }) => severity === 'warning');
    return [...errors, ...warnings].slice(0, PACKAGE_DIAGNOSTICS_MAX);
  }

  /** The texts, by what diagnostics call them. */
  sources(): ReadonlyMap<string, string> {
    return new Map(this.#all.map(({ source }) => [source.file, source.text]));
  }
}
