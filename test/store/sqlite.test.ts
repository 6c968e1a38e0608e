import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll } from 'vitest';
import type { Store } from '../../src/engine/ports.ts';
import { StoreClient, storeOf } from '../../src/store/sqlite/client.ts';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { serveStore } from '../../src/store/sqlite/serve.ts';
import { type StoreHarness, storeContract } from '../contract/store.ts';

storeContract('SQLite in its thread', () => inFolder((dataDir) => openSqliteStore({ dataDir })));
storeContract('SQLite on the same thread', () => inFolder(openOnThisThread));

/** An empty database of today's schema, made once: the migrations of one are half of a short test. */
let template: Promise<string> | undefined;

async function makeTemplate(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hookwright-store-'));
  openDatabase({ dataDir }).close();
  return dataDir;
}

afterAll(async () => {
  if (template !== undefined) await rm(await template, { recursive: true, force: true });
});

async function inFolder(open: (dataDir: string) => Promise<Store>): Promise<StoreHarness> {
  template ??= makeTemplate();
  const dataDir = await mkdtemp(join(tmpdir(), 'hookwright-store-'));
  await cp(await template, dataDir, { recursive: true });
  return {
    open: () => open(dataDir),
    dispose: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** The same client and server with a pair of ports between them, all of it from `src/`. */
async function openOnThisThread(dataDir: string): Promise<Store> {
  const { port1, port2 } = new MessageChannel();
  const client = new StoreClient({
    postMessage: (message, list) => port1.postMessage(message, list),
  });
  const serve = serveStore(
    openDatabase({ dataDir }),
    { postMessage: (message, list) => port2.postMessage(message, list) },
    () => port2.close(),
  );
  port1.on('message', (message) => client.receive(message));
  port2.on('message', serve);
  return storeOf(client);
}
