/**
 * What a text with `trigger: schedule` has, so that a start need not compile all: the word or, where there is
 * a trigger or YAML that hides one, an escape. Compiling the gallery took a third of a start.
 */
const SCHEDULE = /schedule/;
const MAY_HIDE_IT = /^[ \t]*(?:trigger\b|["'?{%]|---)/m;

/** Whether a text may be an automation that a schedule starts. */
export function mayBeScheduled(text: string): boolean {
  return SCHEDULE.test(text) || (text.includes('\\') && MAY_HIDE_IT.test(text));
}
