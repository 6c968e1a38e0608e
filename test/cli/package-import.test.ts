import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openPackageServer, type PackageServer } from '../http/api/package-server.ts';
import { emptyFolder, FakeShell } from './fake.ts';

let shell: FakeShell;
let server: PackageServer;
let folder: string;

beforeEach(async () => {
  shell = new FakeShell();
  folder = emptyFolder();
  await serve();
});

async function serve(keys?: readonly string[]): Promise<void> {
  server = await openPackageServer(keys);
  shell.app = { fetch: async (request) => server.api.fetch(request) };
}

const SHOP: Readonly<Record<string, string>> = {
  'package.yaml': `name: shop
version: 1.2.0
configure:
  prompts:
    - { key: team, label: Which team, type: text }
    - { key: KEY, label: Key of the shop, type: secret, hosts: [api.example.com] }
    - { key: loud, label: Tell everybody, type: boolean, default: false }
`,
  'orders.yaml': `automation: shop.orders
policy: { state: ["{{{team}}}/*"] }
steps:
  - state: { get: "{{{team}}}/x" }
  - return: { json: { loud: "{{{loud}}}" } }
`,
  'hook.yaml': 'kind: webhook\nname: Shop\nbindings: [ { automation: orders } ]\n',
};

/** Writes a package to a new folder; gives its path. */
function write(change: Readonly<Record<string, string>> = {}): string {
  const dir = emptyFolder();
  for (const [file, text] of Object.entries({ ...SHOP, ...change })) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  return dir;
}

function answersFile(answers: object): string {
  const file = join(folder, 'answers.json');
  writeFileSync(file, JSON.stringify(answers));
  return file;
}

const ANSWERS = { team: 'sales', KEY: 'sk_live_1234567890' };

