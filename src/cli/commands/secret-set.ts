import type { Command } from 'commander';
import { SETTINGS } from '../../config/settings.ts';
import { HookwrightError } from '../../core/errors.ts';
import { parseDuration } from '../../core/quantity.ts';
import type { SecretJson } from '../../http/api/represent.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach, Session } from '../session.ts';
import { addSettings } from '../settings-options.ts';

export function addSecretSet(parent: Command, attach: Attach): void {
  const command = parent
    .command('set')
    .description('Store a secret. The value is asked for, or read from standard input.')
    .argument('<name>', 'what automations call it: letters, digits and _')
    .option(
      '--host <host>',
      'a host that it may be sent to, or *.name for all below one; may be repeated',
      (host: string, before: unknown) => [...(Array.isArray(before) ? before : []), host],
    )
    .option('--no-host', 'bind it to no host: it is never sent')
    .option('--keep-previous <duration>', 'let the value before it count too for so long');
  // Not `addDataSettings`, which has a --host of its own.
  addSettings(command, [SETTINGS.dataDir]);
  addExamples(
    command,
    'hookwright secret set WAREHOUSE_KEY --host api.example.com',
    'hookwright secret set SIGNING_KEY < signing-key.txt',
    'pass show warehouse | hookwright secret set WAREHOUSE_KEY --keep-previous 24h',
  );
  attach(command, async (session, name) => {
    const { host, keepPrevious } = session.options;
    const draft = {
      ...(host === undefined ? {} : { hosts: host === false ? [] : host }),
      ...(keepPrevious === undefined ? {} : { keep_previous: durationText(keepPrevious) }),
      value: await readValue(session, name as string),
    };
    await session.withApi(async (api) => {
      const secret = await api.json<SecretJson>('PUT', `/secrets/${pathPart(name)}`, draft);
      session.show(secret, setText);
    });
  });
}

/** The value: never an argument, because those are visible to every user of the machine. */
async function readValue({ surroundings }: Session, name: string): Promise<string> {
  const { input, err } = surroundings;
  if (input.terminal && err.terminal) {
    const value = await input.askHidden(`Value of ${name} (not shown): `);
    if (value !== '') return value;
    throw new HookwrightError('usage.invalid', 'Expected a value, got nothing.');
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    // `echo` and editors end what they write with a line break that is not meant.
    return text.decode(await input.read()).replace(/\r?\n$/, '');
  } catch (error) {
    throw new HookwrightError('usage.invalid', 'Expected a value in UTF-8, got other bytes.', {
      next: 'Store bytes as base64 or hex.',
      cause: error,
    });
  }
}

function durationText(given: unknown): unknown {
  if (typeof given === 'string' && parseDuration(given) !== undefined) return given;
  throw new HookwrightError(
    'usage.invalid',
    `Expected --keep-previous to be a duration such as 24h, got ${JSON.stringify(given)}.`,
  );
}

function setText({ name, hosts, previous_until }: SecretJson): string {
  const where =
    hosts.length === 0
      ? 'It is never sent; `--host` says where it may be.'
      : `It may be sent to ${hosts.join(', ')}.`;
  const before =
    previous_until === null ? '' : ` The value before it counts until ${previous_until}.`;
  return `${name} is set. ${where}${before}`;
}
