/** Runs that cross to a thread together: a message costs 10 µs, as much as the tenth of a run. */
export const BATCH_RUNS_MAX = 16;

/** Batches that a thread has: one that it works on, one that waits, so that it never waits itself. */
export const BATCHES_UNDER_WAY_MAX = 2;

/**
 * Executions that may wait in the pool. The engine caps what it takes in far below this; here it turns
 * an endless queue into an error.
 */
export const EXECUTIONS_WAITING_MAX = 100_000;

/** Milliseconds between two looks at what the threads are doing. */
export const WATCH_INTERVAL_MS = 25;

/**
 * When a thread is stopped from outside: CPU limit × factor + grace. QuickJS ends a script by itself at
 * its limit; only C code that never asks (sorting a million elements, joining a huge array) gets here.
 * Generous, because a machine that gives this process no time must not fail an innocent run.
 */
export const HARD_DEADLINE_FACTOR = 4;
export const HARD_DEADLINE_GRACE_MS = 1000;

/**
 * When a run is late: CPU limit × factor + grace, well after QuickJS should have ended it. Its thread keeps
 * it until the hard deadline, but everyone else moves on to a new thread.
 */
export const LATE_FACTOR = 2;
export const LATE_GRACE_MS = 50;

/** Times that a run is tried when its thread dies for a reason that is not known to be the run's. */
export const TRIES_MAX = 2;

/** Threads that may fail to start in a row before waiting executions fail: it will not get better. */
export const STARTS_FAILED_MAX = 3;

/**
 * Megabytes of a thread's young generation. A run leaves a few kilobytes of garbage on the host; V8's own
 * choice lets that grow to 48 MB for each thread before it looks.
 */
export const THREAD_YOUNG_MB = 8;

/** Megabytes of C stack of a thread; with 512 kB of QuickJS stack no nesting gets near (tried: 4 fails). */
export const THREAD_STACK_MB = 16;

/** Bytes of program snapshots that a thread keeps: 1,000 programs of 25 kB, and room. */
export const SNAPSHOTS_BYTES_MAX: number = 32 * 1024 * 1024;

/** Programs that the pool remembers as known to a thread before it asks the thread anew. */
export const PROGRAMS_KNOWN_MAX = 20_000;
