import type { Diagnostic } from '../../../core/diagnostic.ts';
import type { FilledRecord } from '../../../core/package.ts';
import type { KeyPath, Place, WantedRecord } from '../../../engine/packages/wanted.ts';
import { Report } from '../../../language/report.ts';
import { SourceText } from '../../../language/source.ts';
import { readYaml } from '../../../language/yaml/read.ts';
import { nodeAt, plainValue, type YamlNode } from '../../../language/yaml/tree.ts';
import { checkHookRecord } from './hook.ts';
import { checkWebhookRecord } from './webhook.ts';

/** Keys of a record that say which record it is, and are nothing of the webhook or hook. */
const RECORD_KEYS = ['kind', 'uid'];

/** Records as the engine takes them, and everything that is wrong with the others. */
export interface ReadRecords {
  readonly records: readonly WantedRecord[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads records whose texts are filled in: webhooks and hooks have the keys that the API takes for them. */
export function readRecords(filled: readonly FilledRecord[]): ReadRecords {
  const records: WantedRecord[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const record of filled) {
    const read = readRecord(record);
    if ('kind' in read) records.push(read);
    else diagnostics.push(...read.diagnostics);
  }
  return { records, diagnostics };
}

function readRecord(
  record: FilledRecord,
): WantedRecord | { readonly diagnostics: readonly Diagnostic[] } {
  const { kind, uid, name, file, text } = record;
  const source = new SourceText(text, file);
  const report = new Report(source);
  // The text is YAML: the package was read. An automation is compiled, which reads it again.
  const tree = kind === 'automation' ? undefined : readYaml(report);
  const place = (path: KeyPath): Place => placeIn(source, tree, path);
  const plain = { uid, name, file, text, place };
  if (kind === 'automation' || kind === 'test') return { kind, ...plain };
  if (tree?.kind !== 'map') return { diagnostics: report.diagnostics() };
  const keys = tree.entries.map(({ key }) => key.text).filter((key) => !RECORD_KEYS.includes(key));
  const values = plainValue(tree) as Record<string, unknown>;
  const given = Object.fromEntries(keys.map((key) => [key, values[key]]));
  const checked = kind === 'webhook' ? checkWebhookRecord(given) : checkHookRecord(given);
  if (checked.ok) return { kind, ...plain, keys, draft: checked.value } as WantedRecord;
  return {
    diagnostics: checked.mistakes.map(({ path, message }) => ({
      file,
      ...place(path as KeyPath),
      severity: 'error',
      code: 'package.record',
      message: message.replace(/\.$/, ''),
    })),
  };
}

function placeIn(source: SourceText, tree: YamlNode | undefined, path: KeyPath): Place {
  const found = tree === undefined ? undefined : nodeAt(tree, path);
  const first = tree?.kind === 'map' ? tree.entries[0]?.key : tree;
  // What is missing in a map is told at its first key: the whole map is no place to look.
  const value = found?.value;
  const node = value === tree ? first : value?.kind === 'scalar' ? value : found?.key;
  const span = node ?? { start: 0, end: 1 };
  return { ...source.position(span.start), length: source.lengthWithinLine(span) };
}
