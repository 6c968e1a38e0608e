/** Calls `wake` once after that many milliseconds; an argument, like the clock, so that tests move it. */
export type Timer = (ms: number, wake: () => void) => CancelTimer;

export type CancelTimer = () => void;

/** Milliseconds that a timer of Node can hold (2^31 - 1): a longer one would fire at once. */
const TIMER_MS_MAX = 2_147_483_647;

/** Fires early for longer times than Node can hold: whoever waits looks at the clock again. */
export const systemTimer: Timer = (ms, wake) => {
  const timer = setTimeout(wake, Math.min(Math.max(ms, 0), TIMER_MS_MAX));
  timer.unref(); // What is due is in the store; it must not keep a stopping process alive.
  return () => clearTimeout(timer);
};
