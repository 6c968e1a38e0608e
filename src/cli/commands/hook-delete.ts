import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import { fitsPattern } from '../../core/wildcard.ts';
import type { HookJson } from '../../http/api/represent/hook.ts';
import type { ApiClient } from '../api-client.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach, Options } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

/** Names that a question lists; of more it tells the number. */
const NAMES_ASKED_MAX = 5;

export function addHookDelete(parent: Command, attach: Attach): void {
  const command = parent
    .command('delete')
    .description('Delete hooks. Their open deliveries are cancelled; the log of others stays.')
    .argument('[hooks...]', 'their names or ids')
    .option('--like <pattern>', 'those whose name fits, with * for any text')
    .option('--all', 'every hook')
    .option('-y, --yes', 'do not ask');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright hook delete warehouse',
    "hookwright hook delete --like 'Hook created on *' --yes",
    'hookwright hook delete --all',
  );
  attach(command, async (session, ...refs) => {
    const named = refs.filter((ref) => ref !== undefined);
    await session.withApi(async (api) => {
      const chosen = await choose(api, named, session.options);
      if (chosen.length === 0) return session.note('there is no such hook; nothing was deleted.');
      if (!(await session.confirm(question(chosen)))) return session.note('nothing was deleted.');
      const deleted: HookJson[] = [];
      for (const { id } of chosen) deleted.push(await api.json<HookJson>('DELETE', `/hooks/${id}`));
      session.show({ deleted }, () => deleted.map(({ name }) => `${name} is deleted.`).join('\n'));
    });
  });
}

async function choose(
  api: ApiClient,
  refs: readonly string[],
  { all, like }: Options,
): Promise<readonly HookJson[]> {
  const ways = [refs.length > 0, all === true, like !== undefined].filter(Boolean).length;
  if (ways !== 1) {
    throw new HookwrightError(
      'usage.invalid',
      `Expected one of: names of hooks, --like, --all; got ${ways === 0 ? 'none' : 'more than one'}.`,
    );
  }
  if (refs.length > 0) {
    return Promise.all(refs.map((ref) => api.json<HookJson>('GET', `/hooks/${pathPart(ref)}`)));
  }
  const { hooks } = await api.json<{ hooks: readonly HookJson[] }>('GET', '/hooks');
  return all === true ? hooks : hooks.filter(({ name }) => fitsPattern([String(like)], [name]));
}

function question(hooks: readonly HookJson[]): string {
  const names = hooks.map(({ name }) => `"${name}"`);
  const shown = names.length > NAMES_ASKED_MAX ? `${names.length} hooks` : names.join(', ');
  return `Delete ${shown}? What they have not sent yet is cancelled.`;
}
