import { type FSWatcher, statSync, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { identityOf, walkFolder } from './walk-folder.ts';

/** Editors save in several steps (write, rename); what comes within this time is one change. */
const SETTLE_MS = 150;
/**
 * Milliseconds after which a change is told at the latest, where something writes without end. Half a file may be
 * read then: it has errors, and its last good revision stays.
 */
const SETTLE_MS_MAX = 2000;
/**
 * Milliseconds between two looks for a folder that is not there, or whether another one has come into its place:
 * who makes one waits no longer than for a reload.
 */
const LOOK_MS = 1000;

/**
 * Calls back after files below a folder have changed and settled. A folder that is not there is looked for until
 * it is, and counts as changed then.
 *
 * Each folder is watched by itself: what Node calls recursive watches each file on Linux, and loses one for good
 * when another file is put into its place, as editors and `git` do.
 *
 * @returns what ends the watching
 */
export function watchFolder(
  dir: string,
  onChange: () => void,
  onError: (error: unknown) => void,
): () => void {
  const watching = new FolderWatch(dir, onChange, onError);
  return () => watching.end();
}

class FolderWatch {
  readonly #dir: string;
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #look: NodeJS.Timeout;
  #watchers: readonly FSWatcher[] = [];
  /** Which folder is watched: its device and number; `undefined` while there is none. */
  #identity: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #changedAt: number | undefined;
  #work: Promise<void>;
  #hasEnded = false;

  constructor(dir: string, onChange: () => void, onError: (error: unknown) => void) {
    this.#dir = dir;
    this.#onChange = onChange;
    this.#onError = onError;
    // Before the first wait: what is written, or comes into its place, right after the call is seen.
    this.#identity = identityNow(dir);
    this.#watchers = this.#watchersOf([dir]);
    this.#work = this.#follow();
    this.#look = setInterval(() => this.#next(() => this.#compare()), LOOK_MS);
  }

  end(): void {
    this.#hasEnded = true;
    clearInterval(this.#look);
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }

  /** One step after another. */
  #next(step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (!this.#hasEnded) await step();
    });
  }

  async #compare(): Promise<void> {
    if ((await identityLater(this.#dir)) !== this.#identity) this.#changed();
  }

  #changed(): void {
    if (this.#hasEnded) return;
    const now = performance.now();
    this.#changedAt ??= now;
    clearTimeout(this.#timer);
    const left = Math.max(0, this.#changedAt + SETTLE_MS_MAX - now);
    this.#timer = setTimeout(() => this.#next(() => this.#tell()), Math.min(SETTLE_MS, left));
  }

  async #tell(): Promise<void> {
    this.#changedAt = undefined;
    const before = this.#identity;
    this.#identity = await identityLater(this.#dir);
    // Folders that came are watched before anybody reads what is in them.
    await this.#follow();
    if (this.#hasEnded || (this.#identity === undefined && before === undefined)) return;
    this.#onChange();
  }

  /** Watches every folder that there is now, anew: one of the same path may be another. */
  async #follow(): Promise<void> {
    try {
      // What cannot be read is told by who reads it.
      const content = await walkFolder(this.#dir, () => false, true);
      if (this.#hasEnded) return;
      const before = this.#watchers;
      this.#watchers = this.#watchersOf(content?.folders ?? []);
      for (const watcher of before) watcher.close();
    } catch (error) {
      this.#onError(error);
    }
  }

  #watchersOf(folders: readonly string[]): readonly FSWatcher[] {
    return folders.flatMap((folder) => {
      try {
        return watch(folder, () => this.#changed()).on('error', this.#onError);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#onError(error);
        return [];
      }
    });
  }
}

function identityNow(dir: string): string | undefined {
  try {
    return identityOf(statSync(dir, { bigint: true }));
  } catch {
    return undefined; // Told by who reads it.
  }
}

async function identityLater(dir: string): Promise<string | undefined> {
  try {
    return identityOf(await stat(dir, { bigint: true }));
  } catch {
    return undefined; // Likewise.
  }
}
