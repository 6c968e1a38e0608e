import type { Command } from 'commander';
import type { RunDetailJson } from '../../http/api/represent/run-detail.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addRunRetry(parent: Command, attach: Attach): void {
  const command = parent
    .command('retry')
    .description('Run one again that failed or was cancelled, from its start, with its revision.')
    .argument('<run>', 'its id');
  addDataSettings(command);
  attach(command, async (session, id) => {
    await session.withApi(async (api) => {
      const run = await api.json<RunDetailJson>('POST', `/runs/${pathPart(id)}/retry`);
      session.show(run, () => `${run.id} is ${run.status} for attempt ${run.attempt}.`);
    });
  });
}

export function addRunCancel(parent: Command, attach: Attach): void {
  const command = parent
    .command('cancel')
    .description('End a run that is queued, waiting or under way. What it has done stays done.')
    .argument('<run>', 'its id');
  addDataSettings(command);
  attach(command, async (session, id) => {
    await session.withApi(async (api) => {
      const run = await api.json<RunDetailJson>('POST', `/runs/${pathPart(id)}/cancel`);
      session.show(run, () => `${run.id} is ${run.status}.`);
    });
  });
}
