import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { emptyFolder, FakeShell } from './fake.ts';

let shell: FakeShell;
let folder: string;

beforeEach(() => {
  shell = new FakeShell();
  folder = emptyFolder();
});

const SHOP: Readonly<Record<string, string>> = {
  'package.yaml': 'name: shop\nversion: 1.2.0\ndescription: Orders of a shop\n',
  'orders.yaml': '# Says yes.\nautomation: orders\nsteps:\n  - return: { text: yes }\n',
  'orders.test.yaml': 'cases:\n  - request: {}\n    expect: { response: { status: 200 } }\n',
  'in/orders-webhook.yaml': 'kind: webhook\nname: orders\nbindings: [ { automation: orders } ]\n',
  'README.md': '# Shop\n',
};

/** Writes files to a new folder of the test's own; gives its path. */
function write(name: string, files: Readonly<Record<string, string>>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, file)), { recursive: true });
    writeFileSync(join(folder, name, file), text);
  }
  return join(folder, name);
}

function filesIn(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((file) => statSync(join(dir, file)).isFile())
      .sort()
      .map((file) => [file, readFileSync(join(dir, file), 'utf8')]),
  );
}

test.each(['json', 'yaml'])('pack to %s and unpack give the same records', async (format) => {
  const dir = write('shop', SHOP);
  const file = join(folder, `shop.${format}`);
  const packed = await shell.run('package', 'pack', dir, '-o', file);
  expect(packed.err).toBe('');
  expect(packed.out).toMatch(new RegExp(`^Packed 3 records to ${file}, SHA-256 [0-9a-f]{64}\n$`));
  const copy = join(folder, 'copy');
  expect(await shell.run('package', 'unpack', file, copy)).toEqual({
    code: 0,
    out: `Wrote package.yaml, in/orders-webhook.yaml, orders.test.yaml, orders.yaml to ${copy}\n`,
    err: '',
  });
  const { 'README.md': _, 'package.yaml': __, ...records } = SHOP;
  expect(filesIn(copy)).toMatchObject(records);
  const again = await shell.run('package', 'pack', copy, '--json');
  const digest = /[0-9a-f]{64}/.exec(packed.out)?.[0];
  expect(JSON.parse(again.out)).toMatchObject({
    package: 'shop',
    digest,
    signed_by: null,
    out: null,
  });
  expect((await shell.run('package', 'unpack', file, copy)).err).toContain('which has files');
});

test('without --out the document is printed, and standard input is unpacked', async () => {
  const dir = write('shop', SHOP);
  const { out } = await shell.run('package', 'pack', dir, '--format', 'yaml');
  expect(out).toContain('    text: |\n      # Says yes.\n      automation: orders\n');
  shell.inputBytes = Buffer.from(out);
  const copy = join(folder, 'copy');
  expect((await shell.run('package', 'unpack', '-', copy)).code).toBe(0);
  expect(existsSync(join(copy, 'in', 'orders-webhook.yaml'))).toBe(true);
  const wrong = await shell.run('package', 'pack', dir, '--format', 'xml');
  expect([wrong.code, wrong.err]).toEqual([
    2,
    'hookwright: expected --format to be json or yaml, got "xml".\n',
  ]);
});

test('pack tells mistakes of automations with their lines, ends with 3 as validate does, and writes nothing', async () => {
  const orders = 'automation: orders.{{{code}}}\nsteps:\n  - retrun: { text: x }\n';
  const manifest = `${SHOP['package.yaml']}configure:\n  placeholders: [ { key: code, type: random } ]\n`;
  const dir = write('shop', { ...SHOP, 'package.yaml': manifest, 'orders.yaml': orders });
  const file = join(folder, 'shop.json');
  const { code, out, err } = await shell.run('package', 'pack', dir, '-o', file);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toContain(`${join(dir, 'orders.yaml')}:3:5 error step.unknown: `);
  expect(err).toContain('3 |   - retrun: { text: x }\n  |     ^^^^^^\n');
  expect(err).toMatch(/\n1 error\n$/);
  expect(existsSync(file)).toBe(false);
  const json = await shell.run('package', 'pack', dir, '--json');
  expect([json.code, JSON.parse(json.out)]).toMatchObject([
    3,
    { status: 'invalid', diagnostics: [{ code: 'step.unknown', line: 3, column: 5, length: 6 }] },
  ]);
  // Another version may know the step.
  writeFileSync(join(dir, 'package.yaml'), `requires: ">=99"\n${manifest}`);
  const later = await shell.run('package', 'pack', dir, '-o', file);
  expect([later.code, later.err]).toEqual([
    0,
    'hookwright: shop is for Hookwright >=99: its automations were not checked.\n',
  ]);
  const validated = await shell.run('validate', join(dir, 'orders.yaml'));
  expect(validated.out).toContain(
    '  = Importing a package fills in `{{{code}}}`: `hookwright package pack` checks what does not depend on it.\n',
  );
});

