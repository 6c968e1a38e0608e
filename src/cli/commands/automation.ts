import type { Command } from 'commander';
import type { Attach } from '../session.ts';
import { addAutomationDelete } from './automation-delete.ts';
import { addAutomationList } from './automation-list.ts';
import { addAutomationRun } from './automation-run.ts';
import { addAutomationSave } from './automation-save.ts';
import { addAutomationShow } from './automation-show.ts';

export function addAutomation(program: Command, attach: Attach): void {
  const automation = program
    .command('automation')
    .description('List automations, show, save, delete and start them.');
  addAutomationList(automation, attach);
  addAutomationShow(automation, attach);
  addAutomationRun(automation, attach);
  addAutomationSave(automation, attach);
  addAutomationDelete(automation, attach);
}
