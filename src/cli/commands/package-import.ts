import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { PackageJson } from '../../http/api/represent/package.ts';
import type { PlanJson } from '../../http/api/represent/plan.ts';
import type { WebhookJson } from '../../http/api/represent/webhook.ts';
import type { Earlier } from '../../package/fill/answers.ts';
import type { SealedPackage } from '../../package/read/reading.ts';
import type { ApiClient } from '../api-client.ts';
import { addExamples } from '../examples.ts';
import { openPackage } from '../open-package.ts';
import { addAnswerOptions, gatherAnswers } from '../package-answers.ts';
import { addChoiceOptions, agreeTo, choiceOf } from '../package-choice.ts';
import { documentText } from '../package-format.ts';
import { pathPart } from '../path-part.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';
import { printableLine } from '../style.ts';

/** From so many on it takes long enough to be told of: a second. */
const LONG_RECORDS = 200;

export function addPackageImport(parent: Command, attach: Attach): void {
  const command = addOptions(
    parent
      .command('import')
      .description(
        'Import a package: show what it would change, ask, and change all of it or nothing. Takes what `convert` takes, too.',
      ),
  ).option('-y, --yes', 'do not ask');
  command.option('--dry-run', 'show the plan and import nothing');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright package import shop-orders',
    'hookwright package import shop-orders.json --set team=sales --answers secrets.yaml --yes',
    'hookwright package import cerb-package.json --skip-unsupported',
    'hookwright package import shop-orders --dry-run --json | jq .capabilities.gained',
    'hookwright package import shop-orders --replace',
    'hookwright package import shop-orders --keep webhook:shop --replace automation:orders.paid',
  );
  attach(command, (session, path) => importPackage(session, path, session.options.dryRun === true));
}

export function addPackagePlan(parent: Command, attach: Attach): void {
  const command = addOptions(
    parent
      .command('plan')
      .description('Show what importing a package would change, and import nothing.'),
  );
  addDataSettings(command);
  addExamples(
    command,
    'hookwright package plan shop-orders',
    'hookwright package plan shop-orders.json --json | jq .counts',
    'hookwright package plan shop-orders --keep --replace automation:orders.paid',
  );
  attach(command, (session, path) => importPackage(session, path, true));
}

function addOptions(command: Command): Command {
  command
    .argument(
      '<path>',
      'its folder, its document, or a file that can be converted; `-` is standard input',
    )
    .option('--skip-unsupported', 'leave out what has no counterpart here, with a warning');
  return addChoiceOptions(addAnswerOptions(command));
}

async function importPackage(session: Session, path = '-', isDry: boolean): Promise<void> {
  const choice = choiceOf(session);
  const skipUnsupported = session.options.skipUnsupported === true;
  const pkg = await openPackage(session, path, { skipUnsupported });
  if (pkg === undefined) return;
  await session.withApi(async (api) => {
    const earlier = await earlierOf(api, pkg.manifest.name);
    const isLong = pkg.records.length > LONG_RECORDS && session.surroundings.err.terminal;
    const answers = await gatherAnswers(session, pkg.manifest, earlier);
    const request = {
      document: await documentOf(pkg),
      file: pkg.manifest.name,
      answers,
      ...choice,
    };
    if (isLong) session.note(`planning ${pkg.records.length} records.`);
    const plan = await api.json<PlanJson>('POST', '/packages', { ...request, dry_run: true });
    if (!(await agreeTo(session, plan, isDry))) return;
    const { values, fingerprint } = plan;
    if (isLong) session.note(`importing ${pkg.records.length} records.`);
    const done = await api.json<PlanJson>('POST', '/packages', { ...request, values, fingerprint });
    if (session.json) return session.printJson(done);
    await tellDone(session, api, done);
  });
}

async function documentOf(pkg: SealedPackage): Promise<string> {
  const { sealOf } = await import('../../package/seal/sign.ts');
  return documentText(pkg, sealOf(pkg), 'json');
}

/** What the last import of the package left; `undefined` where there was none. */
async function earlierOf(api: ApiClient, name: string): Promise<Earlier | undefined> {
  try {
    const { values, records } = await api.json<PackageJson>('GET', `/packages/${pathPart(name)}`);
    const secrets = records.filter(({ kind, present }) => kind === 'secret' && present);
    return { values, secrets: secrets.map(({ uid }) => uid) };
  } catch (error) {
    if (error instanceof HookwrightError && error.code === 'package.not_found') return undefined;
    throw error;
  }
}

/** The URLs of new webhooks are what whoever imported needs next. */
async function tellDone(session: Session, api: ApiClient, plan: PlanJson): Promise<void> {
  const { action, package: name, to, records } = plan;
  if (action === 'unchanged') return session.print(`${name} ${to} is imported already.`);
  const made = records.filter((one) => one.kind === 'webhook' && one.action === 'create');
  const urls: string[] = [];
  for (const webhook of made) {
    const { url } = await api.json<WebhookJson>('GET', `/webhooks/${pathPart(webhook.name)}`);
    urls.push(printableLine(`  ${webhook.name}: ${url}`));
  }
  session.print([`${name} ${to} is imported.`, ...urls].join('\n'));
  if (!api.running) session.note('no server is running; start one with `hookwright serve`.');
}
