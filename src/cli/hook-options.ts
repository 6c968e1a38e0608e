import { type Command, Option } from 'commander';
import { HookwrightError } from '../core/errors.ts';
import { HOOK_METHODS } from '../core/hook.ts';
import { readNamedFile } from './read-file.ts';
import type { Options, Session } from './session.ts';

/** Gives a command the options of a hook's settings. */
export function addHookOptions(command: Command): Command {
  return command
    .option('--name <name>', 'its name')
    .option('--topic <pattern>', 'what it gets: order.paid, order.*, **; may be repeated', gather)
    .option(
      '--profile <name>',
      'standard, woocommerce, pirsch, rudderstack, cloudevents or your own',
    )
    .option('--format <name>', 'one of the profile’s forms of the body')
    .addOption(new Option('--method <method>', 'the method').choices([...HOOK_METHODS]))
    .option('--header <line>', 'a header of its own, "name: value"; may be repeated', gather)
    .option(
      '--headers-file <file>',
      'headers, one to a line, where they are secret; - reads standard input',
    )
    .option('--secret-file <file>', 'the secret that signs; - reads standard input')
    .option('--success <statuses>', 'what succeeds, such as 2xx,301')
    .option('--timeout <duration>', 'for one attempt')
    .option('--retries <durations>', 'waits between attempts, such as 5s,5m,1h; none: one attempt')
    .option('--failures <number>', 'failed attempts in a row that disable it; 0: never')
    .option('--failing <duration>', 'time of nothing but failures that disables it; 0: never')
    .option('--alert <address>', 'who gets mail when it fails; may be repeated', gather)
    .option('--concurrency <number>', 'attempts under way at once')
    .option('--rate <rate>', 'at most so many attempts, such as 10/s or 100/5m; none: no limit')
    .option('--ordered', 'keep the order of messages: one at a time')
    .option('--no-ordered', 'send several at a time');
}

/** What the options say, as the API takes it. Reads the files that they name. */
export async function hookDraft(session: Session): Promise<Readonly<Record<string, unknown>>> {
  const { options } = session;
  const given = (name: string): unknown => options[name];
  const draft = {
    name: given('name'),
    topics: given('topic'),
    profile: given('profile'),
    format: given('format'),
    method: given('method'),
    headers: await headersOf(session),
    secret: await secretOf(session),
    success: listOf(options, 'success'),
    timeout: given('timeout'),
    retries: options.retries === 'none' ? [] : listOf(options, 'retries'),
    failures: numberOf(options, 'failures'),
    failing: given('failing'),
    alerts: given('alert'),
    concurrency: numberOf(options, 'concurrency'),
    rate: options.rate === 'none' ? null : given('rate'),
    ordered: given('ordered'),
  };
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined));
}

function gather(value: string, before: unknown): string[] {
  return [...(Array.isArray(before) ? before : []), value];
}

function listOf(options: Options, name: string): string[] | undefined {
  const text = options[name];
  return typeof text === 'string' ? text.split(',').map((part) => part.trim()) : undefined;
}

function numberOf(options: Options, name: string): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  if (typeof text === 'string' && /^\d{1,9}$/.test(text)) return Number(text);
  throw new HookwrightError(
    'usage.invalid',
    `Expected --${name} to be a whole number, got ${JSON.stringify(text)}.`,
  );
}

async function headersOf(session: Session): Promise<Record<string, string> | undefined> {
  const { header, headersFile } = session.options;
  const file = typeof headersFile === 'string' ? await textOf(session, headersFile) : '';
  const lines = [...(Array.isArray(header) ? (header as string[]) : []), ...file.split(/\r?\n/)];
  const read = lines.filter((line) => line.trim() !== '').map(headerOf);
  return header === undefined && headersFile === undefined ? undefined : Object.fromEntries(read);
}

function headerOf(line: string): [string, string] {
  const [, name = '', value = ''] = /^([^:\s]+)\s*:\s*(.*)$/.exec(line) ?? [];
  if (name !== '') return [name, value];
  // Not the line itself: it may be a credential.
  throw new HookwrightError('usage.invalid', 'Expected a header as "name: value", got no colon.');
}

async function secretOf(session: Session): Promise<string | undefined> {
  const { secretFile } = session.options;
  if (typeof secretFile !== 'string') return undefined;
  return (await textOf(session, secretFile)).replace(/\r?\n$/, '');
}

async function textOf({ surroundings }: Session, file: string): Promise<string> {
  const bytes = file === '-' ? await surroundings.input.read() : await readNamedFile(file);
  return new TextDecoder().decode(bytes);
}
