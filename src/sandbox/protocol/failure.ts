import type { Program } from '../../core/program.ts';
import { formatSize } from '../../core/quantity.ts';
import type { RunFailure, RunFailureCode } from '../../core/run.ts';

/** QuickJS compares this with the depth of its own stack, which lies in the guest's memory. */
export const STACK_BYTES_MAX: number = 512 * 1024;
/**
 * The same for a program that is shallow: some hundred functions inside each other; JSON does not count. What a
 * program may reach has to be cleared after it, and clearing all of it takes a tenth of a small run.
 */
export const SHALLOW_STACK_BYTES_MAX: number = 64 * 1024;

/** Where programs come from in the stack of an error: `at f (automation:3:14)`. */
export const PROGRAM_FILE = 'automation';
const FRAME = /\bautomation:(\d+)(?::\d+)?\)?$/m;

/** What is known of a failure before it is put into words. */
export interface Fault {
  readonly code: RunFailureCode;
  /** For the codes that have no words of their own. */
  readonly message?: string;
  readonly status?: number;
  readonly step: unknown;
  readonly stack?: string;
}

const STATUS: Partial<Record<RunFailureCode, number>> = {
  'request.json_invalid': 400,
  'request.form_invalid': 400,
  // Of the reply's own status the caller learns nothing: it is the author's to pass on.
  'effect.failed': 502,
  'effect.timeout': 504,
  'effect.refused': 500,
  'effect.in_doubt': 500,
  'effect.invalid': 500,
  'limit.effects': 503,
  'limit.cpu': 504,
  'limit.time': 504,
  'limit.memory': 503,
  'limit.stack': 503,
  'limit.output': 503,
  'limit.log': 503,
  'sandbox.lost': 503,
};

/** Puts a failure into words and finds its place in the automation. */
export function describeFailure(fault: Fault, program: Program): RunFailure {
  const { code } = fault;
  const message = inWords(code, program) ?? fault.message ?? 'The run failed';
  const status = STATUS[code] ?? validStatus(fault.status);
  const place = { step: -1, line: 0 };
  if (isStep(fault.step, program)) {
    place.step = fault.step;
    place.line = program.steps[fault.step]?.line ?? 0;
  }
  // An exception knows better than its step where in the text it arose.
  const frame = fault.stack === undefined ? null : FRAME.exec(fault.stack);
  const finer = frame === null ? 0 : (program.lines[Number(frame[1]) - 1] ?? 0);
  if (finer > 0) place.line = finer;
  return {
    code,
    message,
    status,
    ...(place.step >= 0 ? { step: place.step } : {}),
    ...(place.line > 0 ? { line: place.line } : {}),
  };
}

/** The YAML line of a step as the guest reports it; 0 where there is none. */
export function lineOfStep(step: unknown, program: Program): number {
  return isStep(step, program) ? (program.steps[step]?.line ?? 0) : 0;
}

function isStep(step: unknown, program: Program): step is number {
  return Number.isInteger(step) && (step as number) >= 0 && (step as number) < program.steps.length;
}

function validStatus(status: number | undefined): number {
  return status !== undefined && Number.isInteger(status) && status >= 400 && status <= 599
    ? status
    : 500;
}

function inWords(code: RunFailureCode, { limits, shallow }: Program): string | undefined {
  switch (code) {
    case 'limit.cpu':
      return `Expected at most ${limits.cpuMs} ms of CPU time, got more. Raise \`limits.cpu\` or do less per run.`;
    case 'limit.time':
      return `Expected an end after at most ${limits.timeoutMs} ms, got none. Raise \`limits.timeout\` or do less per run.`;
    case 'limit.memory':
      return `Expected at most ${size(limits.memoryBytes)} of memory, got more. Raise \`limits.memory\` or hold less at a time.`;
    case 'limit.stack':
      return `Expected at most ${size(shallow === true ? SHALLOW_STACK_BYTES_MAX : STACK_BYTES_MAX)} of stack, got more. Look for a function that calls itself without end, or data that is nested too deep.`;
    case 'limit.output':
      return `Expected at most ${size(limits.outputBytes)} of output, got more. Raise \`limits.output\` or answer with less.`;
    case 'limit.log':
      return `Expected at most ${size(limits.logBytes)} of log text, got more. Raise \`limits.log\` or log less.`;
    case 'run.stuck':
      return 'Expected the run to end, got an await of something that can never come. Await only what the run itself settles.';
    case 'sandbox.lost':
      return 'Expected the sandbox to end the run, got a thread that died twice under it. Run it again, or look into the log for why.';
    default:
      return undefined;
  }
}

function size(bytes: number): string {
  return formatSize(bytes).replace(/(?<=\d)(?=\D)/, ' ');
}

/** A run that may take less time than CPU time is ended by that. */
export function timeCode({ limits }: Program): 'limit.cpu' | 'limit.time' {
  return limits.timeoutMs < limits.cpuMs ? 'limit.time' : 'limit.cpu';
}
