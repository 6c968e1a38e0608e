import type { Command } from 'commander';
import type { AttemptNoticeJson, DeliveryJson } from '../../http/api/represent/hook.ts';
import { addExamples } from '../examples.ts';
import { StreamFollower } from '../follow-stream.ts';
import { deliveriesTable } from '../hook-text.ts';
import { filterQuery, showPage } from '../list-filters.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printableLine } from '../style.ts';

interface DeliveryPage {
  readonly deliveries: readonly DeliveryJson[];
  readonly next: string | null;
}

const FILTERS = ['hook', 'message', 'status', 'limit', 'before'];

export function addDeliveryList(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('List deliveries, the last first; or print attempts as they are made.')
    .option('--hook <hook>', 'only those of this hook: its name or id')
    .option('--message <message>', 'only those of this message, by id')
    .option('--status <status>', 'pending, sending, succeeded, failed or cancelled')
    .option('--limit <number>', 'how many at most, 1 to 200', '20')
    .option('--before <delivery>', 'only those made before this one, by id')
    .option('--tail', 'print every attempt as it ends, until Ctrl-C; needs a running server');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright delivery list --hook warehouse --status failed',
    'hookwright delivery list --tail',
  );
  attach(command, async (session) => {
    if (session.options.tail === true) return tail(session);
    await showPage<DeliveryPage>(session, '/deliveries', FILTERS, pageText);
  });
}

function pageText({ deliveries, next }: DeliveryPage): string {
  if (deliveries.length === 0) return 'There are no such deliveries.';
  const more = next === null ? '' : `\n\nOlder ones: --before ${next}`;
  return deliveriesTable(deliveries) + more;
}

function tail(session: Session): Promise<void> {
  const query = filterQuery(session, ['hook']);
  return new StreamFollower(session, {
    path: `/deliveries/stream?${query}`,
    event: 'attempt',
    plural: 'attempts',
    line: (data) => printAttempt(session, JSON.parse(data) as AttemptNoticeJson),
  }).follow();
}

function printAttempt(session: Session, notice: AttemptNoticeJson): void {
  const { at, hook, topic, attempt, status, error, ms, delivery } = notice;
  const { style } = session;
  const isGood = status !== null && status < 300;
  session.print(
    [
      style('dim', at),
      printableLine(hook ?? '-'),
      style('cyan', printableLine(topic)),
      `#${attempt}`,
      style(isGood ? 'green' : 'red', printableLine(status === null ? `${error}` : String(status))),
      `${ms} ms`,
      style('dim', delivery),
    ].join('  '),
  );
}
