import { Worker } from 'node:worker_threads';
import { HookwrightError } from '../../core/errors.ts';
import { threadEntry } from '../../core/installation.ts';
import type { Store } from '../../engine/ports.ts';
import { StoreClient, storeOf } from './client.ts';
import type { DatabaseOptions } from './database.ts';
import type { FromThread } from './protocol.ts';

export interface SqliteStoreOptions extends DatabaseOptions {
  /** Told how many writes each commit held; for tests and figures. */
  readonly onCommit?: (calls: number) => void;
  /** Told when the thread dies: nothing can be stored any more. */
  readonly onLost?: (error: HookwrightError) => void;
}

/**
 * Opens the embedded store in a thread of its own, so that waiting for the disk never stops the main
 * thread. Makes the data folder and brings the database up to date.
 *
 * Throws `data.in_use` when another process has the folder, and `data.unusable`. When the thread dies,
 * what is under way and every later call rejects with `store.failed`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { onCommit, onLost, ...workerData } = options;
  const worker = new Worker(threadEntry(import.meta.url, 'store/sqlite/thread'), {
    name: 'store',
    workerData,
  });
  const client = new StoreClient(
    { postMessage: (message, transfer) => worker.postMessage(message, transfer) },
    onCommit,
  );
  let cause: unknown;
  worker.on('error', (error) => {
    cause = error;
  });
  let isServing = false;
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      const died = threadDied(code, cause);
      client.lost(died);
      if (isServing) onLost?.(died);
      resolve();
    });
  });
  worker.on('message', (message: FromThread) => client.receive(message));
  await client.opened;
  isServing = true;
  const store = storeOf(client);
  return {
    ...store,
    close: async () => {
      isServing = false;
      await store.close();
      await exited;
    },
  };
}

function threadDied(code: number, cause: unknown): HookwrightError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new HookwrightError(
    'store.failed',
    `Expected the store's thread to be running, got its end with exit code ${code}${reason}.`,
    { cause, next: 'Restart Hookwright; everything that it acknowledged is on disk.' },
  );
}
