import { HookwrightError } from '../../core/errors.ts';
import { didYouMean } from '../../core/suggest.ts';
import { sourceName, type WebhookSource } from '../../core/webhook.ts';
import type { Mistake } from '../../source/read/fields.ts';
import { readSource } from '../../source/read/source.ts';
import type { Source } from '../../source/source.ts';
import { requireSource, type SourceFolder } from './source-folder.ts';

/** The source of a webhook, or everything that is wrong with what it says of it, in sentences. */
export type SourceOf =
  | { readonly ok: true; readonly source: Source }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the source of a webhook: one that is known by name is a source that builds on that one and adds
 * nothing. Throws `config.invalid` where a folder cannot be read.
 */
export async function readSourceOf(
  setting: WebhookSource,
  folder: SourceFolder,
): Promise<SourceOf> {
  const { secrets: _, preset, ...own } = setting;
  const found = preset === undefined ? undefined : await folder.get(preset);
  if (preset !== undefined && found !== undefined && found.source === undefined) {
    return { ok: false, problems: await fileProblems(folder, preset) };
  }
  const names = await folder.names();
  const named = preset === undefined ? { source: sourceName(setting) } : { preset };
  const read = readSource(
    { ...named, ...own },
    { get: (name) => (name === preset ? found?.source : undefined), keys: () => names },
  );
  return read.ok ? read : { ok: false, problems: read.mistakes.map(problemOf) };
}

/** Throws `source.invalid` with everything that is wrong. */
export async function requireSourceOf(
  setting: WebhookSource,
  folder: SourceFolder,
): Promise<Source> {
  const read = await readSourceOf(setting, folder);
  if (read.ok) return read.source;
  throw new HookwrightError('source.invalid', read.problems.join(' '), {
    next: 'Give the webhook another source with `hookwright webhook edit NAME --source …`.',
  });
}

/** The mistakes of a source's file are told there; here it is enough to say which. */
async function fileProblems(folder: SourceFolder, preset: string): Promise<readonly string[]> {
  try {
    await requireSource(folder, preset);
    return [];
  } catch (error) {
    if (!(error instanceof HookwrightError) || error.code !== 'source.invalid') throw error;
    return [error.message, ...(error.next === undefined ? [] : [error.next])];
  }
}

/** `source.verify.signature.algorithm: Expected …, got …. Did you mean …?` */
function problemOf({ path, isKey, message, hint }: Mistake): string {
  const place = path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${step}`),
    'source',
  );
  // Beside what a source's file may say a webhook names its secrets.
  const ofSecrets =
    isKey && path.length === 1 ? didYouMean(String(path[0]), ['secrets']) : undefined;
  return [`${place}: ${message}.`, ofSecrets ?? hint].filter(Boolean).join(' ');
}
