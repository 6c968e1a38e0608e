import { STATUS_CODES } from 'node:http';
import type { Command } from 'commander';
import { ERRORS, HookwrightError } from '../../core/errors.ts';
import type { AnswerJson } from '../../http/api/represent/run.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import { readNamedFile } from '../read-file.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printable, printableLine } from '../style.ts';

export function addWebhookSend(parent: Command, attach: Attach): void {
  const command = parent
    .command('send')
    .description('Send a request as the webhook’s sender would: signed with the stored secret.')
    .argument('<webhook>', 'its name, id or token')
    .option('--source <name>', 'whose request it is; the webhook’s own source where absent')
    .option('--event <kind>', 'the kind of event, such as push')
    .option('--file <file>', 'the body, - for standard input; an empty object where absent')
    .option(
      '--header <header>',
      'a header, such as "X-Team: core"; may be repeated',
      (given: string, before: unknown) => [...(Array.isArray(before) ? before : []), given],
    );
  addDataSettings(command);
  addExamples(
    command,
    'hookwright webhook send code --event push --file push.json',
    `echo '{"id":7}' | hookwright webhook send orders --file -`,
  );
  attach(command, async (session, ref) => {
    const { source, event } = session.options;
    const sample = {
      ...(source === undefined ? {} : { source }),
      ...(event === undefined ? {} : { event }),
      headers: headersOf(session),
      body: Buffer.from(await bodyOf(session)).toString('base64'),
    };
    await session.withApi(async (api) => {
      const path = `/webhooks/${pathPart(ref)}/send`;
      const answer = await api.json<AnswerJson>('POST', path, sample);
      session.show(answer, answerText);
      if (answer.status < 400) return;
      session.exitCode = ERRORS['hook.ping_failed'].exit; // As where a hook does not take a ping.
      if (answer.status === 401) {
        session.note('it was refused; `hookwright webhook refusals` says why.');
      }
    });
  });
}

async function bodyOf({ options, surroundings }: Session): Promise<Uint8Array> {
  const { file } = options;
  if (typeof file !== 'string') return Buffer.from('{}');
  return file === '-' ? surroundings.input.read() : readNamedFile(file);
}

function headersOf({ options }: Session): (readonly [string, string])[] {
  const given = Array.isArray(options.header) ? (options.header as string[]) : [];
  return given.map((text) => {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return [name, value] as const;
    throw new HookwrightError(
      'usage.invalid',
      `Expected --header to be NAME: VALUE, got ${JSON.stringify(text)}.`,
    );
  });
}

function answerText({ status, headers, body }: AnswerJson): string {
  return [
    `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
    ...headers.map(([name, value]) => printableLine(`${name}: ${value}`)),
    '',
    body.encoding === 'utf-8' ? printable(body.content) : `${body.size} bytes`,
  ]
    .join('\n')
    .trimEnd();
}
