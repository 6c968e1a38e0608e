/** Milliseconds since the epoch; an argument wherever time matters, so that tests move it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
