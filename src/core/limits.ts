import type { RunLimits } from './program.ts';

const KB = 1024;
const MB = 1024 * KB;

/** What a run may use unless its automation asks for less or more. */
export const RUN_LIMITS: RunLimits = {
  cpuMs: 100, // A thousand times what a usual run takes (0.1 ms), and no caller notices it.
  timeoutMs: 30_000, // The longest that common senders wait (GitHub 10 s, Shopify 5 s, Twilio 15 s).
  memoryBytes: 32 * MB, // Six times the largest body, parsed.
  outputBytes: 1 * MB, // Answers are for senders, which read a status; pages and files are smaller.
  logBytes: 64 * KB, // About 800 lines: what a person still reads.
  effects: 100, // More is a loop that should be a queue.
};

/** The most an automation's own `limits` may ask for. */
export const RUN_LIMITS_MAX: RunLimits = {
  cpuMs: 10_000,
  timeoutMs: 300_000,
  memoryBytes: 256 * MB,
  outputBytes: 16 * MB,
  logBytes: 1 * MB,
  effects: 10_000,
};

/** Bytes of a request's body: GitHub caps its payloads at 25 MB but sends under 1 MB; Shopify 5 MB. */
export const BODY_BYTES_MAX: number = 5 * MB;

/** Milliseconds until a caller gets the acknowledgement instead of the run's answer. */
export const ANSWER_DEADLINE_MS = 10_000;
