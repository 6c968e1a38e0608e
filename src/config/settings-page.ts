import { fallbackText, SETTING_LIST } from './settings.ts';

/** The table of settings as Markdown, for the pages of the documentation. */
export function settingsTable(): string {
  const rows = SETTING_LIST.map((setting) => {
    const { flag, placeholder, variable, description } = setting;
    const given = flag === undefined ? 'none' : `\`${flag} <${placeholder}>\``;
    return `| ${given} | \`${variable}\` | ${fallbackText(setting)} | ${description} |`;
  });
  return ['| flag | variable | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}