describe('importing', () => {
  test('asks what is not answered, shows the plan, asks whether to go on, and tells the URLs', async () => {
    shell.inputTerminal = true;
    shell.err.terminal = true;
    shell.answers = ['sales', 'sk_live_1234567890', '', 'y'];
    const { code, out, err } = await shell.run('package', 'import', write());
    expect(code).toBe(0);
    expect(shell.questions.at(-1)).toBe('Import shop 1.2.0? [y/N] ');
    expect(out).toMatch(/^shop 1\.2\.0, which is new here\n/);
    expect(out).toContain('  + secret KEY\n  + webhook Shop\n  + automation shop.orders\n');
    expect(out).toContain(
      'What it can do from then on:\n  + state: sales/*\n  + called by: shop.orders: whoever has the URL of Shop\n  + secrets go to: KEY → api.example.com\n',
    );
    expect(out).toContain('3 to create.\nshop 1.2.0 is imported.\n');
    expect(out).toContain(`  Shop: https://hooks.example.com/webhooks/`);
    expect(out + err).not.toContain(ANSWERS.KEY);
    expect(server.secrets.value('KEY')).toBe(ANSWERS.KEY);
    expect(server.automations.record('shop.orders')?.revision.source).toContain('loud: false');
  });

  test('changes nothing where the person says no', async () => {
    shell.inputTerminal = true;
    shell.err.terminal = true;
    const args = [
      'package',
      'import',
      write(),
      '--answers',
      answersFile(ANSWERS),
      '--set',
      'loud=y',
    ];
    const { code, err } = await shell.run(...args);
    expect(code).toBe(0);
    expect(err).toContain('nothing was applied.');
    expect(server.packages.list()).toEqual([]);
  });

  test('without a terminal needs --yes, and every answer', async () => {
    const dir = write();
    const missing = await shell.run('package', 'import', dir, '--yes');
    expect(missing.code).toBe(2);
    expect(missing.err).toContain('expected an answer to team (Which team), a text, got none.');
    expect(missing.err).toContain(
      'expected an answer to KEY (Key of the shop), a secret, got none.',
    );
    const given = ['package', 'import', dir, '--answers', answersFile(ANSWERS)];
    const asked = await shell.run(...given);
    expect(asked.code).toBe(2);
    expect(asked.err).toContain('--yes');
    expect((await shell.run(...given, '--yes')).code).toBe(0);
  });

  test('again changes nothing and asks nothing', async () => {
    const dir = write();
    const given = ['--answers', answersFile(ANSWERS)];
    await shell.run('package', 'import', dir, ...given, '--yes');
    const { code, out } = await shell.run('package', 'import', dir);
    expect(code).toBe(0);
    expect(out).toBe(
      'shop 1.2.0, as it is here already\n\n3 unchanged.\nshop 1.2.0 is imported already.\n',
    );
  });

  test('tells mistakes with their lines, and ends with 3', async () => {
    const dir = write({ 'orders.yaml': 'automation: shop.orders\nsteps:\n  - retrun: 1\n' });
    const args = ['package', 'import', dir, '--yes', '--answers', answersFile(ANSWERS)];
    const { code, err } = await shell.run(...args);
    expect(code).toBe(3);
    expect(err).toContain('orders.yaml:3:5 error step.unknown');
    expect(err).toContain('3 |   - retrun: 1');
    expect(server.packages.list()).toEqual([]);
  });

  test('stops at what is in the way with 8, and goes on as it is told', async () => {
    await server.call('PUT', '/automations/shop.orders', {
      source: 'automation: shop.orders\nsteps:\n  - log: mine\n',
    });
    const given = ['package', 'import', write(), '--answers', answersFile(ANSWERS), '--yes'];
    const { code, out, err } = await shell.run(...given);
    expect(code).toBe(8);
    expect(out).toContain(
      '  ! automation shop.orders: there is one of this name, which the package did not bring; not decided\n',
    );
    expect(out).toContain('      -  - log: mine\n');
    expect(err).toContain('--keep');
    const both = await shell.run(...given, '--keep', '--replace');
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('got both')]);
    const kept = await shell.run(...given, '--keep');
    expect(kept.out).toContain('= automation shop.orders: there is one of this name');
    expect(kept.out).toContain('; it stays\n');
    expect((await shell.run(...given, '--replace')).code).toBe(0);
    expect(server.automations.record('shop.orders')?.owner).toBe('package:shop');
  });

  test('decides about one record that is in the way, and about the rest at once', async () => {
    const source = 'automation: shop.orders\nsteps:\n  - log: mine\n';
    await server.call('PUT', '/automations/shop.orders', { source });
    await server.call('POST', '/webhooks', { name: 'Shop', description: 'mine' });
    const path = write();
    const given = ['--answers', answersFile(ANSWERS), '--yes'];
    const one = await shell.run('package', 'plan', path, ...given.slice(0, 2), '--keep', 'hook:x');
    expect([one.code, one.err]).toEqual([2, expect.stringContaining('got hook:x')]);
    const both = await shell.run('package', 'plan', '--keep', '--replace', path);
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('got both')]);
    const left = ['--replace', 'automation:shop.orders', path];
    const half = await shell.run('package', 'import', ...left, ...given);
    expect(half.code).toBe(8);
    expect(half.out).toContain('which the package did not bring; it is replaced\n');
    expect(half.out).toContain('which the package did not bring; not decided\n');
    // A bare flag takes no path for the name of a record.
    const args = ['--replace', 'automation:shop.orders', '--keep', path];
    const { code, out } = await shell.run('package', 'import', ...args, ...given);
    expect(code).toBe(0);
    expect(out).toMatch(/ {2}~ automation shop\.orders: .*; it is replaced\n/);
    expect(out).toMatch(/ {2}= webhook Shop: .*; it stays\n/);
    expect(server.registry.named('Shop')?.description).toBe('mine');
    await server.call('PUT', '/automations/shop.orders', { source });
    const removal = ['package', 'remove', '--keep', 'shop', '--replace', 'automation:shop.orders'];
    const removed = await shell.run(...removal, '--yes');
    expect(removed.out).toMatch(/ {2}- automation shop\.orders: .*; it goes all the same\n/);
    expect(server.automations.records()).toEqual([]);
  });

  test('as JSON tells the plan, and what was done', async () => {
    const given = ['--answers', answersFile(ANSWERS), '--json'];
    const dir = write();
    const planned = await shell.run('package', 'plan', dir, ...given);
    expect(JSON.parse(planned.out)).toMatchObject({ action: 'create', applied: false });
    const dry = await shell.run('package', 'import', dir, '--dry-run', ...given);
    expect(dry.out.replace(/"fingerprint.*/, '')).toBe(planned.out.replace(/"fingerprint.*/, ''));
    expect(server.packages.list()).toEqual([]);
    const done = await shell.run('package', 'import', dir, '--yes', ...given);
    expect(JSON.parse(done.out)).toMatchObject({ action: 'create', applied: true });
    const listed = await shell.run('package', 'list', '--json');
    expect(JSON.parse(listed.out)).toMatchObject([{ name: 'shop', version: '1.2.0' }]);
  });
});

