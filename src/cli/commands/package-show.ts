import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { PackageJson } from '../../http/api/represent/package.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { facts, table } from '../table.ts';

export function addPackageShow(parent: Command, attach: Attach): void {
  const command = parent
    .command('show')
    .description('Show a package that was imported: what it brought, and the answers it was given.')
    .argument('<package>', 'its name')
    .option('--original', 'print what it was converted from, as it came')
    .option('--document', 'print it as it came, in one document');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright package show shop-orders',
    'hookwright package show webhooks-example --original > original.json',
    'hookwright package show shop-orders --document > shop-orders.json',
  );
  attach(command, async (session, name) => {
    const { original, document } = session.options;
    if (original === true && document === true) {
      throw new HookwrightError('usage.invalid', 'Expected --original or --document, got both.');
    }
    await session.withApi(async (api) => {
      const path = `/packages/${pathPart(name)}`;
      if (document === true) {
        session.surroundings.out.write(Buffer.from(await api.bytes(`${path}/document`)).toString());
      } else if (original === true) {
        const found = await api.json<{ file: string; text: string }>('GET', `${path}/original`);
        if (session.json) session.printJson(found);
        else session.surroundings.out.write(found.text);
      } else session.show(await api.json<PackageJson>('GET', path), packageText);
    });
  });
}

function packageText(shown: PackageJson): string {
  const { name, version, description, imported_at, signed_by, digest, original, values } = shown;
  const about = facts([
    ['name', name],
    ['version', version],
    ...(description === '' ? [] : [['about', description] as const]),
    ['imported', imported_at],
    ['signed by', signed_by ?? 'nobody'],
    ['SHA-256', digest],
    ...(original === null ? [] : [['converted from', original] as const]),
    ...Object.entries(values).map(([key, value]) => [`{{{${key}}}}`, String(value)] as const),
  ]);
  const records = table(
    ['KIND', 'UID', 'NAME'],
    shown.records.map(({ kind, uid, name: called, present }) => [
      kind,
      uid,
      present ? called : `${called} (gone)`,
    ]),
  );
  return shown.records.length === 0 ? about : `${about}\n\n${records}`;
}
