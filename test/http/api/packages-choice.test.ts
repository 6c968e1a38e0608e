import { beforeEach, describe, expect, test } from 'vitest';
import { automation, hook, pack, told, webhook } from '../../e2e/importer.ts';
import { openPackageServer, type PackageServer } from './package-server.ts';

let server: PackageServer;

beforeEach(async () => {
  server = await openPackageServer();
});

const DOCUMENT = pack('shop', {
  records: [
    automation('shop.a', 'theirs'),
    automation('shop.b', 'theirs'),
    webhook('Shop', 'shop.a', 'description: theirs\n'),
    hook('shop', 'topics: [theirs]\n'),
  ],
});

/** Somebody else's records under the names of the package's, but for one. */
async function occupy(): Promise<void> {
  await server.call('PUT', '/automations/shop.a', { source: mine('shop.a') });
  await server.call('POST', '/webhooks', { name: 'Shop', description: 'mine' });
  await server.call('POST', '/hooks', { name: 'shop', url: 'https://example.com/mine' });
}

function mine(name: string): string {
  return `automation: ${name}\nsteps:\n  - return: { text: mine }\n`;
}

function plan(choice: object, document = DOCUMENT): Promise<Record<string, any>> {
  return server.call('POST', '/packages', { document, dry_run: true, ...choice });
}

function decisions({ records }: Record<string, any>): unknown[] {
  return records.map(({ name, action, decision }: any) => [name, action, decision]);
}

/** The error of an import, which has to be the one of its plan. */
async function refusal(choice: object, document = DOCUMENT): Promise<Record<string, any>> {
  const failed = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('Expected an error.'),
      ({ code, message, next }) => ({ code, message, next }),
    );
  const planned = await failed(plan(choice, document));
  const imported = await failed(server.call('POST', '/packages', { document, ...choice }));
  expect(imported).toEqual(planned);
  return planned;
}

describe('a record that is named', () => {
  beforeEach(occupy);

  test('is decided about by itself, and the others are still in the way', async () => {
    const choice = { keep: ['webhook:Shop'], replace: ['automation:shop.a'] };
    expect(decisions(await plan(choice))).toEqual([
      ['shop.a', 'change', 'replace'],
      ['shop.b', 'create', null],
      ['Shop', 'keep', 'keep'],
      ['shop', 'conflict', null],
    ]);
    await expect(
      server.call('POST', '/packages', { document: DOCUMENT, ...choice }),
    ).rejects.toMatchObject({
      code: 'package.conflict',
      next: expect.stringContaining('`--keep hook:shop`'),
    });
    const all = { keep: ['webhook:Shop', 'hook:shop'], replace: ['automation:shop.a'] };
    await server.call('POST', '/packages', { document: DOCUMENT, ...all });
    expect(server.automations.record('shop.a')?.owner).toBe('package:shop');
    expect(server.registry.named('Shop')?.description).toBe('mine');
    expect(server.hooks.named('shop')?.topics).toEqual([]);
  });

  test('is an exception where all others are decided about at once', async () => {
    const kept = await plan({ conflicts: 'keep', replace: ['hook:shop'] });
    expect(told(kept)).toEqual([
      'automation shop.a: keep (taken)',
      'automation shop.b: create',
      'webhook Shop: keep (taken)',
      'hook shop: change (taken)',
    ]);
    const replaced = await plan({ conflicts: 'replace', keep: ['hook:shop', 'hook:shop'] });
    expect(decisions(replaced).map(([, , decision]: any) => decision)).toEqual([
      'replace',
      null,
      'replace',
      'keep',
    ]);
  });

  test('may be called by its uid, unless that is the name of another', async () => {
    expect(decisions(await plan({ keep: ['webhook:x-Shop'] }))[2]).toEqual([
      'Shop',
      'keep',
      'keep',
    ]);
    const document = pack('uids', {
      records: [
        { kind: 'automation', uid: 'one', text: mine('shop.a') },
        { kind: 'automation', uid: 'shop.a', text: mine('two') },
      ],
    });
    await server.call('PUT', '/automations/two', { source: mine('two') });
    expect(decisions(await plan({ replace: ['automation:shop.a'] }, document))).toEqual([
      ['shop.a', 'change', 'replace'],
      ['two', 'conflict', null],
    ]);
  });

  test('to be kept and to be replaced is a mistake, whatever it is called by', async () => {
    for (const [keep, replace] of [
      ['webhook:Shop', 'webhook:Shop'],
      ['webhook:Shop', 'webhook:x-Shop'],
    ]) {
      expect(await refusal({ keep: [keep], replace: [replace] })).toEqual({
        code: 'package.choice',
        message: 'Expected webhook:Shop to be kept or to be replaced, got both.',
        next: 'Name it once.',
      });
    }
  });

  test('and is not in the way or not there, is told with all others, and what was meant', async () => {
    const keep = ['automation:shop.b', 'automation:shop.aa', 'webhok:Shop', 'secret:KEY', 'x:y'];
    expect(await refusal({ conflicts: 'replace', keep })).toEqual({
      code: 'package.choice',
      message: [
        'Expected a record in the way of shop, got automation:shop.aa, which is none of its records. Did you mean "shop.a"?',
        'Expected a record in the way of shop, got webhok:Shop, which has no kind of a record. Did you mean "webhook"?',
        'Expected a record in the way of shop, got secret:KEY, which is none of its records.',
        'Expected a record in the way of shop, got x:y, which has no kind of a record. A kind is one of automation, webhook, hook, test, secret.',
        'Expected a record in the way of shop, got automation:shop.b, which is new here.',
      ].join('\n'),
      next: 'In the way: automation:shop.a, webhook:Shop, hook:shop.',
    });
    await server.call('POST', '/packages', { document: DOCUMENT, conflicts: 'replace' });
    expect(await refusal({ keep: ['webhook:Shop'] })).toMatchObject({
      message: expect.stringContaining('got webhook:Shop, which nobody changed by hand.'),
      next: 'Nothing is in the way.',
    });
    expect(server.packages.get('shop').version).toBe('1.0.0');
  });

  test('with mistakes in it is told of those', async () => {
    const records = [{ kind: 'automation', uid: 'a', text: 'automation: shop.a\nstps: []\n' }];
    const wrong = await plan({ keep: ['automation:shop.a'] }, pack('shop', { records }));
    expect(wrong.diagnostics).toContainEqual(expect.objectContaining({ code: 'key.unknown' }));
  });

  test('has to have a kind and a name', async () => {
    const long = `webhook:${'x'.repeat(300)}`;
    for (const keep of [['Shop'], ['webhook:'], 'webhook:Shop', [1], [long]]) {
      expect(await refusal({ keep })).toMatchObject({ code: 'request.malformed' });
    }
    const unknown = Array.from({ length: 1000 }, (_, n) => `hook:${n}`);
    expect((await refusal({ keep: unknown })).message.split('\n')).toHaveLength(10);
    expect(await refusal({ keep: new Array(1001).fill('hook:shop') })).toMatchObject({
      message: expect.stringContaining('at most 1000'),
    });
  });
});

