import { type Command, Option } from 'commander';
import { ERRORS, HookwrightError } from '../core/errors.ts';
import type { Decision } from '../engine/packages/decisions.ts';
import type { PlanJson } from '../http/api/represent/plan.ts';
import { planText } from './plan-text.ts';
import type { Session } from './session.ts';

const DECISIONS = ['keep', 'replace'] as const satisfies readonly Decision[];
/** Stands for all that are not named; no record is called so. */
const ALL = '*';
/** What `--keep` and `--replace` take: a kind and a name. A drive's letter, as in `C:\\shop`, is no kind. */
const RECORD = /^[a-z]{2,}:./;

/** Adds the options of what becomes of records that are in the way. */
export function addChoiceOptions(command: Command): Command {
  const list = (record: string, before: unknown): string[] => [
    ...(Array.isArray(before) ? before : []),
    record,
  ];
  const option = (name: string, description: string): Option =>
    new Option(`--${name} [record]`, description).argParser(list);
  command
    .addOption(
      option(
        'keep',
        'leave records that were changed by hand, or are not the package’s: all, or one, as webhook:orders; may be repeated',
      ),
    )
    .addOption(
      option(
        'replace',
        'take the package’s instead of them, all or one likewise; on removal, remove them too',
      ),
    );
  // What comes after the bare option may be the command's own argument.
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (argv) =>
    parse(
      argv.map((word, index) => {
        const isBare = word === '--keep' || word === '--replace';
        return isBare && !RECORD.test(argv[index + 1] ?? '') ? `${word}=${ALL}` : word;
      }),
    );
  return command;
}

/** What is decided, as the API takes it. Throws `usage.invalid` where both options are given for all. */
export function choiceOf({ options }: Session): {
  readonly conflicts?: Decision;
  readonly keep?: readonly string[];
  readonly replace?: readonly string[];
} {
  const given = (name: Decision): readonly string[] =>
    Array.isArray(options[name]) ? (options[name] as string[]) : [];
  const all = DECISIONS.filter((name) => given(name).includes(ALL));
  if (all.length > 1) {
    throw new HookwrightError('usage.invalid', 'Expected --keep or --replace, got both.', {
      next: 'Name the records of one of them, as in `--keep --replace webhook:orders`.',
    });
  }
  const named = DECISIONS.map((name) => [name, given(name).filter((ref) => ref !== ALL)] as const);
  return {
    ...(all[0] === undefined ? {} : { conflicts: all[0] }),
    ...Object.fromEntries(named.filter(([, refs]) => refs.length > 0)),
  };
}

/** What to do about what is in the way. */
function wayOut({ records }: PlanJson): string {
  const conflicts = records.filter(({ action }) => action === 'conflict');
  if (conflicts.some(({ conflict }) => conflict === 'folder')) {
    return '--keep uses what is in the way. A file of the automations folder cannot be replaced: delete it first.';
  }
  return conflicts.some(({ conflict }) => conflict === 'name' || conflict === 'account')
    ? '--keep leaves what is in the way. What has the name or account of another one cannot be replaced: change that one first.'
    : '--keep leaves what is in the way, --replace does not; `--keep KIND:NAME` decides about one.';
}

/**
 * Shows a plan, and lets a person agree to it. What keeps it from being applied ends the process with the
 * code of what the server would say.
 *
 * @returns whether it is to be applied
 */
export async function agreeTo(session: Session, plan: PlanJson, isDry: boolean): Promise<boolean> {
  const { action, package: name, from, to, counts, diagnostics } = plan;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (session.json && (isDry || errors.length > 0)) session.printJson(plan);
  if (!session.json) {
    for (const { text } of diagnostics) session.surroundings.err.write(`${text}\n\n`);
    session.print(planText(plan, session.style));
  }
  if (errors.length > 0) session.exitCode = ERRORS['package.invalid'].exit;
  else if (counts.conflict !== undefined) {
    session.exitCode = ERRORS['package.conflict'].exit;
    if (!session.json) {
      session.note(`nothing was applied. ${wayOut(plan)}`);
    } else if (!isDry) session.printJson(plan);
  }
  if (isDry || errors.length > 0 || counts.conflict !== undefined) return false;
  if (action === 'unchanged') return true;
  const question =
    action === 'remove'
      ? `Remove ${name} ${from}?`
      : action === 'downgrade'
        ? `Go back from ${name} ${from} to ${to}?`
        : `Import ${name} ${to}?`;
  if (await session.confirm(question)) return true;
  session.note('nothing was applied.');
  return false;
}
