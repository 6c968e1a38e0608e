import type { Command } from 'commander';
import { SETTINGS } from '../../config/settings.ts';
import type { SecretJson } from '../../http/api/represent.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addSettings } from '../settings-options.ts';

export function addSecretDelete(parent: Command, attach: Attach): void {
  const command = parent
    .command('delete')
    .description('Delete a secret. Runs that use it fail from then on.')
    .argument('<name>', 'its name')
    .option('-y, --yes', 'do not ask');
  addSettings(command, [SETTINGS.dataDir]);
  attach(command, async (session, ref) => {
    await session.withApi(async (api) => {
      const path = `/secrets/${pathPart(ref)}`;
      const { name } = await api.json<SecretJson>('GET', path);
      const question = `Delete the secret ${name}? Its value cannot be had again.`;
      if (!(await session.confirm(question))) return session.note('nothing was deleted.');
      const secret = await api.json<SecretJson>('DELETE', path);
      session.show(secret, () => `${name} is deleted.`);
    });
  });
}