test('a file of the automations folder is not replaced because it is named', async () => {
  await server.automations.load([{ file: 'a.yaml', text: mine('shop.a') }]);
  expect(decisions(await plan({ replace: ['automation:shop.a'] }))[0]).toEqual([
    'shop.a',
    'conflict',
    null,
  ]);
});

describe('on removal', () => {
  const remove = (query: string) => server.call('DELETE', `/packages/shop?${query}`);

  test('each record that was changed by hand may be decided about by itself', async () => {
    await server.call('POST', '/packages', { document: DOCUMENT });
    await server.call('PUT', '/automations/shop.a', { source: mine('shop.a') });
    await server.call('PUT', '/automations/shop.b', { source: mine('shop.b') });
    await server.call('PATCH', '/webhooks/Shop', { description: 'mine' });
    const choice = 'keep=automation:shop.a&keep=webhook:Shop&replace=automation:shop.b';
    expect(decisions(await remove(`${choice}&dry_run=true`))).toEqual([
      ['shop.a', 'keep', 'keep'],
      ['shop.b', 'remove', 'replace'],
      ['Shop', 'keep', 'keep'],
      ['shop', 'remove', null],
    ]);
    await expect(remove('keep=hook:shop')).rejects.toMatchObject({ code: 'package.choice' });
    await expect(remove('keep=shop')).rejects.toMatchObject({ code: 'request.malformed' });
    await remove(choice);
    expect(server.automations.records().map(({ name }) => name)).toEqual(['shop.a']);
    expect(server.registry.named('Shop')).toBeDefined();
  });

  test('a secret that something else needs stays, unless it is named', async () => {
    const prompts = [{ key: 'KEY', label: 'A key', type: 'secret' }];
    const document = pack('shop', { prompts, records: [automation('shop.a', 'x')] });
    await server.call('POST', '/packages', { document, answers: { KEY: 'value-1234' } });
    await server.call('PUT', '/automations/other', {
      source: 'automation: other\npolicy: { secrets: [KEY] }\nsteps:\n  - log: x\n',
    });
    expect(decisions(await remove('dry_run=true'))[0]).toEqual(['KEY', 'keep', 'keep']);
    expect(told(await remove('replace=secret:KEY'))[0]).toBe('secret KEY: remove (used)');
    expect(server.secrets.record('KEY')).toBeUndefined();
  });
});
