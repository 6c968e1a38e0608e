import type { Webhook } from '../core/webhook.ts';
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
