import { formatSize } from '../../core/quantity.ts';
import type { ConvertOptions } from '../convert/conversion.ts';
import { convert } from '../convert/convert.ts';
import { Findings } from '../convert/findings.ts';
import { fieldOf, readJson } from '../convert/json.ts';
import { PACKAGE_BYTES_MAX } from '../limits.ts';
import { readConversion } from './converted.ts';
import { readDocument } from './document.ts';
import { type PackageReading, reading } from './reading.ts';
import { Reports } from './reports.ts';
import type { SealOptions } from './seal.ts';

export interface ReadOptions extends SealOptions, Partial<ConvertOptions> {}

/**
 * Reads a package in one file: a document of ours, JSON or YAML, or what others have written (as `convert`
 * does). Pure; never throws, whatever the bytes are.
 *
 * @param file what diagnostics call it
 */
export function readPackage(
  bytes: Uint8Array,
  file: string,
  options: ReadOptions = {},
): PackageReading {
  const reports = new Reports();
  const text = decodeText(bytes, file, reports)?.replace(/^\ufeff/, '');
  if (text === undefined) return reading(reports);
  if (isDocument(text, file)) {
    const read = readDocument(text, file, reports, options);
    return reading(reports, 'document', read === undefined ? {} : { package: read });
  }
  return readConversion(
    convert(text, file, { skipUnsupported: false, ...options }),
    text,
    file,
    reports,
  );
}

/** The text of a file, or `undefined` where it is too large or not UTF-8, which is reported. */
export function decodeText(bytes: Uint8Array, file: string, reports: Reports): string | undefined {
  const start = { start: 0, end: 1 };
  if (bytes.length > PACKAGE_BYTES_MAX) {
    const message = `Expected at most ${formatSize(PACKAGE_BYTES_MAX)}, got ${bytes.length} bytes`;
    reports.of('', file).error('package.too_large', start, message);
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const text = new TextDecoder().decode(bytes);
    const at = Math.max(0, text.indexOf('\ufffd'));
    const message = 'Expected UTF-8, got a byte that is none';
    reports.of(text, file).error('package.encoding', { start: at, end: at + 1 }, message);
    return undefined;
  }
}

/** Whether a file is a package of ours: `package` is its name. Cerb's packages have a map there. */
function isDocument(text: string, file: string): boolean {
  if (!text.trimStart().startsWith('{')) return /^["']?package["']?:(?:[ \t]|$)/m.test(text);
  const node = fieldOf(readJson(text, new Findings(text, file)), 'package');
  return node?.kind === 'scalar';
}
