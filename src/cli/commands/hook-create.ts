import type { Command } from 'commander';
import type { HookWithSecretJson } from '../../http/api/represent/hook.ts';
import { addExamples } from '../examples.ts';
import { addHookOptions, hookDraft } from '../hook-options.ts';
import { hookText } from '../hook-text.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addHookCreate(parent: Command, attach: Attach): void {
  const command = parent
    .command('create')
    .description('Make a hook. A secret that is made for it is shown this once.')
    .argument('<url>', 'where it sends to');
  addHookOptions(command).option('--paused', 'hold deliveries until it is resumed');
  addDataSettings(command);
  addExamples(
    command,
    "hookwright hook create https://example.com/in --topic 'order.*' --name warehouse",
    "hookwright hook create https://shop.example/hook --topic '**' --profile woocommerce",
    'hookwright hook create https://example.com/in --topic order.paid --headers-file headers.txt',
    "hookwright hook create https://example.com/in --topic 'user.*' --ordered --rate 10/s",
  );
  attach(command, async (session, url) => {
    const { paused } = session.options;
    const draft = { ...(await hookDraft(session)), url, paused };
    await session.withApi(async (api) => {
      const hook = await api.json<HookWithSecretJson>('POST', '/hooks', draft);
      const secret = hook.secret === undefined ? '' : `\n\nSecret, shown this once: ${hook.secret}`;
      session.show(hook, () => `${hookText(hook)}${secret}`);
      if (!api.running) session.note('no server is running; start one with `hookwright serve`.');
    });
  });
}
