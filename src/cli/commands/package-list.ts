import type { Command } from 'commander';
import type { PackageBriefJson } from '../../http/api/represent/package.ts';
import { addExamples } from '../examples.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { table } from '../table.ts';

export function addPackageList(parent: Command, attach: Attach): void {
  const command = parent.command('list').description('List the packages that were imported.');
  addDataSettings(command);
  addExamples(command, 'hookwright package list', "hookwright package list --json | jq '.[].name'");
  attach(command, async (session) => {
    await session.withApi(async (api) => {
      const { packages } = await api.json<{ packages: PackageBriefJson[] }>('GET', '/packages');
      session.show(packages, listText);
    });
  });
}

function listText(packages: readonly PackageBriefJson[]): string {
  if (packages.length === 0) return 'No packages. Import one with `hookwright package import`.';
  return table(
    ['NAME', 'VERSION', 'RECORDS', 'IMPORTED', 'ABOUT'],
    packages.map(({ name, version, records, imported_at, description }) => [
      name,
      version,
      String(records),
      imported_at,
      description,
    ]),
  );
}
