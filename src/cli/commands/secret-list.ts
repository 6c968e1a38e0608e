import type { Command } from 'commander';
import { SETTINGS } from '../../config/settings.ts';
import type { SecretJson } from '../../http/api/represent.ts';
import type { Attach } from '../session.ts';
import { addSettings } from '../settings-options.ts';
import { table } from '../table.ts';

interface SecretList {
  readonly secrets: readonly SecretJson[];
}

export function addSecretList(parent: Command, attach: Attach): void {
  const about = 'List secrets with the hosts that they may be sent to, never their values.';
  const command = parent.command('list').description(about);
  addSettings(command, [SETTINGS.dataDir]);
  attach(command, async (session) => {
    await session.withApi(async (api) => {
      session.show(await api.json<SecretList>('GET', '/secrets'), listText);
    });
  });
}

function listText({ secrets }: SecretList): string {
  if (secrets.length === 0) {
    return 'There are no secrets. Store one with `hookwright secret set NAME`.';
  }
  return table(
    ['NAME', 'HOSTS', 'CHANGED', 'STATE'],
    secrets.map((secret) => [
      secret.name,
      secret.hosts.join(', ') || '-',
      secret.updated_at,
      stateText(secret),
    ]),
  );
}

function stateText({ readable, previous_until }: SecretJson): string {
  if (!readable) return 'stored under another key';
  return previous_until === null ? 'set' : `set; the one before counts until ${previous_until}`;
}
