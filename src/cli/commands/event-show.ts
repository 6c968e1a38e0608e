import type { Command } from 'commander';
import type { EventJson } from '../../http/api/represent/event.ts';
import { eventText } from '../event-text.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addEventShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description('Show an event as it was received, and its runs.')
    .argument('<event>', 'its id')
    .option('--body', 'write only the body, byte for byte');
  addDataSettings(command);
  addExamples(command, 'hookwright event show evt_01KS… --body > payload.json');
  attach(command, async (session, id) => {
    const path = `/events/${pathPart(id)}`;
    await session.withApi(async (api) => {
      if (session.options.body === true) {
        session.surroundings.out.write(await api.bytes(`${path}/body`));
        return;
      }
      const event = await api.json<EventJson>('GET', path);
      session.show(event, () => eventText(event, session.style));
    });
  });
}
