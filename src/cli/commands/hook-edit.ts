import type { Command } from 'commander';
import type { HookJson } from '../../http/api/represent/hook.ts';
import { addExamples } from '../examples.ts';
import { addHookOptions, hookDraft } from '../hook-options.ts';
import { hookText } from '../hook-text.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addHookEdit(parent: Command, attach: Attach): void {
  const command = parent
    .command('edit')
    .description('Change what is given, and save: a disabled hook is active again.')
    .argument('<hook>', 'its name or id')
    .option('--url <url>', 'where it sends to');
  addHookOptions(command);
  addDataSettings(command);
  addExamples(
    command,
    'hookwright hook edit warehouse --url https://example.com/new',
    "hookwright hook edit warehouse --topic 'order.*' --topic refund.made",
    'hookwright hook edit warehouse',
  );
  attach(command, async (session, ref) => {
    const { url } = session.options;
    const draft = { ...(await hookDraft(session)), url };
    await session.withApi(async (api) => {
      session.show(await api.json<HookJson>('PATCH', `/hooks/${pathPart(ref)}`, draft), hookText);
    });
  });
}
