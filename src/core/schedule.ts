/** When an automation with `trigger: schedule` runs. */
export interface Schedule {
  /** Cron expressions of five fields, or names such as `@daily`; at least one, all without mistakes. */
  readonly on: readonly string[];
  /** The IANA name of the time zone in which they are read. */
  readonly timezone: string;
  /** What becomes of a time at which no server was there to run it. */
  readonly missed: 'run' | 'skip';
  /** What becomes of a time at which the previous run is still open. */
  readonly overlap: 'skip' | 'allow';
}

/** The same for schedules that are due at the same times; a change of it begins a schedule anew. */
export function scheduleDefinition({ on, timezone }: Schedule): string {
  return JSON.stringify([on, timezone]);
}

/**
 * How late a time of a schedule may be taken up and still count as kept: cron goes by the minute. What is
 * later was missed.
 */
export const ON_TIME_MS = 60_000;
