import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { HookwrightError } from '../core/errors.ts';
import { Report } from '../language/report.ts';
import { SourceText } from '../language/source.ts';
import { readYaml } from '../language/yaml/read.ts';
import { entryOf, plainValue, type YamlNode } from '../language/yaml/tree.ts';
import type { Mistake } from '../source/read/fields.ts';
import { readSource } from '../source/read/source.ts';
import type { Source } from '../source/source.ts';

/** Files of one folder of sources: ten times what ships. */
const FILES_MAX = 1000;

interface TextFile {
  readonly file: string;
  readonly text: string;
}

/** Reads a source's file: the source, or everything that is wrong with it. Never throws. */
export function readSourceFile(
  { file, text }: TextFile,
  presets: ReadonlyMap<string, Source>,
): { readonly source?: Source; readonly diagnostics: readonly Diagnostic[] } {
  const report = new Report(new SourceText(text, file));
  const tree = readYaml(report);
  const isEmpty = tree === undefined || (tree.kind === 'scalar' && tree.value === null);
  if (isEmpty && !report.hasErrors) {
    const hint = 'It begins with `source: NAME`; docs/sources.md shows one.';
    report.error('key.missing', { start: 0, end: 1 }, 'Expected a source, got an empty file', {
      hint,
    });
  }
  if (tree === undefined || report.hasErrors) return { diagnostics: report.diagnostics() };
  const read = readSource(plainValue(tree), presets);
  if (read.ok) return { source: read.source, diagnostics: report.diagnostics() };
  for (const mistake of read.mistakes) tell(mistake, tree, report);
  return { diagnostics: report.diagnostics() };
}

/** At the node that the path leads to; at the last one on the way where it leads nowhere. */
function tell({ path, isKey, message, hint }: Mistake, tree: YamlNode, report: Report): void {
  let node: YamlNode = tree;
  let key: YamlNode = tree;
  for (const step of path) {
    const entry = node.kind === 'map' ? entryOf(node, String(step)) : undefined;
    const item = node.kind === 'list' ? node.items[Number(step)] : undefined;
    const next = entry?.value ?? item;
    if (next === undefined) break;
    key = entry?.key ?? next;
    node = next;
  }
  // What is missing in a map is told at its first key: the whole map is no place to look.
  const first = node.kind === 'map' ? node.entries[0]?.key : undefined;
  report.error(isKey ? 'key.unknown' : 'value.invalid', isKey ? key : (first ?? node), message, {
    hint,
  });
}

/**
 * Reads every source of some folders, by name. A later folder's sources replace earlier ones of the same
 * name, so that an operator's own come after those that ship.
 *
 * Throws `config.invalid` where a folder cannot be read.
 */
export async function readSourceFolders(dirs: readonly string[]): Promise<{
  readonly sources: ReadonlyMap<string, Source>;
  readonly diagnostics: readonly Diagnostic[];
}> {
  const sources = new Map<string, Source>();
  const diagnostics: Diagnostic[] = [];
  for (const dir of dirs) {
    const files = await textFiles(dir);
    // Sources that build on another one are read after those that do not.
    const buildsOn = ({ text }: TextFile) => /^preset:/m.test(text);
    const ordered = [...files.filter((file) => !buildsOn(file)), ...files.filter(buildsOn)];
    for (const file of ordered) {
      const read = readSourceFile(file, sources);
      diagnostics.push(...read.diagnostics);
      if (read.source !== undefined) sources.set(read.source.name, read.source);
    }
  }
  return { sources, diagnostics };
}

async function textFiles(dir: string): Promise<readonly TextFile[]> {
  try {
    const names = (await readdir(dir)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
    return await Promise.all(
      names
        .slice(0, FILES_MAX)
        .map(async (name) => ({ file: name, text: await readFile(join(dir, name), 'utf8') })),
    );
  } catch (error) {
    throw new HookwrightError('config.invalid', `Expected a readable folder, got ${dir}.`, {
      cause: error,
    });
  }
}
