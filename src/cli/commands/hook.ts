import type { Command } from 'commander';
import type { Attach } from '../session.ts';
import { addHookCreate } from './hook-create.ts';
import { addHookDelete } from './hook-delete.ts';
import { addHookEdit } from './hook-edit.ts';
import { addHookList, addHookShow } from './hook-list.ts';
import { addHookPing } from './hook-ping.ts';
import { addHookRotate } from './hook-rotate.ts';
import { addHookPause, addHookResume } from './hook-switch.ts';

export function addHook(program: Command, attach: Attach): void {
  const hook = program
    .command('hook')
    .description('Make, list and change hooks: where messages go.');
  addHookCreate(hook, attach);
  addHookList(hook, attach);
  addHookShow(hook, attach);
  addHookEdit(hook, attach);
  addHookPause(hook, attach);
  addHookResume(hook, attach);
  addHookPing(hook, attach);
  addHookRotate(hook, attach);
  addHookDelete(hook, attach);
}
