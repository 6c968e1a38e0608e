import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { idMaker } from '../../../src/core/ids.ts';
import { Vault } from '../../../src/core/vault.ts';
import { Automations } from '../../../src/engine/automations.ts';
import { Hooks } from '../../../src/engine/hooks/hooks.ts';
import { Packages } from '../../../src/engine/packages/packages.ts';
import { LiveRegistry } from '../../../src/engine/registry.ts';
import { Secrets } from '../../../src/engine/secrets.ts';
import { Turns } from '../../../src/engine/turns.ts';
import { createApi } from '../../../src/http/api/api.ts';
import type { ApiParts } from '../../../src/http/api/parts.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open.ts';
import { RememberingLog } from '../../engine/parts.ts';
import { profiles } from '../../hook/parts.ts';
import { someFolder } from '../../store/folder.ts';
import { TOKEN } from './fake.ts';

/** As much of a server as packages change, on a real store, with its API. */
export interface PackageServer {
  readonly automations: Automations;
  readonly registry: LiveRegistry;
  readonly hooks: Hooks;
  readonly secrets: Secrets;
  readonly packages: Packages;
  readonly api: Hono;
  call(method: string, path: string, body?: unknown): Promise<Record<string, any>>;
}

export async function openPackageServer(packageKeys?: readonly string[]): Promise<PackageServer> {
  const store = await openSqliteStore({ dataDir: someFolder() });
  onTestFinished(() => store.close());
  const [vault, clock, makeId] = [new Vault(randomBytes(32)), Date.now, idMaker()];
  const log = new RememberingLog();
  const turns = new Turns();
  const secrets = await Secrets.open({ store, vault, clock, turns });
  const automations = await Automations.open(store, log, clock, turns);
  const registry = await LiveRegistry.open({ store, automations, clock, makeId, turns });
  const hooks = await Hooks.open({
    store,
    vault,
    profiles,
    clock,
    makeId,
    random: randomBytes,
    turns,
  });
  const server = { automations, registry, hooks, secrets };
  const cancelDeliveries = async (): Promise<void> => {};
  const packages = await Packages.open({ ...server, store, clock, log, turns, cancelDeliveries });
  const api: Hono = createApi({
    ...server,
    packages,
    store,
    clock,
    log,
    sources: { names: async () => [], get: async () => undefined },
    packageKeys,
    token: TOKEN,
    version: '1.0.0',
    url: () => 'https://hooks.example.com',
  } as unknown as ApiParts);
  const call: PackageServer['call'] = async (method, path, body) => {
    const response = await api.fetch(
      new Request(`http://127.0.0.1/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const answer = (await response.json()) as Record<string, any>;
    if (!response.ok) throw Object.assign(new Error(JSON.stringify(answer)), answer.error);
    return answer;
  };
  return { ...server, packages, api, call };
}
