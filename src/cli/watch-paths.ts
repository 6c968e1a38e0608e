import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { watchFolder } from '../package/watch-folder.ts';

/**
 * Calls back, one call after another, when something has changed at paths of files and folders.
 *
 * @param begun called when changes are seen from now on
 * @returns when the signal is aborted and the last call has ended
 * @throws what a folder's watch fails with
 */
export async function watchPaths(
  paths: readonly string[],
  { ended, begun }: { readonly ended: AbortSignal; readonly begun: () => void },
  onChange: () => Promise<void>,
): Promise<void> {
  const folders = new Set<string>();
  for (const path of paths) {
    // Of a file its folder: editors put a new file in its place, and the automation stands beside it.
    folders.add((await stat(path)).isDirectory() ? path : dirname(path));
  }
  let work: Promise<void> = Promise.resolve();
  let stops: readonly (() => void)[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      if (ended.aborted) return resolve();
      ended.addEventListener('abort', () => resolve(), { once: true });
      const again = (): void => {
        work = work.then(onChange);
        work.catch(reject);
      };
      stops = [...folders].map((folder) => watchFolder(folder, again, reject));
      begun();
    });
  } finally {
    for (const stop of stops) stop();
  }
  await work;
}
