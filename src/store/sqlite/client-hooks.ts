import type {
  AlertStore,
  DeliveryStore,
  HookStore,
  MessageStore,
} from '../../engine/ports/hook-store.ts';
import type { StoreClient } from './client.ts';

/** What the store does with hooks, messages and deliveries. */
export function hookStoreOf(
  client: Pick<StoreClient, 'ask' | 'write'>,
): HookStore & MessageStore & DeliveryStore & AlertStore {
  return {
    hooks: () => client.ask({ method: 'hooks' }),
    createHook: (hook, ping) => client.ask({ method: 'createHook', hook, ping }),
    updateHook: (hook, reset, ping) => client.ask({ method: 'updateHook', hook, reset, ping }),
    deleteHook: (hookId) => client.ask({ method: 'deleteHook', hookId }),
    publish: (message, key) => client.write({ kind: 'publish', message, key }),
    message: (messageId) => client.ask({ method: 'message', messageId }),
    messages: (filter) => client.ask({ method: 'messages', filter }),
    pruneMessages: (before, bytesMax, countMax) =>
      client.ask({ method: 'pruneMessages', before, bytesMax, countMax }),
    delivery: (deliveryId) => client.ask({ method: 'delivery', deliveryId }),
    deliveries: (filter) => client.ask({ method: 'deliveries', filter }),
    attempts: (deliveryId) => client.ask({ method: 'attempts', deliveryId }),
    claimDeliveries: (owner, now, leaseMs, wants) =>
      client.ask({ method: 'claimDeliveries', owner, now, leaseMs, wants }),
    claimDelivery: (owner, now, leaseMs, deliveryId) =>
      client.ask({ method: 'claimDelivery', owner, now, leaseMs, deliveryId }),
    renewDeliveries: (owner, ids, until) =>
      client.ask({ method: 'renewDeliveries', owner, ids, until }),
    reclaimDeliveries: (now, isAlone) => client.ask({ method: 'reclaimDeliveries', now, isAlone }),
    dueDeliveries: (hookIds) => client.ask({ method: 'dueDeliveries', hookIds }),
    settleAttempt: (settlement) => client.write({ kind: 'attempt', settlement }),
    resendDeliveries: (which, now, countMax) =>
      client.ask({ method: 'resendDeliveries', which, now, countMax }),
    deliverMissed: (hookId, since, after, now, countMax) =>
      client.ask({ method: 'deliverMissed', hookId, since, after, now, countMax }),
    cancelDeliveries: (which, now, countMax) =>
      client.ask({ method: 'cancelDeliveries', which, now, countMax }),
    takeAlerts: (now, waitsMs, countMax) =>
      client.ask({ method: 'takeAlerts', now, waitsMs, countMax }),
    endAlert: (noticeId) => client.ask({ method: 'endAlert', noticeId }),
    nextAlert: () => client.ask({ method: 'nextAlert' }),
  };
}
