import type { Command } from 'commander';
import type { WebhookJson } from '../../http/api/represent/webhook.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { webhookText } from '../webhook-text.ts';

export function addWebhookShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description('Show one webhook.')
    .argument('<webhook>', 'its name, id or token');
  addDataSettings(command);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      session.show(await api.json<WebhookJson>('GET', `/webhooks/${pathPart(ref)}`), webhookText);
    });
  });
}
