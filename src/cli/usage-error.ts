import type { Command, CommanderError, Option } from 'commander';
import { HookwrightError } from '../core/errors.ts';
import { didYouMean } from '../core/suggest.ts';

/**
 * What commander says about wrong usage, in the words of all our errors.
 *
 * @param command the command that was being read
 */
export function usageError(error: CommanderError, command: Command): HookwrightError {
  const path = commandPath(command);
  const given = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const help = `Run \`${path} --help\` to see how it is used.`;
  const { message, next } = sentence(error, command, path, given);
  return new HookwrightError('usage.invalid', message, { next: next ?? help, cause: error });
}

function sentence(
  error: CommanderError,
  command: Command,
  path: string,
  given: string,
): { message: string; next?: string | undefined } {
  switch (error.code) {
    case 'commander.unknownCommand': {
      const names = command.commands.map((child) => child.name());
      return {
        message: `Expected a command of ${path}, got "${given}".`,
        next: didYouMean(given, names),
      };
    }
    case 'commander.unknownOption':
      return {
        message: `Expected an option of ${path}, got "${given}".`,
        next: asArgument(given, command, path) ?? didYouMean(given, flagsOf(command)),
      };
    case 'commander.missingArgument':
      return { message: `Expected ${path} to be given ${placeholder(given)}, got nothing.` };
    case 'commander.optionMissingArgument':
      return { message: `Expected a value for ${given}, got nothing.` };
    case 'commander.missingMandatoryOptionValue':
      return { message: `Expected ${path} to be given ${given}, got nothing.` };
    case 'commander.excessArguments': {
      const most = command.registeredArguments.length;
      return {
        message: `Expected at most ${most} ${most === 1 ? 'argument' : 'arguments'} for ${path}, got ${command.args.length}.`,
      };
    }
    case 'commander.help':
      return { message: `Expected a command of ${path}, got none.` };
    default:
      return { message: error.message.replace(/^error: /, '') };
  }
}

/** Many programs take as `--name` what this one takes by its place. */
function asArgument(given: string, command: Command, path: string): string | undefined {
  const name = given.replace(/^-+/, '');
  const isOne = command.registeredArguments.some((argument) => argument.name() === name);
  return isOne ? `Give the ${name} by itself: \`${path} ${placeholder(name)}\`.` : undefined;
}

/** `hookwright webhook create`. */
function commandPath(command: Command): string {
  return command.parent === null
    ? command.name()
    : `${commandPath(command.parent)} ${command.name()}`;
}

/** Options of a command and of the whole program; those of a group are its own, as `run --request`. */
export function optionsOf(command: Command): Option[] {
  const options = [command, rootOf(command)].flatMap((one) => one.createHelp().visibleOptions(one));
  const flags = options.map(flagOf);
  return options.filter(
    (_, index) => flags[index] !== '' && flags.indexOf(flags[index] ?? '') === index,
  );
}

/** An option's long flag, such as `--json`; empty where it has none. */
export function flagOf({ long }: Option): string {
  return long ?? '';
}

/** The long flags of a command and of the whole program. */
export function flagsOf(command: Command): string[] {
  return optionsOf(command).map(flagOf);
}

/** The program that a command belongs to. */
export function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

function placeholder(name: string): string {
  return name.toUpperCase();
}
