import type { Command } from 'commander';
import type { AutomationJson } from '../../http/api/represent/automation.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addAutomationDelete(parent: Command, attach: Attach): void {
  const command = parent
    .command('delete')
    .description(
      'Delete an automation that is stored. Those of the automations folder go with their file.',
    )
    .argument('<name>', 'its name')
    .option('-y, --yes', 'do not ask');
  addDataSettings(command);
  addExamples(command, 'hookwright automation delete shop.orders');
  attach(command, async (session, name) => {
    await session.withApi(async (api) => {
      const path = `/automations/${pathPart(name)}`;
      const { webhooks } = await api.json<AutomationJson>('GET', path);
      const bound = webhooks.map((webhook) => `"${webhook}"`).join(', ');
      const consequence = webhooks.length === 0 ? '' : ` Requests to ${bound} fail from then on.`;
      if (!(await session.confirm(`Delete ${name}?${consequence}`))) {
        return session.note('nothing was deleted.');
      }
      const deleted = await api.json<AutomationJson>('DELETE', path);
      session.show(deleted, () => `${deleted.name} is deleted.`);
    });
  });
}
