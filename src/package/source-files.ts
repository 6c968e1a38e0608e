import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { HookwrightError } from '../core/errors.ts';
import { Report } from '../language/report.ts';
import { SourceText } from '../language/source.ts';
import { readYaml } from '../language/yaml/read.ts';
import { nodeAt, plainValue, type YamlNode } from '../language/yaml/tree.ts';
import type { Mistake } from '../source/read/fields.ts';
import { type Presets, readSource } from '../source/read/source.ts';
import type { Source } from '../source/source.ts';

/** Files of one folder of sources: twenty times what ships. */
const FILES_MAX = 1000;
/** Sources that build on one another; more is a circle. */
const CHAIN_MAX = 5;

interface TextFile {
  readonly file: string;
  readonly text: string;
}

/** A source, or everything that is wrong with its file. */
export interface ReadFile {
  readonly source?: Source;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The sources in some folders, each in a file of its name. A later folder's file comes before an earlier
 * one's of the same name, so that an operator's own replace those that ship. A file is read when it is
 * first asked for: reading takes 2 ms, and nobody uses them all.
 */
export class SourceFiles {
  readonly #dirs: readonly string[];
  readonly #read = new Map<string, Promise<ReadFile | undefined>>();
  #files: Promise<Paths> | undefined;

  constructor(dirs: readonly string[]) {
    this.#dirs = dirs;
  }

  /** Throws `config.invalid` where a folder cannot be read. */
  async names(): Promise<readonly string[]> {
    return [...(await this.#paths()).keys()];
  }

  /** `undefined` where there is no file of that name. Throws `config.invalid` where it cannot be read. */
  get(name: string): Promise<ReadFile | undefined> {
    let read = this.#read.get(name);
    if (read === undefined) {
      read = this.#load(name, 0, 0);
      this.#read.set(name, read);
    }
    return read;
  }

  /** @param rank 0 for the file that counts, 1 for the one that it replaces, … */
  async #load(name: string, rank: number, depth: number): Promise<ReadFile | undefined> {
    const paths = await this.#paths();
    const path = paths.get(name)?.[rank];
    if (path === undefined) return undefined;
    const text = await textOf(path);
    const base = depth < CHAIN_MAX ? presetOf(text) : undefined;
    // A file that builds on its own name means the one that it replaces.
    const baseRank = base === name ? rank + 1 : 0;
    const preset =
      base === undefined ? undefined : (await this.#load(base, baseRank, depth + 1))?.source;
    const presets: Presets = {
      get: (asked) => (asked === base ? preset : undefined),
      keys: () => [...paths.keys()].filter((one) => one !== base),
    };
    return readSourceFile({ file: path, text }, presets, name);
  }

  #paths(): Promise<Paths> {
    this.#files ??= pathsIn(this.#dirs);
    return this.#files;
  }
}

/** Files of each name, the one that counts first. */
type Paths = ReadonlyMap<string, readonly string[]>;

/** What a file builds on, before it is read: a mistake there is told when it is. */
function presetOf(text: string): string | undefined {
  return /^preset:[ \t]+["']?([a-z0-9-]+)["']?[ \t]*(?:#.*)?$/m.exec(text)?.[1];
}

/**
 * Reads a source's file: the source, or everything that is wrong with it. Never throws.
 *
 * @param name what the file's name says that it is
 */
export function readSourceFile(
  { file, text }: TextFile,
  presets: Presets,
  name?: string,
): ReadFile {
  const report = new Report(new SourceText(text, file));
  const tree = readYaml(report);
  const isEmpty = tree === undefined || (tree.kind === 'scalar' && tree.value === null);
  if (isEmpty && !report.hasErrors) {
    const hint = 'It begins with `source: NAME`; docs/sources.md shows one.';
    const start = { start: 0, end: 1 };
    report.error('key.missing', start, 'Expected a source, got an empty file', { hint });
  }
  if (tree === undefined || report.hasErrors) return { diagnostics: report.diagnostics() };
  const read = readSource(plainValue(tree), presets);
  const mistakes = read.ok ? nameMistakes(read.source, name) : read.mistakes;
  for (const mistake of mistakes) tell(mistake, tree, report);
  const diagnostics = report.diagnostics();
  return read.ok && mistakes.length === 0 ? { source: read.source, diagnostics } : { diagnostics };
}

function nameMistakes({ name }: Source, expected: string | undefined): readonly Mistake[] {
  if (expected === undefined || name === expected) return [];
  const message = `Expected the name of its file, \`${expected}\`, got \`${name}\``;
  return [{ path: ['source'], isKey: false, message }];
}

/** At the node that the path leads to; at the last one on the way where it leads nowhere. */
function tell({ path, isKey, message, hint }: Mistake, tree: YamlNode, report: Report): void {
  const { key, value: node } = nodeAt(tree, path);
  // What is missing in a map is told at its first key: the whole map is no place to look.
  const first = node.kind === 'map' ? node.entries[0]?.key : undefined;
  report.error(isKey ? 'key.unknown' : 'value.invalid', isKey ? key : (first ?? node), message, {
    hint,
  });
}

async function pathsIn(dirs: readonly string[]): Promise<Paths> {
  const paths = new Map<string, string[]>();
  for (const dir of dirs) {
    for (const file of await filesIn(dir)) {
      const name = file.replace(/\.ya?ml$/, '');
      paths.set(name, [join(dir, file), ...(paths.get(name) ?? [])]);
    }
  }
  return new Map([...paths].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function filesIn(dir: string): Promise<readonly string[]> {
  try {
    const files = (await readdir(dir)).filter((file) => /^[^.].*\.ya?ml$/.test(file));
    if (files.length <= FILES_MAX) return files;
    throw new RangeError(`Expected at most ${FILES_MAX} files, got ${files.length}.`);
  } catch (cause) {
    throw unreadable(dir, cause);
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): HookwrightError {
  return new HookwrightError('config.invalid', `Expected sources that can be read, got ${path}.`, {
    next: 'Look at the folder that is set for sources, and at its permissions.',
    cause,
  });
}
