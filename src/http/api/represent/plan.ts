import { createTwoFilesPatch } from 'diff';
import { compare } from 'semver';
import { type Diagnostic, formatDiagnostic } from '../../../core/diagnostic.ts';
import type { ImportedKind } from '../../../core/imported-package.ts';
import type { PackageValues } from '../../../core/package.ts';
import type { CapabilityDiff } from '../../../engine/packages/capabilities.ts';
import type { Decision } from '../../../engine/packages/decisions.ts';
import {
  type ConflictReason,
  countActions,
  type Plan,
  type PlanAction,
  type PlanEntry,
} from '../../../engine/packages/plan.ts';
import { conflictText } from '../../../engine/packages/refusals.ts';
import type { Shown } from '../../../engine/packages/shown.ts';
import { recordText } from '../../../package/write/record-text.ts';

/** Lines around a change that a diff shows. */
const CONTEXT_LINES = 3;
/** Lines that differ; beyond it comparing takes seconds, and nobody reads the result. */
const DIFFERENT_LINES_MAX = 4000;

/** What an import or a removal does, or would do. */
export interface PlanJson {
  readonly package: string;
  readonly action:
    | 'create'
    | 'upgrade'
    | 'downgrade'
    | 'change' /** Of the same version. */
    | 'unchanged'
    | 'remove';
  readonly from: string | null;
  readonly to: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly records: readonly PlanRecordJson[];
  readonly capabilities: CapabilityDiff;
  readonly notes: readonly string[];
  readonly diagnostics: readonly (Diagnostic & { readonly text: string })[];
  readonly fingerprint: string;
  /** To be given with the import, so that what was made up stays; with an import alone. */
  readonly values?: PackageValues;
  /** Whether it was done, and not only planned. */
  readonly applied: boolean;
}

export interface PlanRecordJson {
  readonly kind: ImportedKind;
  readonly uid: string;
  readonly name: string;
  readonly file: string | null;
  readonly action: PlanAction;
  readonly conflict: ConflictReason | null;
  /** What becomes of the conflict; `null` too where nobody has decided. */
  readonly decision: Decision | null;
  /** The conflict in words. */
  readonly reason: string | null;
  /** A unified diff of what is on the server and what the package has. */
  readonly diff: string | null;
}

/** @param texts the texts in which diagnostics have their places, by file */
export function planJson(
  plan: Plan,
  applied: boolean,
  rest: { readonly values?: PackageValues; readonly texts?: ReadonlyMap<string, string> } = {},
): PlanJson {
  const { name, version, from, entries, capabilities, notes, diagnostics, fingerprint } = plan;
  const { values, texts } = rest;
  return {
    package: name,
    action: actionOf(plan),
    from: from ?? null,
    to: version ?? null,
    counts: countActions(entries),
    records: entries.map(entryJson),
    capabilities,
    notes,
    diagnostics: diagnostics.map((diagnostic) => ({
      ...diagnostic,
      text: formatDiagnostic(diagnostic, texts?.get(diagnostic.file) ?? ''),
    })),
    fingerprint,
    ...(values === undefined ? {} : { values }),
    applied,
  };
}

function actionOf({ version, from, isUnchanged }: Plan): PlanJson['action'] {
  if (version === undefined) return 'remove';
  if (from === undefined) return 'create';
  if (isUnchanged) return 'unchanged';
  const order = compare(version, from);
  return order === 0 ? 'change' : order > 0 ? 'upgrade' : 'downgrade';
}

function entryJson(entry: PlanEntry): PlanRecordJson {
  const { kind, uid, name, file = null, action, conflict = null, decision = null } = entry;
  const reason = conflict === null ? null : conflictText(entry);
  return { kind, uid, name, file, action, conflict, decision, reason, diff: diffOf(entry) };
}

/** Of what is new or goes there is nothing to compare. */
function diffOf({ action, conflict, shown, name }: PlanEntry): string | null {
  const { before, after } = shown ?? {};
  const isCompared = action === 'change' || (conflict !== undefined && action !== 'remove');
  if (!isCompared || before === undefined || after === undefined) return null;
  const [old, made] = [textOf(before), textOf(after)];
  if (old === made) return null;
  const patch = createTwoFilesPatch(`${name} (here)`, `${name} (package)`, old, made, '', '', {
    context: CONTEXT_LINES,
    maxEditLength: DIFFERENT_LINES_MAX,
  });
  // Its first line is a rule that only files with several patches need.
  return patch?.replace(/^=+\n/, '') ?? 'Too much differs to be shown.\n';
}

function textOf(shown: Shown): string {
  return typeof shown === 'string' ? shown : recordText(shown);
}
