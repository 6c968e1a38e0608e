import type { Command } from 'commander';
import type { WebhookJson } from '../../http/api/represent/webhook.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addWebhookRotate(parent: Command, attach: Attach): void {
  const command = parent
    .command('rotate')
    .description('Give a webhook a new URL; the old one is unknown from then on.')
    .argument('<webhook>', 'its name, id or token')
    .option('-y, --yes', 'do not ask');
  addDataSettings(command);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      const path = `/webhooks/${pathPart(ref)}`;
      const { id, name } = await api.json<WebhookJson>('GET', path);
      const question = `Give "${name}" a new URL? Callers of the old one get 404.`;
      if (!(await session.confirm(question))) return session.note('nothing was changed.');
      const webhook = await api.json<WebhookJson>('POST', `/webhooks/${id}/rotate`);
      session.show(webhook, ({ url }) => url);
    });
  });
}