test('a server that demands signatures takes those of its keys alone', async () => {
  const key = join(folder, 'key');
  const { out } = await shell.run('package', 'keygen', key, '--json');
  const publicKey = JSON.parse(out).public_key as string;
  const dir = write();
  const given = ['--answers', answersFile(ANSWERS), '--yes'];
  await serve([publicKey]);
  const unsigned = await shell.run('package', 'import', dir, ...given);
  expect([unsigned.code, unsigned.err]).toEqual([3, expect.stringContaining('got none')]);
  await shell.run('package', 'sign', dir, '--key', key);
  expect(await shell.run('package', 'import', dir, ...given)).toMatchObject({ code: 0 });
  expect(server.packages.get('shop').signedBy).toBe(publicKey);
  await serve([Buffer.alloc(32).toString('base64')]);
  const other = await shell.run('package', 'import', dir, ...given);
  expect([other.code, other.err]).toEqual([3, expect.stringContaining(publicKey)]);
  expect(server.packages.list()).toEqual([]);
});

test('what was exported to a folder is a package that can be imported', async () => {
  const given = ['--answers', answersFile(ANSWERS), '--yes'];
  await shell.run('package', 'import', write(), ...given);
  const dir = join(folder, 'exported');
  const args = ['package', 'export', 'copy', '--webhook', 'Shop', '--folder', dir];
  const { code, out } = await shell.run(...args);
  expect([code, out]).toEqual([0, `Exported 2 records to ${dir}.\n`]);
  expect(readdirSync(dir).sort()).toEqual(['Shop.yaml', 'package.yaml', 'shop.orders.yaml']);
  const yaml = await shell.run('package', 'export', 'shop', '--format', 'yaml');
  expect(yaml.out).toMatch(/^package: shop\nversion: 1\.2\.0\n/);
  await serve();
  expect((await shell.run('package', 'import', dir, '--yes')).code).toBe(0);
  expect(server.registry.named('Shop')?.bindings).toEqual([{ automation: 'shop.orders' }]);
});

test('tests that came in a package are exported with its automations, and pass', async () => {
  const suite = `cases:
  - name: tells {{{team}}}
    request: { json: {} }
    state: { "{{{team}}}/x": 1 }
    expect: { response: { status: 200, json: { loud: false } } }
`;
  const given = ['--answers', answersFile(ANSWERS), '--yes'];
  await shell.run('package', 'import', write({ 'orders.test.yaml': suite }), ...given);
  const dir = join(folder, 'exported');
  const { out } = await shell.run('package', 'export', 'shop', '--folder', dir);
  expect(out).toMatch(/^Exported 3 records to /);
  expect(readdirSync(dir)).toContain('shop.orders.test.yaml');
  const tested = await shell.run('test', dir);
  expect([tested.code, tested.out]).toEqual([0, expect.stringContaining('1 passed')]);
});

test('showing tells what a package brought; removing takes it out', async () => {
  await shell.run('package', 'import', write(), '--answers', answersFile(ANSWERS), '--yes');
  const shown = await shell.run('package', 'show', 'shop');
  expect(shown.out).toMatch(/^name +shop\nversion +1\.2\.0\n/);
  expect(shown.out).toMatch(/\nautomation +orders +shop\.orders\n?/);
  const document = await shell.run('package', 'show', 'shop', '--document');
  expect(JSON.parse(document.out)).toMatchObject({ package: 'shop' });
  expect((await shell.run('package', 'show', 'shop', '--original')).code).toBe(5);
  const dry = await shell.run('package', 'remove', 'shop', '--dry-run');
  expect(dry.out).toContain('shop 1.2.0, to be removed\n\n  - secret KEY\n');
  expect((await shell.run('package', 'remove', 'shop', '--yes')).out).toContain(
    'shop 1.2.0 is removed.\n',
  );
  expect((await shell.run('package', 'show', 'shop')).code).toBe(5);
  expect(server.registry.webhooks()).toEqual([]);
});

