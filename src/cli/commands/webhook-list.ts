import type { Command } from 'commander';
import type { WebhookJson } from '../../http/api/represent/webhook.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { table } from '../table.ts';

interface WebhookList {
  readonly webhooks: readonly WebhookJson[];
}

export function addWebhookList(parent: Command, attach: Attach): void {
  const command = parent.command('list').description('List webhooks with their URLs.');
  addDataSettings(command);
  attach(command, async (session) => {
    await session.withApi(async (api) => {
      session.show(await api.json<WebhookList>('GET', '/webhooks'), listText);
    });
  });
}

function listText({ webhooks }: WebhookList): string {
  if (webhooks.length === 0) {
    return 'There are no webhooks. Make one with `hookwright webhook create`.';
  }
  return table(
    ['NAME', 'STATE', 'RUNS', 'URL'],
    webhooks.map(({ name, paused, bindings, url }) => [
      name,
      paused ? 'paused' : 'active',
      bindings.map(({ automation }) => automation).join(', ') || '-',
      url,
    ]),
  );
}
