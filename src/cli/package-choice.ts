import type { Command } from 'commander';
import { ERRORS, HookwrightError } from '../core/errors.ts';
import type { PlanJson } from '../http/api/represent/plan.ts';
import { planText } from './plan-text.ts';
import type { Session } from './session.ts';

/** Adds the options of what becomes of records that are in the way. */
export function addChoiceOptions(command: Command): Command {
  return command
    .option('--keep', 'leave records that were changed by hand, or are not the package’s')
    .option('--replace', 'take the package’s instead of them; on removal, remove them too');
}

/** `undefined` where nobody has chosen. Throws `usage.invalid` where both are given. */
export function choiceOf({ options }: Session): 'keep' | 'replace' | undefined {
  if (options.keep === true && options.replace === true) {
    throw new HookwrightError('usage.invalid', 'Expected --keep or --replace, got both.');
  }
  if (options.keep === true) return 'keep';
  return options.replace === true ? 'replace' : undefined;
}

/** What to do about what is in the way. */
function wayOut({ records }: PlanJson): string {
  const hasFile = records.some(
    ({ action, conflict }) => action === 'conflict' && conflict === 'folder',
  );
  return hasFile
    ? '--keep uses what is in the way. A file of the automations folder cannot be replaced: delete it first.'
    : '--keep leaves what is in the way, --replace does not.';
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
