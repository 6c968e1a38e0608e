import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { WebhookJson } from '../../http/api/represent.ts';
import { Bindings } from '../bindings.ts';
import { addExamples } from '../examples.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { curlLine, webhookText } from '../webhook-text.ts';

export function addWebhookCreate(parent: Command, attach: Attach): void {
  const bindings = new Bindings();
  const command = parent
    .command('create')
    .description('Make a webhook and print its URL.')
    .argument('[name]', 'its name; made up where absent')
    .option('--automation <name>', 'an automation to run; may be repeated', (name: string) =>
      bindings.begin(name, false),
    )
    .option('--also <name>', 'one to run in the background besides, never answering', (name) =>
      bindings.begin(name, true),
    )
    .option('--when <expression>', 'run the automation before it only where this is true', (text) =>
      bindings.when(text),
    )
    .option('--input <name=value>', 'an input of the automation before it; JSON or text', (text) =>
      bindings.input(text),
    )
    .option('--respond <mode>', 'run: answer with what the run returns; ack: answer at once')
    .option('--description <text>', 'what it is for');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright webhook create orders --automation orders.paid',
    `hookwright webhook create github --automation github.push --when 'request.header("x-github-event") == "push"'`,
    'hookwright webhook create leads --automation form.to_json --input team=sales --also audit.log',
    'hookwright webhook create inbox',
  );
  attach(command, async (session, name) => {
    const { description, respond } = session.options;
    if (respond !== undefined && respond !== 'run' && respond !== 'ack') {
      throw new HookwrightError(
        'usage.invalid',
        `Expected --respond to be run or ack, got ${JSON.stringify(respond)}.`,
      );
    }
    const draft = { name, description, respond, bindings: bindings.list };
    await session.withApi(async (api) => {
      const webhook = await api.json<WebhookJson>('POST', '/webhooks', draft);
      session.show(webhook, () => `${webhookText(webhook)}\n\nTry it:\n  ${curlLine(webhook.url)}`);
      if (!api.running) session.note('no server is running; start one with `hookwright serve`.');
    });
  });
}
