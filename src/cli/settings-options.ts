import { type Command, Option } from 'commander';
import { fallbackText, SETTING_LIST, type Setting } from '../config/settings.ts';

/** Gives a command the flags of all settings, as `serve` has them. */
export function addServeSettings(command: Command): Command {
  return addSettings(command, SETTING_LIST);
}

/** Gives a command the flags that say where the data is and what URLs look like. */
export function addDataSettings(command: Command): Command {
  return addSettings(
    command,
    SETTING_LIST.filter(({ scope }) => scope === 'all'),
  );
}

/** Gives a command the flag of one setting. */
export function addSettings(command: Command, settings: readonly Setting[]): Command {
  for (const setting of settings) {
    const { flag, placeholder, description, variable } = setting;
    // No default for commander: what was not given comes from the variable.
    const text = `${description} [${variable}, default: ${fallbackText(setting)}]`;
    command.addOption(new Option(`${flag} <${placeholder}>`, text).helpGroup('Settings:'));
  }
  return command;
}