test('an automation is saved from a file and deleted, unless the folder has it', async () => {
  const file = join(folder, 'mine.yaml');
  writeFileSync(file, 'automation: mine\nsteps:\n  - log: x\n');
  const saved = await shell.run('automation', 'save', file);
  expect(saved.out).toMatch(/^mine is saved, as revision [0-9a-f]{64}\.\n$/);
  await server.automations.load([
    { file: 'own.yaml', text: 'automation: own\nsteps:\n  - log: x\n' },
  ]);
  writeFileSync(file, 'automation: own\nsteps:\n  - log: y\n');
  for (const args of [
    ['save', file],
    ['delete', 'own', '--yes'],
  ]) {
    const { code, err } = await shell.run('automation', ...args);
    expect(code).toBe(2);
    expect(err).toContain('hange or delete its file, own.yaml.');
  }
  writeFileSync(file, 'automation: own\nstps: []\n');
  const wrong = await shell.run('automation', 'save', file);
  expect([wrong.code, wrong.err]).toEqual([3, expect.stringContaining('key.unknown')]);
  expect((await shell.run('automation', 'delete', 'mine', '--yes')).out).toBe('mine is deleted.\n');
  expect(server.automations.record('mine')).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toContain('stps');
});

describe('docs/packages.md', () => {
  const page = readFileSync('docs/packages.md', 'utf8');
  const block = (name: string): string =>
    new RegExp(`\`\`\`\\w+ ${name}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

  /** The page's own package, and answers to it. */
  function shop(): { dir: string; answers: string } {
    const dir = emptyFolder();
    for (const file of ['package.yaml', 'orders.paid.yaml', 'orders.yaml', 'audit.yaml']) {
      writeFileSync(join(dir, file), block(`shop/${file}`));
    }
    const answers = join(folder, 'answers.yaml');
    writeFileSync(answers, block('answers.yaml'));
    return { dir, answers };
  }

  test('shows the plan of its own package', async () => {
    const { dir, answers } = shop();
    const { code, out } = await shell.run('package', 'plan', dir, '--answers', answers);
    expect(code).toBe(0);
    const made = /orders\.paid\.(\w{6})/.exec(out)?.[1] ?? '';
    expect(out.replaceAll(made, 'k3w9ax')).toBe(block('plan'));
    writeFileSync(join(dir, 'hook.yaml'), block('hook'));
    const value = `whsec_${Buffer.alloc(24).toString('base64')}`;
    await server.secrets.set('SIGNING_KEY', { value });
    const withHook = await shell.run('package', 'plan', dir, '--answers', answers);
    expect([withHook.code, withHook.err]).toEqual([0, '']);
    expect(withHook.out).toContain('+ hook warehouse');
  });

  test('shows how to decide about one record', async () => {
    const { dir, answers } = shop();
    const lines = block('choice').trim().split('\n');
    expect(lines).toHaveLength(2);
    await shell.run('package', 'import', dir, '--answers', answers, '--yes');
    const [automation] = server.automations.records();
    const [webhook] = server.registry.webhooks();
    const theirs = automation?.revision.source;
    await server.call('PATCH', `/webhooks/${webhook?.id}`, { description: 'mine' });
    for (const line of lines) {
      const source = `automation: ${automation?.name}\nsteps:\n  - log: mine\n`;
      await server.call('PUT', `/automations/${automation?.name}`, { source });
      const args = line.replace(/ +#.*/, '').split(' ').slice(1);
      const { code } = await shell.run(
        ...args.map((word) => (word === 'shop' ? dir : word)),
        '--yes',
      );
      expect([line, code]).toEqual([line, 0]);
      expect(server.automations.records()[0]?.revision.source).toBe(theirs);
      expect(server.registry.webhooks()[0]?.description).toBe('mine');
    }
  });

  test('shows commands that work, one after another', async () => {
    const { dir, answers } = shop();
    const sample = new URL('../package/cerb/samples/webhooks-configure.json', import.meta.url);
    let made = '';
    for (const line of ['import', 'export', 'remove'].flatMap((name) => block(name).split('\n'))) {
      const words = line.replace(/ +#.*/, '').match(/"[^"]*"|\S+/g) ?? [];
      if (words.length === 0) continue;
      const args = words.slice(1).map((word) => {
        if (word === 'shop') return dir;
        if (word === 'answers.yaml') return answers;
        if (word === 'cerb-package.json') return sample.pathname;
        if (word === 'orders.json') return join(folder, word);
        return word.replaceAll('"', '').replace('k3w9ax', made);
      });
      const folderAt = args.indexOf('--folder') + 1;
      if (folderAt > 0) args[folderAt] = join(folder, 'orders');
      const isAsking = args[1] === 'import' || args[1] === 'remove';
      const { code, out } = await shell.run(...args, ...(isAsking ? ['--yes'] : []));
      expect([line, code]).toEqual([line, 0]);
      if (args[1] === 'import') made = /Orders \((\w{6})\)/.exec(out)?.[1] ?? made;
    }
    expect(server.packages.list().map(({ name }) => name)).toEqual(['webhooks-example']);
  });
});
