import type { Program } from '../../core/program.ts';
import type { Answer, ExecutionResult, LogLevel, LogLine } from '../../core/run.ts';
import { describeFailure, type Fault, lineOfStep } from '../protocol/failure.ts';
import { AnswerTooLong, checkAnswer, InvalidAnswer } from './answer.ts';
import type { CarriedJson } from './carried-json.ts';
import type { GuestFailureCode } from './inside/thrown.ts';

const CODES: ReadonlySet<string> = new Set<GuestFailureCode>([
  'run.failed',
  'run.script_error',
  'run.answer_invalid',
  'effect.refused',
  'effect.failed',
  'effect.timeout',
  'effect.in_doubt',
  'effect.invalid',
  'request.json_invalid',
  'request.form_invalid',
  'limit.memory',
  'limit.stack',
  'limit.output',
  'limit.log',
]);
const LEVELS: ReadonlySet<string> = new Set<LogLevel>(['debug', 'info', 'warn', 'error']);

/** What the guest has said. */
interface Reported {
  readonly text: string;
  /** The answer's body where it is bytes. */
  readonly bytes: Uint8Array | undefined;
  readonly carried: CarriedJson;
}

/** The first line of what `report` in `library/main.ts` writes, and the rest. */
interface Report {
  readonly step: unknown;
  readonly logs: readonly unknown[];
  readonly answer: readonly unknown[] | undefined;
  readonly body: string;
  readonly value: string | undefined;
  readonly failure: readonly unknown[] | undefined;
}

/**
 * Makes a result of what the guest reports, and trusts nothing of it: the guest's own half is shielded from
 * author code, but a fault there must end in a failed run and no more.
 *
 * @param ended set where the host has ended the run: then only logs and an earlier answer count
 */
export function readReport(
  given: Reported,
  program: Program,
  cpuMs: number,
  ended?: Fault,
): ExecutionResult {
  const report = parseReport(given.text);
  if (report === undefined) {
    const fault = ended ?? { code: 'run.script_error', message: UNREADABLE, step: -1 };
    return { status: 'failed', failure: describeFailure(fault, program), logs: [], cpuMs };
  }
  let fault = ended === undefined ? reportedFault(report) : placed(ended, report.step);
  const logs = readLogs(report.logs, program);
  if (logs.length < report.logs.length) fault ??= { code: 'limit.log', step: report.step };
  const answer = readAnswer(report, given, program);
  if (answer !== undefined && 'code' in answer) fault ??= answer;
  if (fault === undefined && (report.value?.length ?? 0) > program.limits.outputBytes) {
    fault = { code: 'limit.output', step: report.step };
  }
  const answered = answer === undefined || 'code' in answer ? {} : { answer };
  if (fault !== undefined) {
    return { status: 'failed', failure: describeFailure(fault, program), ...answered, logs, cpuMs };
  }
  const value = report.value === undefined ? {} : { value: report.value };
  return { status: 'finished', ...answered, ...value, logs, cpuMs };
}

/** With the step under way, unless it is known which one it was. */
function placed(fault: Fault, step: unknown): Fault {
  return fault.step === -1 ? { ...fault, step } : fault;
}

const UNREADABLE = 'Expected a report of the run, got none that can be read';

function parseReport(text: string): Report | undefined {
  const end = text.indexOf('\n');
  if (end === -1) return undefined;
  let head: Record<string, unknown>;
  try {
    head = JSON.parse(text.slice(0, end)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { step, logs, answer, value, failure } = head;
  if (!Array.isArray(logs)) return undefined;
  const known = Array.isArray(answer) ? (answer as unknown[]) : undefined;
  const shaped = known === undefined ? undefined : (known[1] as unknown[]);
  const bodyLength = Array.isArray(shaped) ? Number(shaped[4]) : 0;
  const bodyEnd = end + 1 + bodyLength;
  return {
    step,
    logs: logs as unknown[],
    answer: known,
    body: text.slice(end + 1, bodyEnd),
    value: typeof value === 'number' && value >= 0 ? text.slice(bodyEnd) : undefined,
    failure: Array.isArray(failure) ? (failure as unknown[]) : undefined,
  };
}

function reportedFault({ failure, step }: Report): Fault | undefined {
  if (failure === undefined) return undefined;
  const [code, message, status, stack, own] = failure;
  return {
    code: (CODES.has(String(code)) ? code : 'run.script_error') as GuestFailureCode,
    message: String(message),
    status: Number(status),
    step: own === -1 ? step : own,
    stack: String(stack),
  };
}

/** Fewer lines than reported where they are longer than the limit. */
function readLogs(reported: readonly unknown[], program: Program): LogLine[] {
  const lines: LogLine[] = [];
  let room = program.limits.logBytes;
  for (const row of reported) {
    const [level, step, text] = row as unknown[];
    const shown = String(text);
    room -= Buffer.byteLength(shown);
    if (room < 0) break;
    const known = LEVELS.has(String(level)) ? (level as LogLevel) : 'info';
    lines.push({ level: known, text: shown, line: lineOfStep(step, program) });
  }
  return lines;
}

function readAnswer(
  report: Report,
  { bytes, carried }: Reported,
  program: Program,
): Answer | Fault | undefined {
  if (report.answer === undefined) return undefined;
  const [step, shaped] = report.answer;
  const [status, headers, type, form] = shaped as unknown[];
  const { outputBytes } = program.limits;
  try {
    const text = carried.put(report.body, outputBytes);
    const reported = { status, headers, type, form, text, bytes };
    return checkAnswer(reported, outputBytes);
  } catch (error) {
    if (error instanceof AnswerTooLong) return { code: 'limit.output', step };
    if (!(error instanceof InvalidAnswer)) throw error;
    return { code: 'run.answer_invalid', message: error.message, step };
  }
}
