import type { Command } from 'commander';
import type { HookWithSecretJson } from '../../http/api/represent/hook.ts';
import { addExamples } from '../examples.ts';
import { hookDraft } from '../hook-options.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addHookRotate(parent: Command, attach: Attach): void {
  const command = parent
    .command('rotate')
    .description('Give a hook another secret; the one before signs as well for a day.')
    .argument('<hook>', 'its name or id')
    .option('--secret-file <file>', 'the new secret; - reads standard input; made where absent')
    .option('--keep-previous <duration>', 'how long the one before signs as well; 0: not at all');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright hook rotate warehouse',
    'hookwright hook rotate warehouse --keep-previous 0',
  );
  attach(command, async (session, ref) => {
    const { secret } = await hookDraft(session);
    const body = { secret, keep_previous: session.options.keepPrevious };
    await session.withApi(async (api) => {
      const path = `/hooks/${pathPart(ref)}/rotate`;
      const hook = await api.json<HookWithSecretJson>('POST', path, body);
      session.show(hook, ({ name, secret: made, previous_until }) => {
        const before =
          previous_until === null ? '' : ` The one before signs until ${previous_until}.`;
        const shown = made === undefined ? '' : `\nSecret, shown this once: ${made}`;
        return `${name} has another secret.${before}${shown}`;
      });
    });
  });
}
