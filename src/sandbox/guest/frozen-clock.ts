/**
 * Makes this thread's clock stand still and its time zone UTC, for QuickJS asks JavaScript for both:
 * emscripten's glue calls `Date.now()` for the time and the getters of a `Date` for the zone. The host's
 * zone (`TZ`) belongs to the whole process and may not be changed. `performance.now()` goes on.
 *
 * @returns sets the time, in milliseconds since the epoch
 */
export function freezeClock(): (now: number) => void {
  let frozen = 0;
  Date.now = () => frozen;
  const dates = Date.prototype;
  dates.getTimezoneOffset = () => 0;
  dates.getFullYear = dates.getUTCFullYear;
  dates.getMonth = dates.getUTCMonth;
  dates.getDate = dates.getUTCDate;
  dates.getDay = dates.getUTCDay;
  dates.getHours = dates.getUTCHours;
  dates.getMinutes = dates.getUTCMinutes;
  dates.getSeconds = dates.getUTCSeconds;
  return (now) => {
    frozen = now;
  };
}
