import { formatDiagnostic } from '../../core/diagnostic.ts';
import { HookwrightError } from '../../core/errors.ts';
import { refOf } from './decisions.ts';
import type { ConflictReason, Plan, PlanEntry } from './plan.ts';
import type { WantedPackage } from './wanted.ts';

export function refuseMistakes({ diagnostics, name }: Plan, { records }: WantedPackage): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const texts = new Map(records.map(({ file, text }) => [file, text]));
  const told = errors.map((one) => formatDiagnostic(one, texts.get(one.file) ?? ''));
  throw new HookwrightError(
    'package.invalid',
    `Expected ${name} to have no mistakes, got ${errors.length}.\n${told.join('\n')}`,
  );
}

export function refuseConflicts({ entries, name }: Plan): void {
  const conflicts = entries.filter(({ action }) => action === 'conflict');
  const [first] = conflicts;
  if (first === undefined) return;
  const list = conflicts.map((entry) => `${entry.kind} ${entry.name}: ${conflictText(entry)}`);
  throw new HookwrightError(
    'package.conflict',
    `Expected nothing in the way of ${name}, got ${conflicts.length}. Nothing was applied.\n${list.join('\n')}`,
    {
      next: conflicts.some(({ conflict }) => conflict === 'folder')
        ? 'What a file of the automations folder has can only be kept (`--keep`), or its file deleted.'
        : conflicts.some(({ conflict }) => conflict === 'name' || conflict === 'account')
          ? 'Leave them as they are with `--keep`, or give the other one that has the name or account another.'
          : `Leave them as they are with \`--keep\`, or take the package’s with \`--replace\`; decide about one with \`--keep ${refOf(first)}\`.`,
    },
  );
}

/** Why something is in the way, after its name. */
export function conflictText({ conflict, before }: Pick<PlanEntry, 'conflict' | 'before'>): string {
  if (conflict === 'folder' && before?.kind === 'automation') {
    return `${before.value.file} in the automations folder has it`;
  }
  return conflict === undefined ? '' : REASONS[conflict];
}

const REASONS: Readonly<Record<ConflictReason, string>> = {
  changed: 'it was changed by hand since it was imported',
  deleted: 'it was deleted by hand since it was imported',
  taken: 'there is one of this name, which the package did not bring',
  folder: 'a file of the automations folder has it',
  used: 'something else needs it',
  name: 'another one that stays has this name',
  account: 'another one that stays has this account',
};

export function changedSince(name: string): HookwrightError {
  return new HookwrightError(
    'package.changed',
    `Expected the plan of ${name} to be as it was shown, got another one. Nothing was applied.`,
    { next: 'Plan again, and look at what it says now.' },
  );
}
