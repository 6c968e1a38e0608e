import { RECORD_KINDS } from '../../core/package.ts';
import { FILE_BYTES_MAX } from '../../language/yaml/read.ts';
import { type MapNode, plainValue, type YamlNode } from '../../language/yaml/tree.ts';
import { RECORDS_MAX } from '../limits.ts';
import { recordText } from '../write/record-text.ts';
import { Fields } from './fields.ts';
import { pathIdentity, pathMistake } from './path.ts';
import { type ReadRecord, uidOfFile } from './record.ts';
import type { PackageReport } from './reports.ts';

/** One of a document's `records:`. */
interface Entry {
  readonly file: string;
  readonly text: string;
  /** Reports where the entry says something else than its text. */
  compare(record: ReadRecord): void;
}

/** Reads a document's `records:`; those whose paths are bad or taken are reported and left out. */
export function readEntries(fields: Fields, report: PackageReport): readonly Entry[] {
  const paths = new Map<string, string>();
  return fields.list('records', RECORDS_MAX).flatMap((node) => {
    const entry = readEntry(node, report);
    if (entry === undefined) return [];
    const identity = pathIdentity(entry.file);
    const taken = takenBy(identity, paths);
    if (taken === undefined) {
      paths.set(identity, entry.file);
      return [entry];
    }
    const message = `Expected a file of its own, got \`${entry.file}\`, which is \`${taken}\` on some systems`;
    report.error('package.path', entry.place, message);
    return [];
  });
}

/** The path that is the same, or a folder of it, or in it. */
function takenBy(identity: string, paths: ReadonlyMap<string, string>): string | undefined {
  const same = paths.get(identity);
  if (same !== undefined) return same;
  for (const [other, file] of paths) {
    if (other.startsWith(`${identity}/`) || identity.startsWith(`${other}/`)) return file;
  }
  return undefined;
}

function readEntry(
  node: YamlNode,
  report: PackageReport,
): (Entry & { readonly place: YamlNode }) | undefined {
  if (node.kind !== 'map') {
    report.error('value.type', node, `Expected a record, which is a map, got a ${node.kind}`);
    return undefined;
  }
  const fields = new Fields(node, ['kind', 'uid', 'file', 'text', 'record'], report);
  const kind = fields.choice('kind', RECORD_KINDS);
  const uid = fields.text('uid');
  const file = fields.text('file') ?? (uid === undefined ? undefined : `${uid}.yaml`);
  if (file === undefined) {
    if (fields.node('uid') === undefined && fields.node('file') === undefined) {
      fields.require('uid', 'Or give its `file`.');
    }
    return undefined;
  }
  const place = fields.node('file') ?? fields.node('uid') ?? node;
  const mistake = pathMistake(file);
  if (mistake !== undefined) {
    report.error('package.path', place, mistake);
    return undefined;
  }
  const text = readText(fields, { kind, uid, file }, report);
  if (text === undefined) return undefined;
  return { file, text, place, compare: (record) => compare(record, { kind, uid }, fields, report) };
}

interface Given {
  readonly kind: string | undefined;
  readonly uid: string | undefined;
}

/** The text, or an object in its place. */
function readText(
  fields: Fields,
  { kind, uid, file }: Given & { readonly file: string },
  report: PackageReport,
): string | undefined {
  const object = fields.node('record');
  if (object === undefined) {
    return fields.require('text') ? fields.longText('text', FILE_BYTES_MAX) : undefined;
  }
  if (fields.node('text') !== undefined) {
    report.error('key.conflict', fields.place('text'), 'Expected `text` or `record`, got both');
    return undefined;
  }
  const map: MapNode | undefined = fields.mapNode('record');
  if (map === undefined) return undefined;
  const inside = plainValue(map) as Readonly<Record<string, unknown>>;
  const isKindMissing = kind !== undefined && kind !== 'automation' && kind !== 'test';
  return recordText({
    ...(isKindMissing && !Object.hasOwn(inside, 'kind') ? { kind } : {}),
    ...(uid === undefined || uid === uidOfFile(file) || Object.hasOwn(inside, 'uid')
      ? {}
      : { uid }),
    ...inside,
  });
}

function compare(record: ReadRecord, given: Given, fields: Fields, report: PackageReport): void {
  const hint = 'A record’s text is a file as it lies in a folder, with its own `kind` and `uid`.';
  for (const key of ['kind', 'uid'] as const) {
    if (given[key] === undefined || given[key] === record[key]) continue;
    const message = `Expected the ${key} that its text has, \`${record[key]}\`, got \`${given[key]}\``;
    report.error(key === 'kind' ? 'package.kind' : 'package.uid', fields.place(key), message, {
      hint,
    });
  }
}