test('a package that is signed is verified, as folder and as document, until something changes', async () => {
  const dir = write('shop', SHOP);
  const key = join(folder, 'signing.pem');
  const made = await shell.run('package', 'keygen', key, '--json');
  const { public_key } = JSON.parse(made.out);
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(readFileSync(`${key}.pub`, 'utf8')).toBe(`${public_key}\n`);
  expect((await shell.run('package', 'keygen', key)).err).toContain(
    'Expected a new file'.toLowerCase(),
  );

  const unsigned = await shell.run('package', 'verify', dir);
  expect([unsigned.code, unsigned.err]).toEqual([
    3,
    'hookwright: expected a signature of shop 1.2.0, got none.\n  Get the package from whom you trust, or look at the keys.\n',
  ]);
  expect((await shell.run('package', 'sign', dir, '--key', key)).code).toBe(0);
  const file = join(folder, 'shop.json');
  await shell.run('package', 'pack', dir, '-o', file);
  for (const path of [dir, file]) {
    expect((await shell.run('package', 'verify', path, '--key', `${key}.pub`)).code).toBe(0);
    const seen = await shell.run('package', 'verify', path, '--key', public_key, '--json');
    expect(JSON.parse(seen.out)).toMatchObject({ signed_by: public_key });
  }
  await shell.run('package', 'keygen', join(folder, 'other.pem'));
  const other = await shell.run('package', 'verify', file, '--key', join(folder, 'other.pem.pub'));
  expect([other.code, other.err]).toEqual([3, expect.stringContaining(`got one by ${public_key}`)]);

  writeFileSync(join(dir, 'orders.yaml'), 'automation: orders\nsteps: []\n');
  const changed = await shell.run('package', 'pack', dir);
  expect([changed.code, changed.out]).toEqual([3, '']);
  expect(changed.err).toContain('error package.digest');
  expect(changed.err).toContain('error package.signature');
  expect((await shell.run('package', 'sign', dir, '--key', key)).code).toBe(0);
  expect((await shell.run('package', 'verify', dir)).code).toBe(0);

  writeFileSync(file, readFileSync(file, 'utf8').replace('text: yes', 'text: no'));
  expect((await shell.run('package', 'verify', file)).code).toBe(3);
  expect((await shell.run('package', 'sign', file, '--key', key)).code).toBe(0);
  expect((await shell.run('package', 'verify', file)).code).toBe(0);
});

test('keys may be PEM or base64, and nothing else is one', async () => {
  const dir = write('shop', SHOP);
  const key = write('keys', {
    'raw.txt': `${Buffer.alloc(32, 7).toString('base64')}\n`,
    'bad.txt': 'secret words',
  });
  expect((await shell.run('package', 'sign', dir, '--key', join(key, 'raw.txt'))).code).toBe(0);
  expect((await shell.run('package', 'verify', dir)).code).toBe(0);
  const bad = await shell.run('package', 'sign', dir, '--key', join(key, 'bad.txt'));
  expect([bad.code, bad.err]).toEqual([
    2,
    'hookwright: expected --key to be a private ed25519 key, got something else.\n  It is PEM, or 32 bytes in base64; `hookwright package keygen` makes a pair.\n',
  ]);
  expect((await shell.run('package', 'sign', dir)).err).toContain('--key');
});

