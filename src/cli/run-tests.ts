import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import { HookwrightError } from '../core/errors.ts';
import { didYouMean } from '../core/suggest.ts';
import type { Sandbox } from '../engine/ports.ts';
import { type CompiledAutomation, compile } from '../language/compile.ts';
import { SourceText } from '../language/source.ts';
import { readFolder } from '../package/folder.ts';
import { readTests } from '../testing/read.ts';
import { automationMistake, misfits, runSuite } from '../testing/run-suite.ts';
import type { Difference, TestSuite } from '../testing/suite.ts';
import { readNamedFile, unreadable } from './read-file.ts';
import { readTestRequest } from './read-test-request.ts';

/** A case as it is told. */
export interface ToldCase {
  readonly name: string;
  readonly passed: boolean;
  readonly differences: readonly (Omit<Difference, 'place'> & {
    readonly line: number;
    readonly column: number;
  })[];
}

/** What came of a test file. */
export interface TestedFile {
  readonly file: string;
  readonly automation: string | undefined;
  /** Of the test file or of its automation; where one is an error, no case has run. */
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of the files that diagnostics name. */
  readonly texts: ReadonlyMap<string, string>;
  readonly cases: readonly ToldCase[];
}

interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/**
 * The test files at paths: those below folders, those named, and those beside automations that are named.
 *
 * @throws HookwrightError `usage.invalid` where there is nothing
 */
export async function findTests(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const about = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (about.isDirectory()) found.push(...(await testsBelow(path)));
    else found.push(isTest(path) ? path : await testsBeside(path));
  }
  return [...new Set(found)];
}

async function testsBelow(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => isTest(name) && !/(?:^|[\\/])(?:\.|node_modules[\\/])/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

async function testsBeside(path: string): Promise<string> {
  const bare = path.replace(/\.ya?ml$/, '');
  for (const beside of [`${bare}.test.yaml`, `${bare}.test.yml`]) {
    const there = await stat(beside).catch(() => undefined);
    if (there !== undefined && bare !== path) return beside;
  }
  throw new HookwrightError('usage.invalid', `Expected tests at ${bare}.test.yaml, got none.`, {
    next: 'docs/testing.md shows how to write them.',
  });
}

function isTest(file: string): boolean {
  return /\.test\.ya?ml$/.test(file);
}

/** A test file with its automation, as they are on disk now. */
export interface LoadedTests {
  readonly file: string;
  readonly text: string;
  readonly suite: TestSuite | undefined;
  /** Absent where it cannot be found. */
  readonly automation: SourceFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a test file and the automation that it is for. */
export async function loadTests(file: string): Promise<LoadedTests> {
  const text = new TextDecoder().decode(await readNamedFile(file));
  const { suite, diagnostics } = readTests({ file, text }, readTestRequest);
  if (suite === undefined) return { file, text, suite, automation: undefined, diagnostics };
  const found = await findAutomation(suite);
  if (!('severity' in found)) return { file, text, suite, automation: found, diagnostics };
  return { file, text, suite, automation: undefined, diagnostics: [...diagnostics, found] };
}

/** @param filter a text that names of cases must have in them */
export async function runTests(
  { file, text, suite, automation, diagnostics }: LoadedTests,
  sandbox: Pick<Sandbox, 'execute'>,
  filter: string,
): Promise<TestedFile> {
  const texts = new Map([[file, text]]);
  const none = { file, texts, automation: undefined, diagnostics, cases: [] };
  if (suite === undefined || automation === undefined) return none;
  texts.set(automation.file, automation.text);
  const { automation: compiled, diagnostics: found } = compile(automation.text, automation.file);
  if (compiled === undefined) return { ...none, diagnostics: [...diagnostics, ...found] };
  const { name } = compiled;
  const mistakes = misfits(suite, compiled);
  if (mistakes.length > 0) return { ...none, automation: name, diagnostics: mistakes };
  const cases = await runCases(suite, compiled, sandbox, filter);
  return { file, texts, automation: name, diagnostics, cases };
}

async function runCases(
  suite: TestSuite,
  automation: CompiledAutomation,
  sandbox: Pick<Sandbox, 'execute'>,
  filter: string,
): Promise<readonly ToldCase[]> {
  const source = new SourceText(suite.text, suite.file);
  const results = await runSuite(suite, automation, sandbox, filter);
  return results.map(({ name, differences }) => ({
    name,
    passed: differences.length === 0,
    differences: differences.map(({ place, ...difference }) => ({
      ...difference,
      ...source.position(place.start),
    })),
  }));
}

/** By name among the automations of the folder and below, by path, or beside the test file. */
async function findAutomation(suite: TestSuite): Promise<SourceFile | Diagnostic> {
  const folder = dirname(suite.file);
  const wanted = suite.automation;
  const bare = basename(suite.file).replace(/\.test\.ya?ml$/, '');
  const files = wanted === undefined ? [`${bare}.yaml`, `${bare}.yml`] : [wanted.text];
  for (const name of files) {
    if (!/\.ya?ml$/.test(name)) continue;
    const file = join(folder, name);
    const bytes = await readNamedFile(file).catch(() => undefined);
    if (bytes !== undefined) return { file, text: new TextDecoder().decode(bytes) };
  }
  if (wanted === undefined) {
    const message = `Expected the automation beside its tests, at ${join(folder, `${bare}.yaml`)}, got none`;
    return automationMistake(suite, { start: 0, end: 1 }, message, ELSEWHERE);
  }
  const near = (await readFolder(folder)) ?? [];
  const named = near.map(({ file, text }) => ({
    file: join(folder, file),
    text,
    name: nameIn(text),
  }));
  const found = named.find(({ name }) => name === wanted.text);
  if (found !== undefined) return found;
  const message = `Expected an automation of this folder, got \`${wanted.text}\``;
  const hint = didYouMean(
    wanted.text,
    named.flatMap(({ name }) => name ?? []),
  );
  return automationMistake(suite, wanted, message, hint ?? ELSEWHERE);
}

const ELSEWHERE =
  'Name it with `automation:`, by its name where it stands in the same folder or below, or by its path.';

/** Also of automations that do not compile: then their own mistakes are told. */
function nameIn(text: string): string | undefined {
  return /^["']?automation["']?\s*:\s*["']?([\w.-]+)/m.exec(text)?.[1];
}
