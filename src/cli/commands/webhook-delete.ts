import type { Command } from 'commander';
import type { WebhookJson } from '../../http/api/represent/webhook.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addWebhookDelete(parent: Command, attach: Attach): void {
  const command = parent
    .command('delete')
    .description('Delete a webhook. Its events stay until they are too old.')
    .argument('<webhook>', 'its name, id or token')
    .option('-y, --yes', 'do not ask');
  addDataSettings(command);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      const path = `/webhooks/${pathPart(ref)}`;
      const { id, name } = await api.json<WebhookJson>('GET', path);
      const question = `Delete "${name}"? Its URL cannot be had again.`;
      if (!(await session.confirm(question))) return session.note('nothing was deleted.');
      const webhook = await api.json<WebhookJson>('DELETE', `/webhooks/${id}`);
      session.show(webhook, () => `${name} is deleted.`);
    });
  });
}