test('init begins a package that packs, and whose test passes', async () => {
  const dir = join(folder, 'My Shop');
  const { code, out } = await shell.run('package', 'init', dir);
  expect([code, out]).toEqual([
    0,
    `Wrote ${['package.yaml', 'hello.yaml', 'hello.test.yaml'].map((file) => join(dir, file)).join(', ')}\n`,
  ]);
  const packed = await shell.run('package', 'pack', dir, '--json');
  expect(JSON.parse(packed.out)).toMatchObject({ package: 'my-shop', version: '0.1.0' });
  expect((await shell.run('validate', dir)).code).toBe(0);
  expect((await shell.run('test', dir)).code).toBe(0);
  const again = await shell.run('package', 'init', dir);
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('expected no package in')]);
  const near = write('near', { 'a.yaml': SHOP['orders.yaml'] as string });
  await shell.run('package', 'init', near, '--name', 'x_y');
  expect(readdirSync(near).sort()).toEqual(['a.yaml', 'package.yaml']);
  expect((await shell.run('package', 'init', near, '--name', 'X Y')).err).toContain('Such as x-y.');
});

test('errors are told with their lines, all at once, and nothing is written', async () => {
  const dir = write('shop', {
    ...SHOP,
    'package.yaml': 'name: Shop\nversion: 1\nlicence: MIT\n',
    'orders.yaml': 'automation: "{{{nmae}}}"\nsteps: [\n',
  });
  const out = join(folder, 'shop.json');
  const { code, err, out: printed } = await shell.run('package', 'pack', dir, '-o', out);
  expect([code, printed, existsSync(out)]).toEqual([3, '', false]);
  expect(err).toContain(
    `${dir}/package.yaml:1:7 error value.invalid: Expected \`name\` to be lower-case`,
  );
  expect(err).toContain('1 | name: Shop\n  |       ^^^^\n');
  expect(err).toContain(`${dir}/package.yaml:2:10 error value.type:`);
  expect(err).toContain('= Did you mean "license"?');
  expect(err).toContain(`${dir}/orders.yaml:3:1 error yaml.syntax:`);
  const json = await shell.run('package', 'pack', dir, '--json');
  expect(JSON.parse(json.out)).toMatchObject({ status: 'invalid', left_out: [] });
});

test('a place far to the right is shown with what is around it', async () => {
  const text = JSON.stringify({
    package: 'shop',
    version: '1.0.0',
    description: 'x'.repeat(500),
    records: 7,
  });
  const dir = write('docs', { 'shop.json': text });
  const { err } = await shell.run('package', 'verify', join(dir, 'shop.json'));
  const column = text.indexOf(':7') + 2;
  expect(err).toContain(
    `shop.json:1:${column} error value.type: Expected \`records\` to be a list`,
  );
  const [, line = '', carets = ''] = /1 \| (.*)\n {2}\| ( *\^)/.exec(err) ?? [];
  expect(line[carets.length - 1]).toBe('7');
});

test('a link out of the folder is refused', async () => {
  const dir = write('shop', SHOP);
  writeFileSync(join(folder, 'outside.yaml'), 'automation: secret\nsteps: []\n');
  symlinkSync(join(folder, 'outside.yaml'), join(dir, 'linked.yaml'));
  symlinkSync(folder, join(dir, 'all'));
  const { code, err } = await shell.run('package', 'pack', dir);
  expect(code).toBe(3);
  expect(err).toContain(`${dir}/linked.yaml:1:1 error package.link`);
  expect(err).toContain(`${dir}/all:1:1 error package.link`);
});

test('what convert writes is a package', async () => {
  const sample = new URL('../package/cerb/samples/webhooks-configure.json', import.meta.url)
    .pathname;
  const out = join(folder, 'made');
  await shell.run('convert', sample, '--out', out);
  const { code, out: json } = await shell.run('package', 'pack', out, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(JSON.parse(json).document).original).toEqual({
    file: 'original.json',
    text: readFileSync(sample, 'utf8'),
  });
  const kata = write('kata', { 'hi.kata': 'start:\n  return:\n    body: hi\n' });
  await shell.run('convert', join(kata, 'hi.kata'), '--out', join(folder, 'hi'));
  expect((await shell.run('package', 'pack', join(folder, 'hi'))).code).toBe(0);
});
