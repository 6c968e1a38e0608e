import type { Command } from 'commander';
import type { MessageBriefJson, MessageJson } from '../../http/api/represent/hook.ts';
import { addExamples } from '../examples.ts';
import { deliveriesTable } from '../hook-text.ts';
import { showPage } from '../list-filters.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printable } from '../style.ts';
import { facts, table } from '../table.ts';
import { addMessageSend } from './message-send.ts';

export function addMessage(program: Command, attach: Attach): void {
  const message = program
    .command('message')
    .description('Send messages to hooks, and look at them.');
  addMessageSend(message, attach);
  addMessageList(message, attach);
  addMessageShow(message, attach);
}

interface MessagePage {
  readonly messages: readonly MessageBriefJson[];
  readonly next: string | null;
}

const FILTERS = ['topic', 'limit', 'before'];

function addMessageList(parent: Command, attach: Attach): void {
  const command = parent
    .command('list')
    .description('List messages, newest first.')
    .option('--topic <topic>', 'only those under this topic')
    .option('--limit <number>', 'how many at most, 1 to 200', '20')
    .option('--before <message>', 'only older ones than this, by id');
  addDataSettings(command);
  addExamples(command, 'hookwright message list --topic order.paid --limit 100');
  attach(command, async (session) => {
    await showPage<MessagePage>(session, '/messages', FILTERS, pageText);
  });
}

function addMessageShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description('Show one message: its data, and where it went.')
    .argument('<message>', 'its id');
  addDataSettings(command);
  attach(command, async (session, id) => {
    await session.withApi(async (api) => {
      session.show(await api.json<MessageJson>('GET', `/messages/${pathPart(id)}`), messageText);
    });
  });
}

function pageText({ messages, next }: MessagePage): string {
  if (messages.length === 0) return 'There are no such messages.';
  const rows = messages.map(({ id, created_at, kind, topic, size, run }) => [
    id,
    created_at,
    kind,
    topic,
    String(size),
    run ?? '-',
  ]);
  const more = next === null ? '' : `\n\nOlder ones: --before ${next}`;
  return table(['MESSAGE', 'CREATED', 'KIND', 'TOPIC', 'BYTES', 'RUN'], rows) + more;
}

function messageText({ id, kind, topic, created_at, run, data, deliveries }: MessageJson): string {
  const head = facts([
    ['id', id],
    [kind === 'emit' ? 'topic' : kind, topic],
    ['created', created_at],
    ...(run === null ? [] : [['run', run] as const]),
  ]);
  const went = deliveries.length === 0 ? 'It went to no hook.' : deliveriesTable(deliveries);
  return `${head}\n\n${printable(JSON.stringify(data, null, 2))}\n\n${went}`;
}
