import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readVersion } from '../../src/config/version.ts';
import { compile } from '../../src/language/compile.ts';
import { COMMANDS } from '../../src/package/cerb/automation/commands.ts';
import { FILTERS, FUNCTIONS, TESTS, WITHOUT } from '../../src/package/cerb/twig/functions.ts';
import { PACKAGE_CODES } from '../../src/package/codes.ts';
import { CONVERT_CODES } from '../../src/package/convert/codes.ts';
import { convert } from '../../src/package/convert/convert.ts';
import { fillPackage } from '../../src/package/fill/fill.ts';
import {
  FOLDERS_MAX,
  NAME_CHARACTERS_MAX,
  PACKAGE_BYTES_MAX,
  RECORDS_MAX,
} from '../../src/package/limits.ts';
import { readPackageFolder } from '../../src/package/read/folder.ts';
import { readPackage } from '../../src/package/read/package.ts';

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

const packages = readFileSync('docs/packages.md', 'utf8');

/** Blocks of docs/packages.md whose fence says `yaml NAME`, by name. */
const shown = new Map(
  [...packages.matchAll(/```yaml (\S+)\n([\s\S]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);

describe('docs/packages.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-docs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of shown) {
    if (!name.startsWith('shop/')) continue;
    mkdirSync(join(folder, 'shop'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }

  test('shows a package that is one, and becomes what the page says', async () => {
    const { package: shop, diagnostics } = await readPackageFolder(join(folder, 'shop'));
    expect(diagnostics).toEqual([]);
    const filling = fillPackage(shop as never, {
      answers: parse(shown.get('answers.yaml') ?? ''),
      now: 0,
      random: (bytes) => new Uint8Array(bytes),
      baseUrl: 'http://127.0.0.1:8420',
      engineVersion: readVersion(),
    });
    if (!filling.ok) throw new Error(JSON.stringify(filling));
    const { records, secrets } = filling.package;
    expect(records.map(({ uid, name }) => [uid, name])).toEqual([
      ['orders.paid', 'orders.paid.aaaaaa'],
      ['orders', 'Orders (aaaaaa)'],
    ]);
    const [automation, webhook] = records.map(({ text }) => text);
    expect(compile(automation ?? '', 'a').diagnostics).toEqual([]);
    expect(automation).toContain("${{ request.json.currency !== 'USD' }}");
    expect(parse(webhook ?? '').bindings).toEqual([{ automation: 'orders.paid.aaaaaa' }]);
    expect(secrets.WAREHOUSE_KEY?.hosts).toEqual(['warehouse.example.com']);
  });

  test('shows a document that is one', () => {
    const { package: hello, diagnostics } = readPackage(
      Buffer.from(shown.get('document') ?? ''),
      'hello.yaml',
    );
    expect(diagnostics).toEqual([]);
    expect(hello?.records.map(({ kind, uid, file }) => `${kind} ${uid} ${file}`)).toEqual([
      'automation hello hello.yaml',
      'webhook in in.yaml',
    ]);
  });

  test('shows commands that do what they say', () => {
    const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
    const scripts = [...packages.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text);
    const run = `set -e\nhookwright() { '${process.execPath}' '${main}' "$@"; }\n${scripts.join('')}`;
    const out = execFileSync('sh', ['-c', run], { cwd: folder, encoding: 'utf8' });
    expect(out).toMatch(
      /\nshop-orders 1\.2\.0 is as [A-Za-z0-9+/]{43}= signed it, SHA-256 [0-9a-f]{64}\n$/,
    );
    expect(existsSync(join(folder, 'copy', 'hello.test.yaml'))).toBe(true);
  });

  test('names every code, type and limit', () => {
    const names = [...Object.keys(PACKAGE_CODES), 'text', 'choice', 'secret', 'boolean', 'number'];
    expect(names.filter((name) => !packages.includes(`\`${name}\``))).toEqual([]);
    expect(packages).toContain(
      `| a package: one document, or all files of its folder | ${PACKAGE_BYTES_MAX / 2 ** 20} MB |`,
    );
    expect(packages).toContain(`| records | ${RECORDS_MAX} |`);
    expect(packages).toContain(`| a name with its answers | ${NAME_CHARACTERS_MAX} characters |`);
    expect(packages).toContain(`| folders inside each other | ${FOLDERS_MAX} |`);
  });
});
