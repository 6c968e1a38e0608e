import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { PackageJson } from '../../http/api/represent/package.ts';
import type { SealedPackage } from '../../package/read/reading.ts';
import type { ApiClient } from '../api-client.ts';
import { addExamples } from '../examples.ts';
import { addFormatOptions, documentText, formatOf, packageSummary } from '../package-format.ts';
import { pathPart } from '../path-part.ts';
import { putFile } from '../put-file.ts';
import type { Attach, Options, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { writeFolder } from '../write-folder.ts';

/** What is exported, by name. */
interface Chosen {
  readonly automations: readonly string[];
  readonly webhooks: readonly string[];
  readonly hooks: readonly string[];
}

export function addPackageExport(parent: Command, attach: Attach): void {
  const list = (name: string, before: unknown): string[] => [
    ...(Array.isArray(before) ? before : []),
    name,
  ];
  const command = addFormatOptions(
    parent
      .command('export')
      .description(
        'Write records of the server as a package, with what they depend on and the tests that they came with. Tokens and secrets stay here: secrets become prompts.',
      )
      .argument('<name>', 'the name of the package; one that was imported brings its records')
      .option('--automation <name>', 'an automation; may be repeated', list)
      .option('--webhook <name>', 'a webhook, by name or id; may be repeated', list)
      .option('--hook <name>', 'a hook, by name or id; may be repeated', list)
      .option('--alone', 'leave out what they depend on')
      .option('--release <version>', 'its version; 1.0.0, or that of the import, where absent')
      .option('--description <text>', 'what it is for')
      .option('--license <expression>', 'its license, such as MIT')
      .option('--folder <dir>', 'a new folder to write it to, instead of one document'),
    'the document is printed',
  );
  addDataSettings(command);
  addExamples(
    command,
    'hookwright package export shop-orders --webhook shop -o shop-orders.json',
    'hookwright package export shop-orders --automation orders.paid --hook warehouse --folder shop-orders',
    'hookwright package export shop-orders --release 1.1.0',
  );
  attach(command, async (session, name = '') => {
    const { out, folder } = session.options;
    if (out !== undefined && folder !== undefined) {
      throw new HookwrightError('usage.invalid', 'Expected --out or --folder, got both.');
    }
    await session.withApi(async (api) => {
      const { options } = session;
      const imported = await importedOf(api, name);
      const body = {
        name,
        ...chosenOf(options, imported),
        ...(options.alone === true ? { alone: true } : {}),
        version: options.release ?? imported?.version,
        description: options.description ?? imported?.description,
        license: options.license,
      };
      await write(session, await exported(api, body));
    });
  });
}

/** The records that options name; where they name none, those of the package that was imported. */
function chosenOf(
  { automation = [], webhook = [], hook = [] }: Options,
  imported: PackageJson | undefined,
): Chosen {
  const given = { automations: automation, webhooks: webhook, hooks: hook } as Chosen;
  if (Object.values(given).some((list) => list.length > 0) || imported === undefined) return given;
  const named = (wanted: string): string[] =>
    imported.records
      .filter(({ kind, present }) => kind === wanted && present)
      .map((record) => record.name);
  return {
    automations: named('automation'),
    webhooks: named('webhook'),
    hooks: named('hook'),
  };
}

async function importedOf(api: ApiClient, name: string): Promise<PackageJson | undefined> {
  try {
    return await api.json<PackageJson>('GET', `/packages/${pathPart(name)}`);
  } catch (error) {
    if (error instanceof HookwrightError && error.code === 'package.not_found') return undefined;
    throw error;
  }
}

async function exported(api: ApiClient, body: object): Promise<SealedPackage> {
  const answer = await api.open('/exports', { method: 'POST', body: JSON.stringify(body) });
  const { readPackage } = await import('../../package/read/package.ts');
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const { package: read } = readPackage(bytes, 'the export');
  if (read !== undefined) return read;
  throw new HookwrightError('internal', 'Expected the server to send a package, got another text.');
}

async function write(session: Session, pkg: SealedPackage): Promise<void> {
  const { sealOf } = await import('../../package/seal/sign.ts');
  const seal = sealOf(pkg);
  const { out, folder } = session.options;
  const file = typeof out === 'string' ? out : undefined;
  const text = await documentText(pkg, seal, formatOf(session, file));
  const summary = { ...packageSummary(pkg, seal), prompts: pkg.manifest.prompts };
  if (file !== undefined) await putFile(file, text);
  if (typeof folder === 'string') {
    const { packageFiles } = await import('../../package/write/folder.ts');
    const files = packageFiles(pkg, seal).map(({ path, text: content }) => ({ path, content }));
    await writeFolder(folder, files);
  }
  const target = file ?? folder;
  if (target === undefined) session.surroundings.out.write(text);
  else {
    session.show({ ...summary, out: target }, () => {
      const asked = pkg.manifest.prompts.map(({ key }) => key);
      const prompts = asked.length === 0 ? '' : ` It asks for ${asked.join(', ')}.`;
      return `Exported ${pkg.records.length} records to ${target}.${prompts}`;
    });
  }
}
