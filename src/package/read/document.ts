import { Lexer } from 'yaml';
import type { Package } from '../../core/package.ts';
import { readYaml } from '../../language/yaml/read.ts';
import type { MapNode, YamlNode } from '../../language/yaml/tree.ts';
import { Findings } from '../convert/findings.ts';
import { readJson } from '../convert/json.ts';
import { PACKAGE_BYTES_MAX, VALUES_MAX } from '../limits.ts';
import { assemble, readRecords } from './assemble.ts';
import { readEntries } from './entries.ts';
import { Fields } from './fields.ts';
import { jsonTree } from './json-tree.ts';
import { readManifest } from './manifest.ts';
import { ORIGINAL_FILE } from './original.ts';
import type { SealedPackage } from './reading.ts';
import type { PackageReport, Reports } from './reports.ts';
import { readSeal, SEAL_KEYS, type SealOptions } from './seal.ts';

/**
 * Reads a package in one document, JSON or YAML.
 *
 * @param file what diagnostics call it; texts of records are `file#PATH`
 */
export function readDocument(
  text: string,
  file: string,
  reports: Reports,
  options: SealOptions,
): SealedPackage | undefined {
  const isJson = text.trimStart().startsWith('{');
  const report = reports.of(text, file);
  const tree = isJson ? treeOfJson(text, file, report, reports) : treeOfYaml(text, report);
  if (tree === undefined) return undefined;
  if (tree.kind === 'map') return readParts(tree, file, { report, reports, ...options });
  report.error('value.type', tree, `Expected a package, which is a map, got a ${tree.kind}`);
  return undefined;
}

function readParts(
  tree: MapNode,
  file: string,
  { report, reports, ignoreSeal }: { report: PackageReport; reports: Reports } & SealOptions,
): SealedPackage | undefined {
  const head = readManifest(tree, 'package', ['records', 'original', ...SEAL_KEYS], report);
  const { fields } = head;
  fields.require('records');
  const entries = readEntries(fields, report);
  const records = readRecords(
    entries.map((entry) => ({ ...entry, label: `${file}#${entry.file}` })),
    reports,
  );
  for (const record of records) {
    const entry = entries.find((one) => one.file === record.file);
    entry?.compare(record);
  }
  const original = readOriginal(fields, report);
  return assemble(
    head,
    records,
    {
      ...(original === undefined ? {} : { original }),
      ...(ignoreSeal === true ? {} : { seal: readSeal(fields, report) }),
    },
    reports,
  );
}

function readOriginal(fields: Fields, report: PackageReport): Package['original'] | undefined {
  const map = fields.mapNode('original');
  if (map === undefined) return undefined;
  const inside = new Fields(map, ['file', 'text'], report);
  const isComplete = [inside.require('file'), inside.require('text')].every(Boolean);
  const file = inside.text('file', ORIGINAL_FILE);
  const text = inside.longText('text', PACKAGE_BYTES_MAX);
  return isComplete && file !== undefined && text !== undefined ? { file, text } : undefined;
}

function treeOfJson(
  text: string,
  file: string,
  report: PackageReport,
  reports: Reports,
): YamlNode | undefined {
  const findings = new Findings(text, file);
  const node = readJson(text, findings);
  if (node !== undefined) return jsonTree(node, report);
  reports.add(findings);
  return undefined;
}

function treeOfYaml(text: string, report: PackageReport): YamlNode | undefined {
  const excess = lexemeExcess(text);
  if (excess !== undefined) {
    const message = `Expected at most ${VALUES_MAX} values and marks, got more`;
    report.error('package.too_large', { start: excess, end: excess + 1 }, message, {
      hint: 'Records as texts, `text: |`, count as one.',
    });
    return undefined;
  }
  return readYaml(report, PACKAGE_BYTES_MAX);
}

/** Where a text has more lexemes than may be read; lexing keeps none of them. */
function lexemeExcess(text: string): number | undefined {
  let count = 0;
  let at = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > VALUES_MAX) return at;
    at += lexeme.length;
  }
  return undefined;
}
