import type { Command } from 'commander';
import type { PlanJson } from '../../http/api/represent/plan.ts';
import { addExamples } from '../examples.ts';
import { addChoiceOptions, agreeTo, choiceOf } from '../package-choice.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

export function addPackageRemove(parent: Command, attach: Attach): void {
  const command = parent
    .command('remove')
    .description('Take out what a package brought: show what would go, ask, and remove it at once.')
    .argument('<package>', 'its name')
    .option('--dry-run', 'show the plan and remove nothing')
    .option('-y, --yes', 'do not ask');
  addChoiceOptions(command);
  addDataSettings(command);
  addExamples(
    command,
    'hookwright package remove shop-orders',
    'hookwright package remove shop-orders --dry-run',
    'hookwright package remove shop-orders --keep --yes',
    'hookwright package remove shop-orders --keep --replace automation:orders.paid',
  );
  attach(command, async (session, name) => {
    const choice = choiceOf(session);
    const path = (query: Readonly<Record<string, string>>): string => {
      const pairs = Object.entries({ ...query, ...choice }).flatMap(([key, given]) =>
        [given].flat().map((one): [string, string] => [key, one]),
      );
      return `/packages/${pathPart(name)}?${new URLSearchParams(pairs)}`;
    };
    await session.withApi(async (api) => {
      const plan = await api.json<PlanJson>('DELETE', path({ dry_run: 'true' }));
      if (!(await agreeTo(session, plan, session.options.dryRun === true))) return;
      const { fingerprint } = plan;
      const done = await api.json<PlanJson>('DELETE', path({ fingerprint }));
      session.show(done, () => `${done.package} ${done.from} is removed.`);
    });
  });
}
