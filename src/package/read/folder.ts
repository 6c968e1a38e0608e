import { constants } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HookwrightError } from '../../core/errors.ts';
import { formatSize } from '../../core/quantity.ts';
import { readYaml } from '../../language/yaml/read.ts';
import { FOLDERS_MAX, PACKAGE_BYTES_MAX, RECORDS_MAX } from '../limits.ts';
import { assemble, type RecordText, readRecords } from './assemble.ts';
import { Fields } from './fields.ts';
import { MANIFEST_FILE, SEAL_FILE } from './folder-files.ts';
import { readManifest } from './manifest.ts';
import { ORIGINAL_FILE } from './original.ts';
import { decodeText } from './package.ts';
import { pathIdentity, pathMistake } from './path.ts';
import { type PackageReading, reading } from './reading.ts';
import { Reports } from './reports.ts';
import { type FoundSeal, readSeal, SEAL_KEYS, type SealOptions } from './seal.ts';

/** Entries of folders that are looked at: a package's folder may hold a repository's other files. */
const ENTRIES_MAX = 20_000;
/** Files of a package: its records, its own, the seal and an original. */
const FILES_MAX = RECORDS_MAX + 3;
const START = { start: 0, end: 1 };

/**
 * Reads a package from a folder: `package.yaml`, records in files that end in `.yaml`, and what it was
 * converted from. Hidden files, `node_modules` and other files are passed over; links are refused.
 *
 * @throws HookwrightError `usage.invalid` where the folder cannot be read
 */
export async function readPackageFolder(
  dir: string,
  { ignoreSeal = false }: SealOptions = {},
): Promise<PackageReading> {
  const reports = new Reports();
  const texts = await textsIn(dir, reports);
  const manifest = texts.find(({ file }) => file === MANIFEST_FILE);
  const head = manifest && headOf(manifest, reports);
  const seal = texts.find(({ file }) => file === SEAL_FILE);
  const [original, another] = texts.filter(({ file }) => isOriginal(file));
  if (another !== undefined) {
    const message = `Expected one original, got \`${another.file}\` beside \`${original?.file}\``;
    reports.of(another.text, another.label).error('package.path', START, message);
  }
  const records = readRecords(
    texts.filter((text) => text !== manifest && text !== seal && !isOriginal(text.file)),
    reports,
  );
  const found = seal && !ignoreSeal ? sealOf(seal, reports) : undefined;
  if (head === undefined) return reading(reports, 'folder');
  const read = assemble(
    head,
    records,
    {
      ...(original === undefined ? {} : { original: { file: original.file, text: original.text } }),
      ...(found === undefined ? {} : { seal: found }),
    },
    reports,
  );
  return reading(reports, 'folder', read === undefined ? {} : { package: read });
}

function headOf(
  { text, label }: RecordText,
  reports: Reports,
): ReturnType<typeof readManifest> | undefined {
  const report = reports.of(text, label);
  const tree = readYaml(report);
  if (tree?.kind === 'map') return readManifest(tree, 'name', [], report);
  if (!report.hasErrors) {
    const hint = 'It begins with `name:` and `version:`.';
    const message = 'Expected a package, got something else';
    report.error('package.missing', START, message, { hint });
  }
  return undefined;
}

function sealOf({ text, label }: RecordText, reports: Reports): FoundSeal | undefined {
  const report = reports.of(text, label);
  const tree = readYaml(report);
  if (tree?.kind === 'map') {
    const fields = new Fields(tree, SEAL_KEYS, report);
    for (const key of SEAL_KEYS) fields.require(key);
    return readSeal(fields, report);
  }
  if (!report.hasErrors) {
    const message = 'Expected a `digest` and a `signature`, got something else';
    report.error('package.signature', START, message);
  }
  return undefined;
}

