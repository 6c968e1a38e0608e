import { Document, isScalar, Scalar, visit } from 'yaml';
import type { Package, PackageManifest } from '../../core/package.ts';
import { byFile } from '../seal/digest.ts';
import type { Seal } from '../seal/sign.ts';

/**
 * A package in one document of JSON.
 *
 * @param seal made of the same package
 */
export function documentJson(pkg: Package, seal: Seal): string {
  return `${JSON.stringify(documentOf(pkg, seal), null, 2)}\n`;
}

/** The same in YAML: records as blocks of text, where YAML can hold them so. */
export function documentYaml(pkg: Package, seal: Seal): string {
  const document = new Document(documentOf(pkg, seal), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === 'string') node.type = styleOf(node.value);
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedAsJSON: true });
}

/** What `package.yaml` and a document both say, in the order that people read. */
export function manifestFields(manifest: PackageManifest): Readonly<Record<string, unknown>> {
  const { version, description, license, requires, prompts, placeholders, exclude } = manifest;
  const configure = {
    ...(prompts.length === 0 ? {} : { prompts }),
    ...(placeholders.length === 0 ? {} : { placeholders }),
  };
  return {
    version,
    ...(description === '' ? {} : { description }),
    ...(license === undefined ? {} : { license }),
    ...(requires === undefined ? {} : { requires }),
    ...(Object.keys(configure).length === 0 ? {} : { configure }),
    ...(exclude.length === 0 ? {} : { exclude }),
  };
}

function documentOf({ manifest, records, original }: Package, seal: Seal): object {
  return {
    package: manifest.name,
    ...manifestFields(manifest),
    records: [...records]
      .sort(byFile)
      .map(({ kind, uid, file, text }) => ({ kind, uid, file, text })),
    ...(original === undefined ? {} : { original: { file: original.file, text: original.text } }),
    digest: seal.digest,
    ...(seal.signature === undefined ? {} : { signature: seal.signature }),
  };
}

/** Blocks keep every character of a text whose lines are plain; the others need escapes. */
function styleOf(text: string): Scalar.Type {
  const isPlain =
    /^[\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;
  if (!isPlain.test(text)) return Scalar.QUOTE_DOUBLE;
  if (!text.includes('\n')) return Scalar.PLAIN;
  return /[ \t]$/m.test(text) || /^\s/.test(text) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
}
