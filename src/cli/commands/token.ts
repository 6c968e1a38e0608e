import type { Command } from 'commander';
import type { TokenJson } from '../../http/api/tokens.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { table } from '../table.ts';
import { addTokenCreate } from './token-create.ts';

export function addToken(program: Command, attach: Attach): void {
  const about = 'Create, list and delete the tokens with which programs send messages.';
  const token = program.command('token').description(about);
  addTokenCreate(token, attach);
  addTokenList(token, attach);
  addTokenDelete(token, attach);
}

interface TokenList {
  readonly tokens: readonly TokenJson[];
}

function addTokenList(parent: Command, attach: Attach): void {
  const command = parent.command('list').description('List tokens, never their text.');
  addDataSettings(command);
  attach(command, async (session) => {
    await session.withApi(async (api) => {
      session.show(await api.json<TokenList>('GET', '/tokens'), listText);
    });
  });
}

function addTokenDelete(parent: Command, attach: Attach): void {
  const command = parent
    .command('delete')
    .description('Delete a token. What bears it is refused from then on.')
    .argument('<token>', 'its name or id')
    .option('-y, --yes', 'do not ask');
  addDataSettings(command);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      const path = `/tokens/${pathPart(ref)}`;
      const { name } = await api.json<TokenJson>('GET', path);
      const question = `Delete the token "${name}"? What bears it is refused from then on.`;
      if (!(await session.confirm(question))) return session.note('nothing was deleted.');
      const deleted = await api.json<TokenJson>('DELETE', path);
      session.show(deleted, () => `${name} is deleted.`);
    });
  });
}

function listText({ tokens }: TokenList): string {
  if (tokens.length === 0) return 'There are no tokens. Make one with `hookwright token create`.';
  return table(
    ['NAME', 'SCOPES', 'CREATED', 'TOKEN'],
    tokens.map(({ id, name, scopes, created_at }) => [name, scopes.join(', '), created_at, id]),
  );
}