/** The texts that make up the package, by path. Those that cannot be read are reported and left out. */
async function textsIn(dir: string, reports: Reports): Promise<readonly RecordText[]> {
  const files = await filesIn(dir, reports);
  const texts: RecordText[] = [];
  if (!files.includes(MANIFEST_FILE)) {
    const hint = '`hookwright package init` writes one.';
    const message = 'Expected a package, got a folder without `package.yaml`';
    reports.of('', join(dir, MANIFEST_FILE)).error('package.missing', START, message, { hint });
  }
  if (files.length > FILES_MAX) {
    const message = `Expected at most ${RECORDS_MAX} records, got ${files.length} files`;
    reports.of('', join(dir, MANIFEST_FILE)).error('package.too_large', START, message);
    return texts;
  }
  const paths = new Map<string, string>();
  let room = PACKAGE_BYTES_MAX;
  for (const file of files) {
    const label = join(dir, file);
    const isOwn = file === MANIFEST_FILE || file === SEAL_FILE || isOriginal(file);
    const mistake = isOwn ? undefined : (pathMistake(file) ?? alike(file, paths));
    paths.set(pathIdentity(file), file);
    if (mistake !== undefined) {
      reports.of('', label).error('package.path', START, mistake);
      continue;
    }
    const bytes = await readPlainFile(label, room);
    if (bytes === undefined) {
      const message = `Expected at most ${formatSize(PACKAGE_BYTES_MAX)} in all files, got more`;
      reports.of('', label).error('package.too_large', START, message);
      break;
    }
    room -= bytes.length;
    const text = decodeText(bytes, label, reports);
    if (text !== undefined) texts.push({ file, text, label });
  }
  return texts;
}

function alike(file: string, paths: ReadonlyMap<string, string>): string | undefined {
  const other = paths.get(pathIdentity(file));
  if (other === undefined) return undefined;
  return `Expected a name of its own, got one that some systems take for \`${other}\``;
}

/** Paths of the files that belong to a package, in order. */
async function filesIn(dir: string, reports: Reports): Promise<readonly string[]> {
  const found: string[] = [];
  const pending: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  let seen = 0;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of await entriesOf(join(dir, folder.path))) {
      seen += 1;
      if (seen > ENTRIES_MAX) {
        throw new HookwrightError(
          'usage.invalid',
          `Expected at most ${ENTRIES_MAX} files below ${dir}, got more.`,
          { next: 'Name the folder of the package itself.' },
        );
      }
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const isFolder = entry.isDirectory();
      if (isFolder && folder.depth < FOLDERS_MAX) pending.push({ path, depth: folder.depth + 1 });
      else if (isFolder) tellDeep(join(dir, path), reports);
      else if (entry.isFile() && isPart(path)) found.push(path);
      else if (!entry.isFile() && (isPart(path) || (await isLinkToFolder(join(dir, path))))) {
        const message = 'Expected a file of its own, got a link or something else that is no file';
        reports.of('', join(dir, path)).error('package.link', START, message);
      }
    }
  }
  // The package's own file first, whatever the others leave of the room for all.
  const rank = (file: string): string => (file === MANIFEST_FILE ? '' : file);
  return found.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function tellDeep(label: string, reports: Reports): void {
  const message = `Expected at most ${FOLDERS_MAX} folders inside each other, got more`;
  reports.of('', label).error('package.path', START, message);
}

/** Whether a file belongs to the package; a README does not. */
function isPart(path: string): boolean {
  return /\.ya?ml$/i.test(path) || isOriginal(path);
}

function isOriginal(path: string): boolean {
  return ORIGINAL_FILE.pattern.test(path);
}

async function entriesOf(dir: string): ReturnType<typeof readEntries> {
  try {
    return await readEntries(dir);
  } catch (cause) {
    throw new HookwrightError('usage.invalid', `Expected a folder that can be read at ${dir}.`, {
      next: 'Check the path and its permissions.',
      cause,
    });
  }
}

function readEntries(dir: string): Promise<import('node:fs').Dirent[]> {
  return readdir(dir, { withFileTypes: true });
}

async function isLinkToFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

/**
 * The bytes of a file that is no link, not even one that took its place a moment ago; `undefined` where it
 * has more than there is room for.
 */
async function readPlainFile(path: string, room: number): Promise<Uint8Array | undefined> {
  let file: FileHandle | undefined;
  try {
    // A pipe would be waited for.
    const flags = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    file = await open(path, constants.O_RDONLY | flags);
    const found = await file.stat();
    if (!found.isFile()) throw new TypeError('It is no file.');
    if (found.size > room) return undefined;
    const bytes = await file.readFile();
    return bytes.length > room ? undefined : bytes;
  } catch (cause) {
    throw new HookwrightError('usage.invalid', `Expected a file that can be read at ${path}.`, {
      next: 'Check its permissions.',
      cause,
    });
  } finally {
    await file?.close();
  }
}
