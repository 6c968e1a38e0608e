import type { Command } from 'commander';
import type { Attach } from '../session.ts';
import { addAutomationList } from './automation-list.ts';
import { addAutomationRun } from './automation-run.ts';
import { addAutomationShow } from './automation-show.ts';

export function addAutomation(program: Command, attach: Attach): void {
  const automation = program
    .command('automation')
    .description('List automations, show and start them.');
  addAutomationList(automation, attach);
  addAutomationShow(automation, attach);
  addAutomationRun(automation, attach);
}
