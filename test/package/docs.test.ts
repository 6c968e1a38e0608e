import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/package/cerb/automation/commands.ts';
import { FILTERS, FUNCTIONS, TESTS, WITHOUT } from '../../src/package/cerb/twig/functions.ts';
import { CONVERT_CODES } from '../../src/package/convert/codes.ts';
import { convert } from '../../src/package/convert/convert.ts';

const page = readFileSync('docs/cerb.md', 'utf8');

test('the example of docs/cerb.md becomes what the page shows', () => {
  const [, kata = '', yaml = ''] =
    /```kata\n([\s\S]*?)```\n\nbecomes\n\n```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const { records, diagnostics } = convert(kata, 'orders.kata', { skipUnsupported: false });
  expect(diagnostics).toEqual([]);
  expect(records[0]?.file.text).toBe(yaml);
});

test('docs/cerb.md names every filter, function, test, command and code', () => {
  const names = [FILTERS, FUNCTIONS, TESTS, WITHOUT, CONVERT_CODES].flatMap((table) =>
    Object.keys(table),
  );
  const missing = [...names, ...COMMANDS].filter((name) => !page.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});
