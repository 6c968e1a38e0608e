import type { Command } from 'commander';
import type { WebhookJson } from '../../http/api/represent/webhook.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addWebhookPause(parent: Command, attach: Attach): void {
  const about = 'Stop taking requests: callers get 404, as for an unknown URL.';
  addSwitch(parent.command('pause').description(about), true, attach);
}

export function addWebhookResume(parent: Command, attach: Attach): void {
  addSwitch(parent.command('resume').description('Take requests again.'), false, attach);
}

function addSwitch(command: Command, paused: boolean, attach: Attach): void {
  command.argument('<webhook>', 'its name, id or token');
  addDataSettings(command);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      const path = `/webhooks/${pathPart(ref)}`;
      const webhook = await api.json<WebhookJson>('PATCH', path, { paused });
      session.show(webhook, ({ name }) => `${name} is ${paused ? 'paused' : 'active'}.`);
    });
  });
}
