import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/engine/ports.ts';
import { alertContract } from './alerts.ts';
import { callerContract } from './callers.ts';
import { deliveryContract } from './deliveries.ts';
import { eventContract } from './events.ts';
import { hookContract } from './hooks.ts';
import { leaseContract } from './leases.ts';
import { packageContract } from './packages.ts';
import { NOW, someEvent, someEvents } from './records.ts';
import { registryContract } from './registry.ts';
import { retentionContract } from './retention.ts';
import { runContract } from './runs.ts';
import { scheduleContract } from './schedules.ts';
import { secretContract } from './secrets.ts';
import { stateContract } from './state.ts';
import { tokenContract } from './tokens.ts';

/** One place that holds data, as an adapter's test offers it to the suite. */
export interface StoreHarness {
  /** Opens the store on the same data every time; at most one at once. */
  open(): Promise<Store>;
  /** Removes the data. */
  dispose(): Promise<void>;
}

/** The store of the test that runs: a new one for each. */
export interface OpenedStore {
  store: Store;
  /** Closes it and opens it again on the same data. */
  reopen(): Promise<void>;
}

/** What every adapter of `Store` does. */
export function storeContract(name: string, prepare: () => Promise<StoreHarness>): void {
  describe(`${name} as a store`, () => {
    let harness: StoreHarness;
    const opened: OpenedStore = {
      store: undefined as unknown as Store,
      async reopen() {
        await opened.store.close();
        opened.store = await harness.open();
      },
    };

    beforeEach(async () => {
      harness = await prepare();
      opened.store = await harness.open();
    });

    afterEach(async () => {
      await opened.store.close();
      await harness.dispose();
    });

    eventContract(opened);
    callerContract(opened);
    retentionContract(opened);
    registryContract(opened);
    runContract(opened);
    leaseContract(opened);
    stateContract(opened);
    scheduleContract(opened);
    hookContract(opened);
    deliveryContract(opened);
    secretContract(opened);
    tokenContract(opened);
    alertContract(opened);
    packageContract(opened);

    describe('closing', () => {
      test('commits what was accepted, and refuses what comes later', async () => {
        const events = someEvents(500);
        const captures = events.map((event) => opened.store.capture(event, 'pending'));
        const closing = opened.store.close();
        const refused = {
          code: 'store.failed',
          message: 'Expected an open store, got one that was closed.',
        };
        await expect(opened.store.capture(someEvent(), 'pending')).rejects.toMatchObject(refused);
        await expect(opened.store.webhooks()).rejects.toMatchObject(refused);
        await Promise.all(captures);
        await closing;
        await expect(opened.store.capture(someEvent(), 'pending')).rejects.toMatchObject(refused);
        opened.store = await harness.open();
        expect(await opened.store.events({ countMax: 1000 })).toHaveLength(500);
      });

      test('answers what was asked, and lets a prune end early', async () => {
        await Promise.all(someEvents(1000).map((event) => opened.store.capture(event, 'captured')));
        const asked = opened.store.events({ countMax: 2000 });
        const pruned = opened.store.prune(NOW * 2, 0, 1000);
        await opened.store.close();
        expect(await asked).toHaveLength(1000);
        const gone = await pruned;
        opened.store = await harness.open();
        expect(await opened.store.events({ countMax: 2000 })).toHaveLength(1000 - gone);
      });

      test('twice is once', async () => {
        await Promise.all([opened.store.close(), opened.store.close()]);
      });
    });
  });
}
