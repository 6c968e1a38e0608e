import type { RecordKind } from '../../core/package.ts';
import { Report } from '../../language/report.ts';
import { SourceText } from '../../language/source.ts';
import { FILE_BYTES_MAX, readYaml } from '../../language/yaml/read.ts';
import type { MapNode, ScalarNode, YamlNode } from '../../language/yaml/tree.ts';
import { occurrencesIn } from '../placeholder.ts';
import type { PackageReport } from '../read/reports.ts';
import { type Placed, scalarsOf } from '../read/scalars.ts';
import { type FilledScalar, fillScalar, type Value } from './scalar.ts';
import { type Edit, rewrite, STYLES } from './write-scalar.ts';

/** A record's text as it was read. */
interface Read {
  readonly kind: RecordKind;
  readonly text: string;
  readonly tree: MapNode;
  readonly report: PackageReport;
}

/** What a record is filled in with. */
export interface Filling {
  /** The answer to a key that is known to be there. */
  readonly answerTo: (key: string) => Value;
  /** Names of the package's automations by uid: bindings may say one for the other. */
  readonly automations: ReadonlyMap<string, string>;
}

/** A record's text with its answers. */
export interface FilledText {
  readonly text: string;
  /** Of this text: the tree that was, with other values. */
  readonly tree: YamlNode;
  /** What became of the scalars of the tree that was; those without placeholders are not among them. */
  readonly scalars: ReadonlyMap<ScalarNode, FilledScalar>;
}

/**
 * Fills in a record's text. Only the characters of scalars change; comments and layout stay. What comes out
 * is read again and has to be the tree that went in, with other values: whatever an answer holds, it adds no
 * key and no item. `undefined` where something cannot be filled in, which is reported.
 */
export function fillText(read: Read, filling: Filling): FilledText | undefined {
  const { text, tree, report, kind } = read;
  const filled = new Map<ScalarNode, FilledScalar>();
  const scalars = scalarsOf(tree);
  const length = filledLength(scalars, text.length, filling.answerTo);
  if (length > FILE_BYTES_MAX) {
    const message = `Expected at most ${FILE_BYTES_MAX} characters with all answers, got ${length}`;
    report.error('package.too_large', tree.entries[0]?.key ?? tree, message);
    return undefined;
  }
  let isWhole = true;
  for (const placed of scalars) {
    const found = fillScalar(placed, kind, filling.answerTo);
    if (found !== undefined && 'fault' in found) {
      report.error('package.answer', placed.node, found.fault);
      isWhole = false;
      continue;
    }
    const bound = boundName(placed, kind, found, filling.automations) ?? found;
    if (bound !== undefined) filled.set(placed.node, bound);
  }
  if (!isWhole) return undefined;
  if (filled.size === 0) return { text, tree, scalars: filled };
  for (const style of STYLES) {
    const made = edited(
      text,
      [...filled].map(([node, scalar]) => rewrite(node, scalar, text, style)),
    );
    const again = readAsMeant(made, tree, filled);
    if (again !== undefined) return { text: made, tree: again, scalars: filled };
  }
  const message =
    'Expected answers that can be filled in here, got one that makes the text too long or no YAML';
  report.error('package.answer', [...filled.keys()][0] ?? tree, message);
  return undefined;
}

/** Characters of a text with its answers. To be asked before they are put in: both may be many. */
function filledLength(
  scalars: readonly Placed[],
  length: number,
  answerTo: (key: string) => Value,
): number {
  return scalars
    .flatMap(({ node }) => occurrencesIn(node.text))
    .reduce(
      (sum, { start, end, key }) => sum - (end - start) + String(answerTo(key)).length,
      length,
    );
}

/** The name of the automation that a binding calls by its uid. */
function boundName(
  { node, isKey, path }: Placed,
  kind: RecordKind,
  found: FilledScalar | undefined,
  automations: ReadonlyMap<string, string>,
): FilledScalar | undefined {
  const isBinding = path.length === 3 && path[0] === 'bindings' && path[2] === 'automation';
  if (kind !== 'webhook' || isKey || !isBinding) return undefined;
  const name = automations.get(String(found?.value ?? node.text));
  if (name === undefined || (found === undefined && name === node.text)) return undefined;
  return { value: name, pieces: [{ start: 0, end: node.text.length, text: name }] };
}

/** The text with all its edits, which do not overlap. */
function edited(text: string, edits: readonly (readonly Edit[])[]): string {
  let made = '';
  let at = 0;
  for (const edit of edits.flat().sort((a, b) => a.start - b.start)) {
    made += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return made + text.slice(at);
}

/** The tree of what was made, where it is the one that is meant. */
function readAsMeant(
  made: string,
  tree: YamlNode,
  filled: ReadonlyMap<ScalarNode, FilledScalar>,
): YamlNode | undefined {
  const report = new Report(new SourceText(made, 'filled'));
  const again = readYaml(report);
  const isMeant = again !== undefined && !report.hasErrors && isSame(tree, again, filled);
  return isMeant ? again : undefined;
}

function isSame(
  was: YamlNode,
  is: YamlNode,
  filled: ReadonlyMap<ScalarNode, FilledScalar>,
): boolean {
  if (was.kind === 'scalar') {
    const value = filled.get(was)?.value ?? was.value;
    return is.kind === 'scalar' && Object.is(is.value, value);
  }
  if (was.kind === 'list') {
    return (
      is.kind === 'list' &&
      is.items.length === was.items.length &&
      was.items.every((item, index) => isSame(item, is.items[index] as YamlNode, filled))
    );
  }
  return (
    is.kind === 'map' &&
    is.entries.length === was.entries.length &&
    was.entries.every(({ key, value }, index) => {
      const other = is.entries[index];
      if (other === undefined || other.key.kind !== 'scalar') return false;
      const text = String(filled.get(key)?.value ?? key.text);
      return other.key.text === text && isSame(value, other.value, filled);
    })
  );
}
