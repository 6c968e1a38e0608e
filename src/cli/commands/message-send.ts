import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import { addExamples } from '../examples.ts';
import { readNamedFile } from '../read-file.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

interface Sent {
  readonly id: string;
  readonly duplicate: boolean;
}

export function addMessageSend(parent: Command, attach: Attach): void {
  const command = parent
    .command('send')
    .description('Store a message under a topic, for every hook and automation that waits for it.')
    .argument('<topic>', 'such as order.paid')
    .option('--data <json>', 'what it carries; null where absent')
    .option('--data-file <file>', 'the same from a file; - reads standard input')
    .option('--key <key>', 'names it, so that a repeat is not sent twice');
  addDataSettings(command);
  addExamples(
    command,
    `hookwright message send order.paid --data '{"id":7}'`,
    'hookwright message send order.paid --data-file order.json --key order-7-paid',
  );
  attach(command, async (session, topic) => {
    const body = { topic, data: await dataOf(session) };
    const { key } = session.options;
    await session.withApi(async (api) => {
      const answer = await api.open('/messages', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          ...(typeof key === 'string' ? { 'idempotency-key': key } : {}),
        },
      });
      const sent = (await answer.json()) as Sent;
      session.show(sent, ({ id, duplicate }) => (duplicate ? `${id} was sent before.` : id));
      if (!api.running) session.note('no server is running; it is sent when one is.');
    });
  });
}

async function dataOf({ options, surroundings }: Session): Promise<unknown> {
  const { data, dataFile } = options;
  if (typeof data === 'string' && typeof dataFile === 'string') {
    throw new HookwrightError('usage.invalid', 'Expected --data or --data-file, got both.');
  }
  if (typeof dataFile !== 'string') return typeof data === 'string' ? parse(data) : null;
  const bytes = dataFile === '-' ? await surroundings.input.read() : await readNamedFile(dataFile);
  return parse(new TextDecoder().decode(bytes));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HookwrightError(
      'usage.invalid',
      `Expected the data to be JSON: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}
