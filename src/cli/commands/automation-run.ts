import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addAutomationRun(parent: Command, attach: Attach): void {
  const command = parent
    .command('run')
    .description('Run an automation with `trigger: schedule` now, besides its schedule.')
    .argument('<name>', 'its name');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright automation run report.daily',
    '',
    'It runs in the background, on the server that uses the data folder; where none does, the next one',
    'that starts runs it. To try a file out without a server, use `hookwright run <file>`.',
  );
  attach(command, async (session, name) => {
    await session.withApi(async (api) => {
      const path = `/automations/${pathPart(name)}/run`;
      session.show(
        await api.json<{ readonly event: string }>('POST', path),
        ({ event }) => `Started ${name}. Look at it with \`hookwright event show ${event}\`.`,
      );
    });
  });
}
