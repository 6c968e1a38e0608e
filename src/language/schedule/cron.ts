import { Cron } from 'croner';

/** Names that stand for an expression; as in Vixie cron, without `@reboot`, which is no time. */
export const NICKNAMES: readonly string[] = [
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
];

/**
 * Reads an expression of five fields or a nickname. Throws where it is none.
 *
 * `no-wildcard` is what Vixie cron does at changes of the clock: a time of day that does not exist runs
 * when the gap ends, and one that comes twice runs once, unless the expression repeats by `*` or a step.
 */
export function openCron(expression: string, timezone: string): Cron {
  return new Cron(expression, {
    timezone,
    mode: '5-part',
    fixedTimeRule: 'no-wildcard',
    paused: true,
  });
}
