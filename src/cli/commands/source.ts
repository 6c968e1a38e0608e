import type { Command } from 'commander';
import { SETTINGS } from '../../config/settings.ts';
import { formatDuration } from '../../core/quantity.ts';
import type { SourceBriefJson, SourceJson } from '../../http/api/represent/source.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addSettings } from '../settings-options.ts';
import { facts, table } from '../table.ts';

export function addSource(program: Command, attach: Attach): void {
  const source = program.command('source').description('Look at who may be named as a sender.');
  addList(source, attach);
  addShow(source, attach);
}

function addList(parent: Command, attach: Attach): void {
  const command = parent.command('list').description('List sources: senders that can be proven.');
  addSettings(command, [SETTINGS.dataDir, SETTINGS.sourcesDir]);
  addExamples(command, 'hookwright source list', 'hookwright source list --json');
  attach(command, async (session) => {
    await session.withApi(async (api) => {
      const list = await api.json<{ sources: readonly SourceBriefJson[] }>('GET', '/sources');
      session.show(list, ({ sources }) =>
        table(
          ['NAME', 'SECRETS', 'FOR'],
          sources.map(({ name, secrets, usable, description }) => [
            name,
            Object.keys(secrets).join(', ') || '-',
            usable ? description : `has a mistake: ${description}`,
          ]),
        ),
      );
    });
  });
}

function addShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description('Show what a source asks of a request, and which secrets it needs.')
    .argument('<source>', 'its name');
  addSettings(command, [SETTINGS.dataDir, SETTINGS.sourcesDir]);
  addExamples(command, 'hookwright source show stripe');
  attach(command, async (session, name) => {
    await session.withApi(async (api) => {
      session.show(await api.json<SourceJson>('GET', `/sources/${pathPart(name)}`), sourceText);
    });
  });
}

function sourceText(source: SourceJson): string {
  const { name, description, docs, note, secrets, required, proof, age, id } = source;
  const { signs_url, handshakes, acknowledgement, deadline_ms } = source;
  const roles = Object.entries(secrets);
  const usage = required.map((role) => ` --secret ${roles.length > 1 ? `${role}=` : ''}NAME`);
  return facts([
    ['name', name],
    ['for', description],
    ...roles.map(
      ([role, what], index) => [index === 0 ? 'secrets' : '', `${role}: ${what}`] as const,
    ),
    ...proof.map((line, index) => [index === 0 ? 'proof' : '', line] as const),
    ...(signs_url
      ? [['url', 'is signed: HOOKWRIGHT_PUBLIC_URL has to be what the sender calls'] as const]
      : []),
    ['age', age],
    ['id', id],
    ...(handshakes.length === 0 ? [] : [['handshakes', handshakes.join(', ')] as const]),
    ...(acknowledgement === null ? [] : [['answer', answerText(acknowledgement)] as const]),
    ...(deadline_ms === null ? [] : [['waits', formatDuration(deadline_ms)] as const]),
    ...(note === null ? [] : [['note', note] as const]),
    ...(docs === null ? [] : [['docs', docs] as const]),
    ['use', `hookwright webhook create --source ${name}${usage.join('')}`],
  ]);
}

function answerText({ status, body }: NonNullable<SourceJson['acknowledgement']>): string {
  return body === undefined
    ? `${status} where no run answers`
    : `${status} ${body} where no run answers`;
}
