import type { Command } from 'commander';
import type { WebhookJson } from '../../http/api/represent/webhook.ts';
import { addExamples } from '../examples.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { WebhookOptions } from '../webhook-options.ts';
import { tryLine, webhookText } from '../webhook-text.ts';

export function addWebhookCreate(parent: Command, attach: Attach): void {
  const options = new WebhookOptions();
  const command = parent
    .command('create')
    .description('Make a webhook and print its URL.')
    .argument('[name]', 'its name; made up where absent');
  options.addTo(command);
  addDataSettings(command);
  addExamples(
    command,
    'hookwright webhook create orders --automation orders.paid',
    `hookwright webhook create github --automation github.push --when 'request.header("x-github-event") == "push"'`,
    'hookwright webhook create leads --automation form.to_json --input team=sales --also audit.log',
    'hookwright webhook create inbox --methods POST --content-types application/json --rate 100/min',
    'hookwright webhook create shop --account main --map id=json.order.id --forward order.paid',
    'hookwright webhook create code --source github --secret GITHUB_SECRET --automation ci',
    'hookwright webhook create --file orders.yaml',
  );
  attach(command, async (session, name) => {
    const draft = await options.draft(session, { name });
    await session.withApi(async (api) => {
      const webhook = await api.json<WebhookJson>('POST', '/webhooks', draft);
      session.show(webhook, () => `${webhookText(webhook)}\n\nTry it:\n  ${tryLine(webhook)}`);
      if (!api.running) session.note('no server is running; start one with `hookwright serve`.');
    });
  });
}
