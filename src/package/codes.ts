import type { DiagnosticCode } from '../language/codes.ts';

/** Every code of a diagnostic that reading or filling in a package gives, beside those of YAML and of values. */
export const PACKAGE_CODES = {
  'package.missing': 'A folder without `package.yaml`, or a document without its parts.',
  'package.too_large': 'A package, or a part of one, beyond its limit.',
  'package.encoding': 'A file that is not UTF-8, or a text with half a character.',
  'package.path': 'A path that leaves the package’s folder, or that some system cannot store.',
  'package.link': 'A symbolic link, or something else that is no file.',
  'package.kind': 'A record of another kind than its text says, or of none.',
  'package.uid': 'A uid that two records have, or that is none.',
  'package.name': 'A name that two records of one kind have.',
  'package.key': 'A prompt or placeholder whose key is taken.',
  'package.placeholder': 'A `{{{key}}}` that no prompt or placeholder has.',
  'package.reference': 'A `{{{uid.x}}}`, or an exclusion, of a record that is not there.',
  'package.cycle': 'Names that are made of each other in a circle.',
  'package.unused': 'A prompt or placeholder that nothing uses.',
  'package.record': 'A webhook or hook that the server would not take.',
  'package.requires': 'A range of versions that is none.',
  'package.answer': 'An answer that cannot stand where the package has it.',
  'package.digest': 'Records that are not those that the digest was made of.',
  'package.signature': 'A signature that is not one of this package.',
} as const;

export type PackageCode = keyof typeof PACKAGE_CODES | DiagnosticCode;
