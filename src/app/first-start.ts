import type { Webhook } from '../core/webhook.ts';
import type { EventStore } from '../engine/ports.ts';
import type { LiveRegistry } from '../engine/registry.ts';

/** The automation that a first start binds its example webhook to. */
const EXAMPLE_AUTOMATION = 'example.webhook.respond';

/** A webhook to try at once. None where the example's automation is not among those loaded. */
export async function createExample(registry: LiveRegistry): Promise<Webhook | undefined> {
  const known = registry.automations().some(({ name }) => name === EXAMPLE_AUTOMATION);
  if (!known) return undefined;
  return registry.createWebhook({
    name: 'Webhook Example',
    description: 'Answers with what it was sent. Made at the first start.',
    bindings: [{ automation: EXAMPLE_AUTOMATION }],
  });
}

/**
 * The example, as it was made, where nothing else has been made or received since. A first start that made it may
 * have ended before anybody was told: its port was taken, or a command was there before the server.
 */
export async function untriedExample(
  registry: LiveRegistry,
  store: EventStore,
): Promise<Webhook | undefined> {
  const [example, ...others] = registry.webhooks();
  if (example === undefined || others.length > 0) return undefined;
  const isUntouched = example.updatedAt === example.createdAt;
  const isExample = example.bindings[0]?.automation === EXAMPLE_AUTOMATION;
  if (!isUntouched || !isExample) return undefined;
  const received = await store.events({ webhookId: example.id, countMax: 1 });
  return received.length === 0 ? example : undefined;
}
