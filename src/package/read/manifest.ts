import { validRange } from 'semver';
import type { PackageManifest } from '../../core/package.ts';
import type { MapNode } from '../../language/yaml/tree.ts';
import { readConfigure } from './configure.ts';
import { readExclusions } from './exclusions.ts';
import { Fields } from './fields.ts';
import type { PackageReport } from './reports.ts';

/** What a package may be called. */
export const PACKAGE_NAME: { readonly pattern: RegExp; readonly what: string } = {
  pattern: /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/,
  what: 'lower-case letters, digits, `.`, `_` and `-`, at most 100',
};
/** The pattern that semver.org suggests for version 2.0.0 of Semantic Versioning. */
const VERSION = {
  pattern:
    /^(?=.{1,64}$)(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/,
  what: 'a version such as 1.0.0',
};
/** Words of an SPDX expression (SPDX 2.3, annex D); which identifiers exist is not looked up. */
const LICENSE = {
  pattern: /^[A-Za-z0-9.+:-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+:-]+)*$|^\([A-Za-z0-9.+:() -]+\)$/,
  what: 'an SPDX expression such as MIT',
};
/** Characters of a range; semver itself takes 256. */
const RANGE_MAX = 256;

/** What a package's file and a document both have, beside the name's own key. */
const KEYS = ['version', 'description', 'license', 'requires', 'configure', 'exclude'] as const;

/** What a package says of itself, with where that stands. */
export interface PackageHead {
  readonly manifest: PackageManifest;
  readonly fields: Fields;
  readonly report: PackageReport;
}

/**
 * Reads what a package says of itself.
 *
 * @param nameKey `name` in `package.yaml`, `package` in a document
 * @param more keys that the map has besides
 */
export function readManifest(
  map: MapNode,
  nameKey: 'name' | 'package',
  more: readonly string[],
  report: PackageReport,
): PackageHead {
  const fields = new Fields(map, [nameKey, ...KEYS, ...more], report);
  fields.require(nameKey);
  fields.require('version');
  const license = fields.text('license', LICENSE);
  const requires = readRange(fields, report);
  const configure = readConfigure(fields.mapNode('configure'), report);
  const manifest: PackageManifest = {
    name: fields.text(nameKey, PACKAGE_NAME) ?? 'package',
    version: fields.text('version', VERSION) ?? '0.0.0',
    description: fields.text('description') ?? '',
    ...(license === undefined ? {} : { license }),
    ...(requires === undefined ? {} : { requires }),
    ...configure,
    exclude: readExclusions(fields, configure.prompts, report),
  };
  return { manifest, fields, report };
}

function readRange(fields: Fields, report: PackageReport): string | undefined {
  const range = fields.text('requires');
  if (range === undefined) return undefined;
  if (range.trim() !== '' && range.length <= RANGE_MAX && validRange(range) !== null) return range;
  report.error(
    'package.requires',
    fields.place('requires'),
    `Expected \`requires\` to be a range of versions, got ${JSON.stringify(range.slice(0, 60))}`,
    { hint: 'Such as `>=1.2.0 <2`.' },
  );
  return undefined;
}
