import type { Schedule } from '../core/schedule.ts';
import { timesOf } from '../language/schedule/times.ts';

/** The next times of a schedule after a moment, at most `countMax`; fewer where no more come. */
export function upcoming(schedule: Schedule, after: number, countMax: number): readonly number[] {
  const times = timesOf(schedule);
  const found: number[] = [];
  let time = times.after(after);
  while (time !== undefined && found.length < countMax) {
    found.push(time);
    time = times.after(time);
  }
  return found;
}
