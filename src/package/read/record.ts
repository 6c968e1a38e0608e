import type { PackageRecord, RecordKind } from '../../core/package.ts';
import { RECORD_KINDS } from '../../core/package.ts';
import { didYouMean } from '../../core/suggest.ts';
import { readYaml } from '../../language/yaml/read.ts';
import { childOf, type MapNode, type ScalarNode, type YamlNode } from '../../language/yaml/tree.ts';
import { listed } from './fields.ts';
import type { PackageReport } from './reports.ts';

/** What other records call one. */
const UID = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?$/;

/** The key of a record's text that has its name; tests have none. */
const NAME_KEYS: Readonly<Record<RecordKind, string | undefined>> = {
  automation: 'automation',
  webhook: 'name',
  hook: 'name',
  test: undefined,
};

/** A record with the tree of its text. */
export interface ReadRecord extends PackageRecord {
  readonly tree: MapNode;
  readonly report: PackageReport;
}

/**
 * Reads one record: what its text and its file's name say that it is.
 *
 * @param file its path below the package's folder
 */
export function readRecord(
  file: string,
  text: string,
  report: PackageReport,
): ReadRecord | undefined {
  const tree = readYaml(report);
  if (tree === undefined) {
    if (!report.hasErrors) {
      report.error('package.kind', { start: 0, end: 1 }, 'Expected a record, got an empty file');
    }
    return undefined;
  }
  if (tree.kind !== 'map') {
    report.error('value.type', tree, `Expected a record, which is a map, got a ${tree.kind}`);
    return undefined;
  }
  const kind = kindOf(file, tree, report);
  const uid = readUid(file, tree, report);
  if (kind === undefined || uid === undefined) return undefined;
  requireName(kind, tree, report);
  return { kind, uid, file, text, tree, report };
}

/** What its text says, else what its file's name does. Tests are told by that name everywhere. */
function kindOf(file: string, tree: MapNode, report: PackageReport): RecordKind | undefined {
  const isTest = TEST_FILE.test(file);
  const node = childOf(tree, 'kind');
  if (node === undefined) return isTest ? 'test' : 'automation';
  const found = RECORD_KINDS.find((kind) => node.kind === 'scalar' && node.value === kind);
  if (found === undefined) {
    const given = node.kind === 'scalar' ? `\`${node.text}\`` : `a ${node.kind}`;
    report.error('package.kind', node, `Expected the kind ${listed(RECORD_KINDS)}, got ${given}`, {
      hint: node.kind === 'scalar' ? didYouMean(node.text, RECORD_KINDS) : undefined,
    });
  } else if ((found === 'test') !== isTest) {
    const expected = isTest ? 'a test, as its file is called' : 'a file called `NAME.test.yaml`';
    report.error('package.kind', node, `Expected ${expected}, got the kind \`${found}\``);
  }
  return found;
}

const TEST_FILE = /\.test\.ya?ml$/;

function readUid(file: string, tree: MapNode, report: PackageReport): string | undefined {
  const node = childOf(tree, 'uid');
  const uid =
    node === undefined ? uidOfFile(file) : node.kind === 'scalar' ? node.value : undefined;
  if (typeof uid === 'string' && UID.test(uid)) return uid;
  const message =
    'Expected a `uid` of letters, digits, `.`, `_` and `-`, at most 128, got something else';
  const hint = node === undefined ? 'The file’s name is none: write `uid:` into it.' : undefined;
  report.error('package.uid', node ?? firstKey(tree), message, { hint });
  return undefined;
}

/** `orders.paid` of `shop/orders.paid.yaml`. */
export function uidOfFile(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
}

function requireName(kind: RecordKind, tree: MapNode, report: PackageReport): void {
  const key = NAME_KEYS[kind];
  if (key === undefined || nameNode(kind, tree) !== undefined) return;
  const found = childOf(tree, key);
  if (found?.kind === 'scalar' && found.isBroken) return;
  report.error(
    found === undefined ? 'key.missing' : 'value.type',
    found ?? firstKey(tree),
    `Expected \`${key}\` to name the ${kind}, got ${found === undefined ? 'none' : 'something else'}`,
  );
}

/** Where a record has its name. */
export function nameNode(kind: RecordKind, tree: MapNode): ScalarNode | undefined {
  const key = NAME_KEYS[kind];
  const node: YamlNode | undefined = key === undefined ? undefined : childOf(tree, key);
  const isText = node?.kind === 'scalar' && typeof node.value === 'string' && node.text !== '';
  return isText ? node : undefined;
}

function firstKey(tree: MapNode): YamlNode {
  return tree.entries[0]?.key ?? tree;
}
