export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Milliseconds without the digits that a floating-point clock makes up. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
