import { formatDiagnostic } from '../core/diagnostic.ts';
import type { Log } from '../core/log.ts';
import type { Automations } from '../engine/automations.ts';
import { readFolder } from '../package/folder.ts';
import { watchFolder } from '../package/watch-folder.ts';

/** Loads the folder's automations; one that has errors is told in the log and the others are loaded. */
export async function loadAutomations(
  dir: string,
  automations: Automations,
  log: Log,
): Promise<void> {
  const unreadable: string[] = [];
  const files = await readFolder(dir, (file, error) => {
    unreadable.push(file);
    log.write('error', 'automation.unreadable', { file, error });
  });
  if (files === undefined) {
    log.write('warn', 'automations.no_folder', { dir });
    return;
  }
  const { changed, removed, diagnostics } = await automations.load(files, unreadable);
  const texts = new Map(files.map(({ file, text }) => [file, text]));
  for (const diagnostic of diagnostics) {
    const { file, line, code, severity } = diagnostic;
    log.write(severity === 'error' ? 'error' : 'warn', 'automation.diagnostic', {
      file,
      line,
      code,
      text: formatDiagnostic(diagnostic, texts.get(file) ?? ''),
    });
  }
  if (changed.length + removed.length > 0) {
    log.write('info', 'automations.loaded', { changed: changed.length, removed });
  }
}

/** Reloads the folder whenever its files change. Returns what ends that. */
export function followAutomations(dir: string, automations: Automations, log: Log): () => void {
  let loading: Promise<void> = Promise.resolve();
  const failed = (error: unknown): void => log.write('error', 'automations.not_loaded', { error });
  return watchFolder(
    dir,
    () => {
      loading = loading.then(() => loadAutomations(dir, automations, log)).catch(failed);
    },
    failed,
  );
}
