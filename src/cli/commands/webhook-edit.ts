import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { WebhookJson } from '../../http/api/represent/webhook.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { unsetOf, WebhookOptions } from '../webhook-options.ts';
import { webhookText } from '../webhook-text.ts';

export function addWebhookEdit(parent: Command, attach: Attach): void {
  const options = new WebhookOptions();
  const command = parent
    .command('edit')
    .description('Change what is given and leave the rest. Its URL stays.')
    .argument('<webhook>', 'its name, id or token')
    .option('--name <name>', 'its new name')
    .option('--unset <list>', 'settings to put back to the usual, such as limits,map');
  options.addTo(command);
  addDataSettings(command);
  addExamples(
    command,
    'hookwright webhook edit orders --name paid-orders --respond ack',
    'hookwright webhook edit orders --rate 100/min --rate-per-client 10/s --concurrent 20',
    'hookwright webhook edit orders --unset limits,content-types',
    'hookwright webhook edit orders --automation orders.paid --also audit.log',
    'hookwright webhook edit orders --secret NEW_SECRET',
    'hookwright webhook edit orders --file orders.yaml',
  );
  attach(command, async (session, ref) => {
    const { name, unset } = session.options;
    const unsetting = unsetOf(unset);
    await session.withApi(async (api) => {
      const path = `/webhooks/${pathPart(ref)}`;
      const current = async () => (await api.json<WebhookJson>('GET', path)).source;
      const change = { ...unsetting, ...(await options.draft(session, { name }, current)) };
      if (Object.keys(change).length === 0) {
        throw new HookwrightError('usage.invalid', 'Expected something to change, got nothing.', {
          next: 'Run `hookwright webhook edit --help` for what can be.',
        });
      }
      session.show(await api.json<WebhookJson>('PATCH', path, change), webhookText);
    });
  });
}
