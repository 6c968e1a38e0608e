import { randomBytes } from 'node:crypto';
import { chmod, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AutomationFile } from '../core/automation.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { compile } from '../language/compile.ts';
import { applyFixes } from '../language/fix.ts';
import { withPackageHints } from '../package/check/hint.ts';
import { readFolder } from '../package/folder.ts';
import { readNamedFile, unreadable } from './read-file.ts';

/** Fixes can uncover further ones, layer by layer; a fix that undoes another must not go on for ever. */
const FIX_ROUNDS_MAX = 10;

/** What is wrong with one file. */
export interface Verdict {
  readonly file: string;
  /** As it is now, after fixes. */
  readonly text: string;
  readonly automation: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** How many mistakes were mended. */
  readonly fixed: number;
}

/** The automations at paths of files and folders. Throws `usage.invalid` where there is nothing. */
export async function readAutomations(paths: readonly string[]): Promise<AutomationFile[]> {
  const files = new Map<string, AutomationFile>();
  for (const path of paths) {
    for (const { file, text } of await readPath(path)) files.set(file, { file, text });
  }
  return [...files.values()];
}

async function readPath(path: string): Promise<readonly AutomationFile[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isDirectory()) {
    const bytes = await readNamedFile(path);
    return [{ file: path, text: Buffer.from(bytes).toString() }];
  }
  const inside = (await readFolder(path)) ?? [];
  return inside.map(({ file, text }) => ({ file: join(path, file), text }));
}

/** Checks files by themselves, then that no two define the same automation. */
export function validateFiles(files: readonly AutomationFile[], fix: boolean): Verdict[] {
  const verdicts = files.map((file) => validateFile(file, fix));
  const firsts = new Map<string, string>();
  return verdicts.map((verdict) => {
    const { automation, file } = verdict;
    if (automation === undefined) return verdict;
    const first = firsts.get(automation);
    if (first === undefined) {
      firsts.set(automation, file);
      return verdict;
    }
    return { ...verdict, diagnostics: [...verdict.diagnostics, duplicate(verdict, first)] };
  });
}

function validateFile({ file, text: given }: AutomationFile, fix: boolean): Verdict {
  let text = given;
  let { automation, diagnostics } = compile(text, file);
  let fixed = 0;
  // What was no UTF-8 has lost its bytes in the text, and must not lose them on the disk.
  const mendable = fix && !given.includes('\ufffd');
  for (let round = 0; mendable && round < FIX_ROUNDS_MAX; round++) {
    const mended = applyFixes(text, diagnostics);
    if (mended === text) break;
    fixed += diagnostics.filter((diagnostic) => diagnostic.fix !== undefined).length;
    text = mended;
    ({ automation, diagnostics } = compile(text, file));
  }
  return {
    file,
    text,
    automation: automation?.name,
    diagnostics: withPackageHints(text, diagnostics),
    fixed,
  };
}

function duplicate({ file, text, automation = '' }: Verdict, first: string): Diagnostic {
  const lines = text.split(/\r\n|\r|\n/);
  const index = Math.max(
    0,
    lines.findIndex((line) => /^["']?automation["']?\s*:/.test(line)),
  );
  const line = lines[index] ?? '';
  const column = Math.max(0, line.lastIndexOf(automation));
  return {
    file,
    line: index + 1,
    column: column + 1,
    length: Math.max(1, Math.min(automation.length, line.length - column)),
    severity: 'error',
    code: 'automation.duplicate',
    message: `Expected a name of its own, got "${automation}", which ${first} has too.`,
  };
}

/** Puts a new text in a file's place, whole or not at all, with the same permissions. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path); // Not the link: it would become a file.
  const { mode } = await stat(target);
  const beside = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(beside, text, { mode });
    await chmod(beside, mode); // `mode` above is cut by the umask.
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
