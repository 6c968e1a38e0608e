import type { Command } from 'commander';
import type { EventBriefJson } from '../../http/api/represent/event.ts';
import { requestLine, runsText, webhookText } from '../event-text.ts';
import { StreamFollower } from '../follow-stream.ts';
import { filterQuery } from '../list-filters.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printableLine } from '../style.ts';

export function addEventTail(parent: Command, attach: Attach): void {
  const command = parent
    .command('tail')
    .description('Print events as they come, until Ctrl-C.')
    .option('--webhook <webhook>', 'only those of this webhook: its name, id or token');
  addDataSettings(command);
  attach(command, async (session) => {
    const query = filterQuery(session, ['webhook']);
    await new StreamFollower(session, {
      path: `/events/stream?${query}`,
      event: 'event',
      plural: 'events',
      line: (data) => printEvent(session, JSON.parse(data) as EventBriefJson),
    }).follow();
  });
}

function printEvent(session: Session, event: EventBriefJson): void {
  if (event.status === 'pending') return; // Its end is told too.
  const { style } = session;
  const failed = event.runs.some(({ status }) => status === 'failed');
  session.print(
    [
      style('dim', event.received_at),
      printableLine(webhookText(event)),
      style('cyan', printableLine(requestLine(event))),
      style(failed ? 'red' : 'green', printableLine(runsText(event))),
      style('dim', event.id),
    ].join('  '),
  );
}
