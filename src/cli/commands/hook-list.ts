import type { Command } from 'commander';
import type { HookJson } from '../../http/api/represent/hook.ts';
import { hooksTable, hookText } from '../hook-text.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

interface HookList {
  readonly hooks: readonly HookJson[];
}

export function addHookList(parent: Command, attach: Attach): void {
  const command = parent.command('list').description('List hooks.');
  addDataSettings(command);
  attach(command, async (session) => {
    await session.withApi(async (api) => {
      session.show(await api.json<HookList>('GET', '/hooks'), ({ hooks }) =>
        hooks.length === 0
          ? 'There are no hooks. Make one with `hookwright hook create`.'
          : hooksTable(hooks),
      );
    });
  });
}

export function addHookShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description('Show one hook.')
    .argument('<hook>', 'its name or id');
  addDataSettings(command);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      session.show(await api.json<HookJson>('GET', `/hooks/${pathPart(ref)}`), hookText);
    });
  });
}
