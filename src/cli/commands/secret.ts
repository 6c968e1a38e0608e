import type { Command } from 'commander';
import type { Attach } from '../session.ts';
import { addSecretDelete } from './secret-delete.ts';
import { addSecretList } from './secret-list.ts';
import { addSecretSet } from './secret-set.ts';

export function addSecret(program: Command, attach: Attach): void {
  const about = 'Set, list and delete the secrets that automations use.';
  const secret = program.command('secret').description(about);
  addSecretSet(secret, attach);
  addSecretList(secret, attach);
  addSecretDelete(secret, attach);
}
