import type { Command } from 'commander';
import type { Attach } from '../session.ts';
import { addEventDiagnose } from './event-diagnose.ts';
import { addEventList } from './event-list.ts';
import { addEventShow } from './event-show.ts';
import { addEventTail } from './event-tail.ts';

export function addEvent(program: Command, attach: Attach): void {
  const event = program.command('event').description('Look at captured requests and their runs.');
  addEventList(event, attach);
  addEventShow(event, attach);
  addEventTail(event, attach);
  addEventDiagnose(event, attach);
}
