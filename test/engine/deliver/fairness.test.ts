import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { idMaker } from '../../../src/core/ids.ts';
import { systemTimer } from '../../../src/core/timer.ts';
import { Vault } from '../../../src/core/vault.ts';
import { Deliverer } from '../../../src/engine/deliver/deliverer.ts';
import { Deliveries } from '../../../src/engine/hooks/deliveries.ts';
import { Hooks } from '../../../src/engine/hooks/hooks.ts';
import { openSqliteStore } from '../../../src/store/sqlite/open.ts';
import { profiles } from '../../hook/parts.ts';
import { closedPort, open } from '../../outbound/parts.ts';
import { someFolder } from '../../store/folder.ts';

const HOOKS = 1000;
const DEAD = 200;
const MESSAGES = 3;

test('of 1,000 hooks 200 are dead, and the other 800 get everything while those hang', async () => {
  let hanging = 0;
  let gaveUp = 0;
  const arrived = new Map<string, number>();
  let whenAll = (): void => {};
  const server = http.createServer((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/dead')) {
      hanging += 1;
      request.on('close', () => {
        gaveUp += 1;
      });
      return;
    }
    arrived.set(path, (arrived.get(path) ?? 0) + 1);
    response.writeHead(204).end();
    const sum = [...arrived.values()].reduce((a, b) => a + b, 0);
    if (sum === (HOOKS - DEAD) * MESSAGES) whenAll();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const refused = await closedPort();

  const store = await openSqliteStore({ dataDir: someFolder() });
  const makeId = idMaker();
  const hooks = await Hooks.open({
    store,
    vault: new Vault(randomBytes(32)),
    profiles,
    clock: Date.now,
    makeId,
    random: randomBytes,
  });
  for (let i = 0; i < HOOKS; i++) {
    const isDead = i % (HOOKS / DEAD) === 0;
    // Half of the dead hang, half refuse.
    const url = isDead
      ? `http://127.0.0.1:${i % 2 === 0 ? port : refused}/dead/${i}`
      : `http://127.0.0.1:${port}/${i}`;
    await hooks.create({ name: `hook ${i}`, topics: ['a.*'], url, timeoutMs: 120_000 });
  }
  const outbound = open({ limits: { connections: 512, connectionsPerAddress: 512 } });
  const deliverer = new Deliverer({
    store,
    hooks,
    outbound,
    profileOf: (hook) => hooks.profileOf(hook),
    clock: Date.now,
    timer: systemTimer,
    random: Math.random,
    source: () => 'http://127.0.0.1',
    version: '1',
    log: { write: () => {} },
    owner: 'test',
    limits: { fastMax: 128, slowMax: 256 },
    mails: false,
    starts: () => false,
    notify: () => {},
    attempted: () => {},
  });
  const deliveries = new Deliveries({
    store,
    hooks,
    clock: Date.now,
    makeId,
    sending: () => deliverer,
    subscriptions: () => undefined,
  });
  const all = new Promise<void>((resolve) => {
    whenAll = resolve;
  });
  await deliverer.open(true);
  for (let n = 0; n < MESSAGES; n++) await deliveries.emit('a.b', { n });
  await all;
  expect(arrived.size).toBe(HOOKS - DEAD);
  for (const count of arrived.values()) expect(count).toBe(MESSAGES);
  // Each of those that hang has one attempt, and none of them had to end first.
  expect({ hanging, gaveUp }).toEqual({ hanging: DEAD / 2, gaveUp: 0 });
  const closed = deliverer.close();
  deliverer.cut();
  await closed;
  await store.close();
}, 120_000);
