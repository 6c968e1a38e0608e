import type { Package } from '../../core/package.ts';
import { MANIFEST_FILE, SEAL_FILE } from '../read/folder-files.ts';
import type { Seal } from '../seal/sign.ts';
import { manifestFields } from './document.ts';
import { recordText } from './record-text.ts';

/** A file below a package's folder. */
export interface PackageFile {
  /** With `/` between folders. */
  readonly path: string;
  readonly text: string;
}

/**
 * The files that a package is in a folder. The digest is written only with a signature: people edit files.
 *
 * @param seal made of the same package
 */
export function packageFiles(
  { manifest, records, original }: Package,
  seal?: Seal,
): readonly PackageFile[] {
  return [
    { path: MANIFEST_FILE, text: recordText({ name: manifest.name, ...manifestFields(manifest) }) },
    ...records.map(({ file, text }) => ({ path: file, text })),
    ...(original === undefined ? [] : [{ path: original.file, text: original.text }]),
    ...(seal?.signature === undefined ? [] : [{ path: SEAL_FILE, text: sealText(seal) }]),
  ];
}

/** `package.seal.yaml` of a folder that somebody signed. */
export function sealText({ digest, signature }: Seal): string {
  return recordText({ digest, signature });
}
