import { createHash } from 'node:crypto';
import type { Package } from '../../core/package.ts';

/**
 * The bytes that digest and signature are made of: JSON of RFC 8785 (keys sorted, no white space) of
 * everything that a package is, with records in the order of their files. Line breaks count as `\n`, which
 * is how YAML reads them, so that a checkout on Windows has the same digest.
 */
export function canonicalBytes({ manifest, records, original }: Package): Buffer {
  const { name, version, description, license, requires, prompts, placeholders, exclude } =
    manifest;
  const whole = {
    format: 1, // So that what a later version adds cannot be taken for this.
    package: name,
    version,
    description,
    ...(license === undefined ? {} : { license }),
    ...(requires === undefined ? {} : { requires }),
    prompts,
    placeholders,
    exclude,
    records: [...records]
      .sort(byFile)
      .map(({ kind, uid, file, text }) => ({ kind, uid, file, text: withPlainBreaks(text) })),
    ...(original === undefined
      ? {}
      : { original: { file: original.file, text: withPlainBreaks(original.text) } }),
  };
  return Buffer.from(canonicalJson(whole));
}

/** SHA-256 of the canonical bytes, in hex. */
export function packageDigest(pkg: Package): string {
  return createHash('sha256').update(canonicalBytes(pkg)).digest('hex');
}

/** The order that records have everywhere, which no locale changes. */
export function byFile(a: { readonly file: string }, b: { readonly file: string }): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0;
}

function withPlainBreaks(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** RFC 8785: JavaScript's own forms of numbers and texts are the canonical ones. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
