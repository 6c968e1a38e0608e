import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fallbackText, SETTING_LIST, SETTINGS } from '../../src/config/settings.ts';
import { settingsTable } from '../../src/config/settings-page.ts';

test('every default can be read by the reader of its own setting', () => {
  for (const setting of SETTING_LIST) {
    const text = setting.fallback?.({ cores: 4 });
    if (text !== undefined) expect(setting.reader.read(text), setting.variable).toBeDefined();
  }
});

test('no two settings share a flag or a variable', () => {
  const flags = SETTING_LIST.flatMap(({ flag }) => flag ?? []);
  expect(new Set(flags).size).toBe(flags.length);
  expect(SETTING_LIST.filter(({ flag }) => flag === undefined).map(({ name }) => name)).toEqual([
    'secretKey',
    'smtpUrl',
  ]);
  expect(new Set(SETTING_LIST.map((setting) => setting.variable)).size).toBe(SETTING_LIST.length);
});

test('a setting without a default says what holds instead', () => {
  expect(fallbackText(SETTINGS.publicUrl as never)).toBe('the address of the server');
  expect(fallbackText(SETTINGS.port as never)).toBe('8420');
});

test('the page of the command line holds the table of settings as it is now', () => {
  expect(readFileSync('docs/command-line.md', 'utf8')).toContain(settingsTable());
});
