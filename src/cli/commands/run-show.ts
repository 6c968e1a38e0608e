import type { Command } from 'commander';
import type { RunDetailJson } from '../../http/api/represent/run-detail.ts';
import { pathPart } from '../path-part.ts';
import { runText } from '../run-text.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addRunShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description('Show how a run ended, what it logged, and its effects.')
    .argument('<run>', 'its id');
  addDataSettings(command);
  attach(command, async (session, id) => {
    await session.withApi(async (api) => {
      const run = await api.json<RunDetailJson>('GET', `/runs/${pathPart(id)}`);
      session.show(run, () => runText(run, session.style));
    });
  });
}
