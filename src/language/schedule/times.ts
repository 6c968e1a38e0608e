import type { Schedule } from '../../core/schedule.ts';
import { openCron } from './cron.ts';

/** The times of a schedule, in milliseconds since the epoch. */
export interface ScheduleTimes {
  /** The first one after that moment; `undefined` where there is none any more. */
  after(moment: number): number | undefined;
  /** The last one before that moment; `undefined` where there was none. */
  before(moment: number): number | undefined;
}

/** Two expressions that are due at the same time make one time. About 90 µs for each question. */
export function timesOf({ on, timezone }: Pick<Schedule, 'on' | 'timezone'>): ScheduleTimes {
  const crons = on.map((expression) => openCron(expression, timezone));
  return {
    after: (moment) => {
      const times = crons.flatMap((cron) => cron.nextRun(new Date(moment))?.getTime() ?? []);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    before: (moment) => {
      const times = crons.flatMap(
        (cron) => cron.previousRuns(1, new Date(moment))[0]?.getTime() ?? [],
      );
      return times.length === 0 ? undefined : Math.max(...times);
    },
  };
}
