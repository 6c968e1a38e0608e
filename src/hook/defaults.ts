import type { ProfileDefaults } from './profile.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a profile's hooks have where its file says nothing. */
export const PROFILE_DEFAULTS: ProfileDefaults = {
  method: 'POST',
  success: ['2xx'],
  timeoutMs: 15 * SECOND, // Standard Webhooks 1.0.0 suggests 15 to 30 s.
  // The schedule that Standard Webhooks 1.0.0 suggests: three days and three hours in all.
  retryMs: [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ],
  failuresMax: 0, // A count says little where a busy hook fails a thousand times in a minute.
  failingMs: 5 * DAY, // Longer than the schedule, so that a weekend costs nobody a hook.
  concurrency: 4, // Receivers are often one small process; enough to hide the wait for the network.
};
