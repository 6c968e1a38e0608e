import type { Command } from 'commander';
import type { HookJson } from '../../http/api/represent/hook.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addHookPause(parent: Command, attach: Attach): void {
  const command = parent
    .command('pause')
    .description('Hold deliveries: they are made, and sent when the hook is resumed.')
    .argument('<hook>', 'its name or id');
  addDataSettings(command);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      const hook = await api.json<HookJson>('POST', `/hooks/${pathPart(ref)}/pause`);
      session.show(hook, ({ name }) => `${name} is paused.`);
    });
  });
}

export function addHookResume(parent: Command, attach: Attach): void {
  const command = parent
    .command('resume')
    .description('Send again what a paused or disabled hook has held.')
    .argument('<hook>', 'its name or id')
    .option('--missed-since <time>', 'send as well what has failed or was not held since then');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright hook resume warehouse',
    'hookwright hook resume warehouse --missed-since 2d',
    'hookwright hook resume warehouse --missed-since 2026-11-01T00:00:00Z',
  );
  attach(command, async (session, ref) => {
    const { missedSince } = session.options;
    const body = { missed_since: missedSince };
    await session.withApi(async (api) => {
      const path = `/hooks/${pathPart(ref)}/resume`;
      const hook = await api.json<HookJson & { readonly resent: number }>('POST', path, body);
      session.show(hook, ({ name, resent }) => {
        const missed = missedSince === undefined ? '' : ` Deliveries to send again: ${resent}.`;
        return `${name} is active.${missed}`;
      });
    });
  });
}
