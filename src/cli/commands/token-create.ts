import { type Command, Option } from 'commander';
import { TOKEN_SCOPES } from '../../core/api-token.ts';
import type { TokenWithTextJson } from '../../http/api/tokens.ts';
import { addExamples } from '../examples.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addTokenCreate(parent: Command, attach: Attach): void {
  const scope = new Option('--scope <scope>', 'what it may do; may be repeated')
    .choices([...TOKEN_SCOPES])
    .makeOptionMandatory();
  const choose = scope.parseArg;
  const command = parent
    .command('create')
    .description(
      'Make a token and print it, this once. `messages` sends messages under any topic; `track` is the write key of an SDK.',
    )
    .argument('<name>', 'what it is for')
    .addOption(
      scope.argParser((given, before: unknown) => [
        ...(Array.isArray(before) ? before : []),
        choose?.(given, undefined),
      ]),
    );
  addDataSettings(command);
  addExamples(
    command,
    'hookwright token create shop --scope track',
    'hookwright token create billing --scope messages',
  );
  attach(command, async (session, name) => {
    const body = { name, scopes: session.options.scope };
    await session.withApi(async (api) => {
      const made = await api.json<TokenWithTextJson>('POST', '/tokens', body);
      session.show(
        made,
        (one) => `${one.name} may ${one.scopes.join(', ')}.\nToken, shown this once: ${one.token}`,
      );
    });
  });
}
