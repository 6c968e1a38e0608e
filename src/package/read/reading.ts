import type { Diagnostic } from '../../core/diagnostic.ts';
import type { Package, PackageSignature } from '../../core/package.ts';
import type { Conversion, LeftOut } from '../convert/conversion.ts';
import type { Reports } from './reports.ts';

/** What reading a package gives: the package, or everything that is wrong with it. */
export interface PackageReading {
  /** Absent where there is an error. */
  readonly package?: SealedPackage;
  /** What it was; absent where that could not be told. */
  readonly from?: 'folder' | 'document' | Conversion['from'];
  /** Records of another system's package that have no counterpart. */
  readonly leftOut: readonly LeftOut[];
  readonly diagnostics: readonly Diagnostic[];
  /** The texts in which diagnostics have their places, by the name that they call each. */
  readonly sources: ReadonlyMap<string, string>;
}

/** A package whose digest and signature are known to be its own. */
export interface SealedPackage extends Package {
  /** SHA-256 in hex. */
  readonly digest: string;
  readonly signature: PackageSignature;
  /** The signature as it came, to go with the package wherever it is written. */
  readonly signed?: { readonly key: string; readonly value: string };
}

export function reading(
  reports: Reports,
  from?: PackageReading['from'],
  rest: { package?: SealedPackage; leftOut?: readonly LeftOut[] } = {},
): PackageReading {
  const { package: read, leftOut = [] } = rest;
  return {
    ...(read === undefined || reports.hasErrors ? {} : { package: read }),
    ...(from === undefined ? {} : { from }),
    leftOut,
    diagnostics: reports.diagnostics(),
    sources: reports.sources(),
  };
}
