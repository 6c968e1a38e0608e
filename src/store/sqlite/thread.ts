import { parentPort, workerData } from 'node:worker_threads';
import { type DatabaseOptions, openDatabase } from './database.ts';
import { dataUnusable, toFailureData } from './failure.ts';
import type { FromThread, ToThread } from './protocol.ts';
import { serveStore } from './serve.ts';

// The entry of the store's thread, started by `open.ts`.
if (parentPort === null) throw new Error('Expected to run as a thread, got the main thread.');
const port = parentPort;
const options = workerData as DatabaseOptions;

function post(message: FromThread, transfer: readonly ArrayBuffer[]): void {
  port.postMessage(message, transfer);
}

try {
  const database = openDatabase(options);
  const serve = serveStore(database, { postMessage: post }, () => port.close());
  port.on('message', (message: ToThread) => serve(message));
  post({ type: 'opened' }, []);
} catch (error) {
  post({ type: 'refused', failure: toFailureData(dataUnusable(options.dataDir, error)) }, []);
}
