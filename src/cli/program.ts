import { Command, CommanderError } from 'commander';
import { readVersion } from '../config/version.ts';
import { addAutomation } from './commands/automation.ts';
import { addBacktest } from './commands/backtest.ts';
import { addCompletion } from './commands/completion.ts';
import { addConvert } from './commands/convert.ts';
import { addDelivery } from './commands/delivery.ts';
import { addEvent } from './commands/event.ts';
import { addHook } from './commands/hook.ts';
import { addMessage } from './commands/message.ts';
import { addPackage } from './commands/package.ts';
import { addRun } from './commands/run.ts';
import { addSchema } from './commands/schema.ts';
import { addSecret } from './commands/secret.ts';
import { addServe } from './commands/serve.ts';
import { addSource } from './commands/source.ts';
import { addTest } from './commands/test.ts';
import { addValidate } from './commands/validate.ts';
import { addWebhook } from './commands/webhook.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { type Attach, type Options, Session } from './session.ts';
import { styleFor } from './style.ts';
import type { Surroundings } from './surroundings.ts';
import { errorJson, errorText, exitCodeOf } from './tell-error.ts';
import { rootOf, usageError } from './usage-error.ts';

/** Columns of help where the terminal does not say. */
const HELP_COLUMNS = 100;

/**
 * Reads the arguments and does what they say.
 *
 * @param argv what follows the program's name
 * @returns the exit code: 0, or that of the error, which has been told
 */
export async function runCommandLine(
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  let session: Session | undefined;
  const program = createProgram(surroundings, (begun) => {
    session = begun;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return session?.exitCode ?? 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // Help or the version was asked for.
    const json = session?.json ?? argv.includes('--json');
    const style = styleFor(surroundings.err, surroundings.env);
    surroundings.err.write(json ? errorJson(error) : errorText(error, style));
    return exitCodeOf(error);
  }
}

/** The tree of commands. */
export function createProgram(
  surroundings: Surroundings,
  onBegin: (session: Session) => void,
): Command {
  const program = new Command('hookwright')
    .description('Inbound webhooks: each URL runs a YAML automation in a sandbox, and answers.')
    .version(readVersion(), '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand('help [command]', 'Print the help of a command.')
    .option('--json', 'Print results and errors as JSON.')
    .configureHelp({
      showGlobalOptions: true,
      // Of the program alone: a group's own options are not for its commands.
      visibleGlobalOptions: (command) =>
        command.parent === null ? [] : rootOf(command).options.filter(({ hidden }) => !hidden),
    })
    .configureOutput({
      writeOut: (text) => surroundings.out.write(text),
      writeErr: (text) => surroundings.err.write(text),
      getOutHelpWidth: () => surroundings.out.columns ?? HELP_COLUMNS,
      getErrHelpWidth: () => surroundings.err.columns ?? HELP_COLUMNS,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: () => {}, // Told by `runCommandLine`, as every other error.
    })
    .addHelpText('after', () => exitCodesText());
  const attach: Attach = (command, job) =>
    command.action(async (...params: unknown[]) => {
      const given = params.slice(0, -2) as (string | undefined)[];
      const session = new Session(surroundings, command.optsWithGlobals<Options>());
      onBegin(session);
      await job(session, ...given.flat());
    });
  addServe(program, attach);
  addValidate(program, attach);
  addRun(program, attach);
  addTest(program, attach);
  addBacktest(program, attach);
  addWebhook(program, attach);
  addEvent(program, attach);
  addAutomation(program, attach);
  addSecret(program, attach);
  addSource(program, attach);
  addHook(program, attach);
  addMessage(program, attach);
  addDelivery(program, attach);
  addPackage(program, attach);
  addConvert(program, attach);
  addSchema(program, attach);
  addCompletion(program, attach);
  tellUsageErrors(program);
  return program;
}

/** Each command throws its own errors, so that they name it. */
function tellUsageErrors(command: Command): void {
  command.exitOverride((error) => {
    const asked = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
    throw asked || error.exitCode === 0 ? error : usageError(error, command);
  });
  for (const child of command.commands) tellUsageErrors(child);
}

function exitCodesText(): string {
  const rows = Object.entries(EXIT_CODES).map(([code, meaning]) => `  ${code}  ${meaning}`);
  return `\nExit codes:\n${rows.join('\n')}`;
}
