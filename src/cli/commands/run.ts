import { STATUS_CODES } from 'node:http';
import type { Command } from 'commander';
import { ERRORS, HookwrightError } from '../../core/errors.ts';
import type { Answer, RequestParts, RunFailure } from '../../core/run.ts';
import { didYouMean } from '../../core/suggest.ts';
import { answerJson } from '../../http/api/represent/run.ts';
import { microseconds } from '../../http/api/represent/time.ts';
import { addExamples } from '../examples.ts';
import { readNamedFile } from '../read-file.ts';
import type { OfflineRun } from '../run-offline.ts';
import type { Attach, Session } from '../session.ts';
import { printable, printableLine, styleFor } from '../style.ts';
import { printDiagnostics, tellMistakes } from '../tell-mistakes.ts';
import { flagsOf } from '../usage-error.ts';
import { addRunCancel, addRunRetry } from './run-change.ts';
import { addRunExport } from './run-export.ts';
import { addRunList } from './run-list.ts';
import { addRunReplay } from './run-replay.ts';
import { addRunShow } from './run-show.ts';
import { addRunTrace } from './run-trace.ts';

export function addRun(program: Command, attach: Attach): void {
  const command = program
    .command('run')
    .description('Run one automation without a server, or look at runs, replay and change them.')
    .usage('[options] <file> | <command>')
    .argument('<file>', 'the automation; one that is called like a command is reached as ./list')
    .option(
      '--request <file>',
      'the request, see below; - reads standard input; an empty GET where absent',
    )
    .option('--inputs <json>', 'inputs of the automation, as a JSON object');
  addExamples(
    command,
    'hookwright run automations/orders.yaml --request order.yaml',
    'hookwright run list --status failed',
    `echo '{ "json": { "id": 7 } }' | hookwright run automations/orders.yaml --request -`,
    '',
    'A request is YAML or JSON with method, path, query, headers, ip and one of json, form, text and',
    'base64, or an HTTP message that begins with a line such as POST /orders?x=1 HTTP/1.1',
  );
  attach(command, async (session, file = '') => {
    const text = new TextDecoder().decode(await readAutomation(file, command));
    const inputs = readInputs(session.options.inputs);
    const request = await readRequest(session);
    const { runOffline } = await import('../run-offline.ts');
    const run = await runOffline({ file, text }, request, inputs, session.surroundings.clock);
    if ('diagnostics' in run) tellMistakes(session, run.diagnostics, text);
    else tellRun(session, run, file, text);
  });
  addRunList(command, attach);
  addRunShow(command, attach);
  addRunRetry(command, attach);
  addRunCancel(command, attach);
  addRunTrace(command, attach);
  addRunReplay(command, attach);
  addRunExport(command, attach);
  command.hook('preSubcommand', refuseOwnOptions);
}

/** Commander takes `--request` for its own also where it stands behind `list`. */
function refuseOwnOptions(run: Command, child: Command): void {
  const given = run.options.find(
    (option) => run.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given?.long == null) return;
  const next = didYouMean(given.long, flagsOf(child));
  throw new HookwrightError(
    'usage.invalid',
    `Expected an option of hookwright run ${child.name()}, got "${given.long}".`,
    next === undefined ? {} : { next },
  );
}

/** The file, or a hint where what was given looks like a misspelt command. */
async function readAutomation(file: string, command: Command): Promise<Uint8Array> {
  try {
    return await readNamedFile(file);
  } catch (error) {
    const next = didYouMean(
      file,
      command.commands.map((child) => child.name()),
    );
    if (next === undefined || !(error instanceof HookwrightError)) throw error;
    throw new HookwrightError(error.code, error.message, { next, cause: error });
  }
}

function readInputs(given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== 'string') return {};
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (error) {
    const { message } = error as Error;
    throw new HookwrightError('usage.invalid', `Expected --inputs to be JSON: ${message}.`, {
      cause: error,
    });
  }
  throw new HookwrightError(
    'usage.invalid',
    `Expected --inputs to be a JSON object, got ${given}.`,
  );
}

async function readRequest({ options, surroundings }: Session): Promise<RequestParts> {
  const { EMPTY_REQUEST, readRequestFile } = await import('../request-file.ts');
  const from = options.request;
  if (typeof from !== 'string') return EMPTY_REQUEST;
  return from === '-'
    ? readRequestFile(await surroundings.input.read(), 'standard input')
    : readRequestFile(await readNamedFile(from), from);
}

function tellRun(session: Session, run: OfflineRun, file: string, text: string): void {
  const { result, answer } = run;
  const failure = result.status === 'failed' ? result.failure : null;
  if (failure !== null) session.exitCode = ERRORS['run.failed'].exit;
  if (session.json) {
    session.printJson({
      status: failure === null ? 'succeeded' : 'failed',
      answer: answerJson(answer),
      failure,
      logs: result.logs,
      cpu_ms: microseconds(result.cpuMs),
    });
    return;
  }
  for (const { level, text: line, line: at } of result.logs) {
    session.surroundings.err.write(`${level} line ${at}: ${printable(line)}\n`);
  }
  if (failure !== null) printFailure(session, failure, file, text);
  printAnswer(session, answer);
}

/** A failure in the form of a mistake, with the line where it came up where that is known. */
function printFailure(session: Session, failure: RunFailure, file: string, text: string): void {
  const { code, message, line } = failure;
  if (line === undefined) {
    const { err, env } = session.surroundings;
    err.write(`${file} ${styleFor(err, env)('red', 'error')} ${code}: ${printable(message)}\n`);
    return;
  }
  const excerpt = text.split(/\r\n|\r|\n/)[line - 1] ?? '';
  const column = excerpt.length - excerpt.trimStart().length + 1;
  const length = Math.max(1, excerpt.trim().length);
  const place = { file, line, column, length };
  printDiagnostics(session, [{ ...place, severity: 'error', code, message }], text);
}

/** As an HTTP/1.1 response. Bytes that are no text stay away from terminals. */
function printAnswer({ surroundings, style }: Session, { status, headers, body }: Answer): void {
  const { out } = surroundings;
  const reason = STATUS_CODES[status] ?? '';
  const head = [
    style(status < 400 ? 'green' : 'red', `HTTP/1.1 ${status} ${reason}`.trimEnd()),
    ...headers.map(([name, value]) => `${style('cyan', name)}: ${printableLine(value)}`),
  ];
  out.write(`${head.join('\n')}\n\n`);
  if (body.length === 0) return;
  if (!out.terminal) out.write(body);
  else if (typeof body === 'string') out.write(`${printable(body)}\n`);
  else out.write(`(${body.length} bytes; send the output to a file to have them)\n`);
}
