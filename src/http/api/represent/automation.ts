import { packageOf } from '../../../core/automation.ts';
import type { Diagnostic } from '../../../core/diagnostic.ts';
import type { Schedule } from '../../../core/schedule.ts';
import type { AutomationEntry } from '../../../engine/automations.ts';
import { upcoming } from '../../../engine/upcoming.ts';
import { iso } from './time.ts';

/** Times of a schedule that are told: the next days of a daily one, with a change of the clock to be seen. */
const TIMES_TOLD = 5;

export interface AutomationBriefJson {
  readonly name: string;
  readonly description: string;
  /** Below the automations folder, or the package's. */
  readonly file: string;
  /** `folder`, `package` or `hand`. */
  readonly owner: 'folder' | 'package' | 'hand';
  /** The package that it is of. */
  readonly package: string | null;
  readonly revision: string;
  readonly created_at: string;
  readonly trigger: AutomationEntry['trigger'];
  /** The topics or cron expressions that start it. */
  readonly on: string | readonly string[] | null;
  /** Whether its topic or its schedule starts nothing. */
  readonly disabled: boolean;
  /** When its schedule is due next. */
  readonly next_at: string | null;
  readonly errors: number;
  readonly warnings: number;
}

export interface AutomationJson extends AutomationBriefJson {
  readonly source: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Names of the webhooks that are bound to it. */
  readonly webhooks: readonly string[];
  readonly schedule: ScheduleJson | null;
}

/** A schedule with its next times. */
export interface ScheduleJson extends Schedule {
  readonly next: readonly string[];
}

export function automationBriefJson(entry: AutomationEntry, now: number): AutomationBriefJson {
  const { name, description, file, owner, revision, createdAt, trigger, diagnostics, schedule } =
    entry;
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return {
    name,
    description,
    file,
    owner: owner === 'folder' || owner === 'hand' ? owner : 'package',
    package: packageOf(owner) ?? null,
    revision,
    created_at: iso(createdAt),
    trigger,
    on: schedule?.on ?? entry.on ?? null,
    disabled: entry.disabled,
    next_at: timesJson(entry, now, 1)[0] ?? null,
    errors,
    warnings: diagnostics.length - errors,
  };
}

export function automationJson(
  entry: AutomationEntry,
  webhooks: readonly string[],
  now: number,
): AutomationJson {
  const { source, diagnostics, schedule } = entry;
  return {
    ...automationBriefJson(entry, now),
    source,
    diagnostics,
    webhooks,
    schedule:
      schedule === undefined ? null : { ...schedule, next: timesJson(entry, now, TIMES_TOLD) },
  };
}

function timesJson(
  { schedule, disabled }: AutomationEntry,
  now: number,
  countMax: number,
): readonly string[] {
  return schedule === undefined || disabled ? [] : upcoming(schedule, now, countMax).map(iso);
}
