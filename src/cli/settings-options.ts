import { type Command, Option } from 'commander';
import { fallbackText, SETTING_LIST, type Setting } from '../config/settings.ts';

/** Gives a command the flags of all settings, as `serve` has them. */
export function addServeSettings(command: Command): Command {
  addSettings(command, SETTING_LIST);
  const variables = SETTING_LIST.filter(({ flag }) => flag === undefined);
  const lines = variables.map((setting) => `  ${textOf(setting)}`);
  return command.addHelpText('after', `\nVariables without a flag:\n${lines.join('\n')}`);
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
    const { flag, placeholder } = setting;
    if (flag === undefined) continue;
    // No default for commander: what was not given comes from the variable.
    const text = textOf(setting);
    command.addOption(new Option(`${flag} <${placeholder}>`, text).helpGroup('Settings:'));
  }
  return command;
}

function textOf(setting: Setting): string {
  return `${setting.description} [${setting.variable}, default: ${fallbackText(setting)}]`;
}
