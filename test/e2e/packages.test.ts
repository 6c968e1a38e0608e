import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { automation, hook, Importer, type Json, pack, told, webhook } from './importer.ts';
import { Program } from './program.ts';

let program: Program;
let importer: Importer;

beforeAll(async () => {
  const text = 'automation: folder.one\nsteps:\n  - return: { text: folder }\n';
  program = await Program.start({ automations: { 'one.yaml': text } });
  importer = new Importer(program);
});

afterAll(() => program[Symbol.asyncDispose]());

describe('an import', () => {
  const answers = { KEY: 'sk_live_1234567890' };
  const document = pack('shop', {
    prompts: [
      { key: 'team', label: 'Which team', type: 'text', default: 'sales' },
      {
        key: 'KEY',
        label: 'Key of the shop',
        type: 'secret',
        hosts: ['api.example.com', 'example.com'],
      },
    ],
    placeholders: [{ key: 'suffix', type: 'random', length: 8 }],
    records: [
      {
        uid: 'orders',
        text: `automation: shop.orders
policy: { functions: [shop.price], http: ["GET https://api.example.com/**"], secrets: [KEY] }
steps:
  - call: shop.price
    as: price
  - if: \${{ false }}
    then:
      - http: { url: "https://api.example.com/", headers: { key: "\${{ secrets.KEY }}" } }
  - return: { json: { team: "{{{team}}}", price: "\${{ price }}" } }
`,
      },
      {
        uid: 'price',
        text: 'automation: shop.price\ntrigger: function\nsteps:\n  - return: { value: 10 }\n',
      },
      webhook('Shop {{{suffix}}}', 'orders'),
      hook(
        'warehouse',
        'topics: [order.*]\nheaders: { authorization: "Bearer ${{ secrets.KEY }}" }\n',
      ),
    ],
  });

  test('is planned first, with what the package could do, and nothing is written', async () => {
    const plan = await importer.plan(document, { answers });
    expect(plan).toMatchObject({
      action: 'create',
      from: null,
      to: '1.0.0',
      counts: { create: 5 },
      applied: false,
      notes: [],
      diagnostics: [],
      capabilities: {
        gained: {
          http: ['GET https://api.example.com/**'],
          secrets: ['KEY'],
          functions: ['shop.price'],
          callers: [`shop.orders: whoever has the URL of Shop ${plan.values.suffix}`],
          deliveries: [
            expect.stringMatching(/^order\.\* → https:\/\/example\.com\/… \(hidden, \w{8}\)$/),
          ],
          secret_hosts: ['KEY → api.example.com', 'KEY → example.com'],
        },
        lost: {},
      },
    });
    expect(await program.api('GET', '/packages')).toEqual({ packages: [] });
    expect(await program.api('GET', '/secrets')).toEqual({ secrets: [] });
    expect(JSON.stringify(plan)).not.toContain(answers.KEY);
  });

  test('applies what was planned: webhooks answer, hooks have their secrets', async () => {
    const { fingerprint, values } = await importer.plan(document, { answers });
    const done = await importer.import(document, { answers, values, fingerprint });
    expect(done).toMatchObject({ action: 'create', applied: true, values });
    const { url } = await importer.named('webhooks', `Shop ${values.suffix}`);
    expect(await (await fetch(url)).json()).toEqual({ team: 'sales', price: 10 });
    expect(await importer.named('hooks', 'warehouse')).toMatchObject({
      headers: ['authorization'],
    });
    expect(await importer.named('automations', 'shop.orders')).toMatchObject({
      owner: 'package',
      package: 'shop',
    });
    const { packages } = await program.api('GET', '/packages');
    expect(packages).toMatchObject([{ name: 'shop', version: '1.0.0', records: 5 }]);
  });

  test('of the same package again changes nothing at all', async () => {
    const before = [
      await program.api('GET', '/packages/shop'),
      await program.api('GET', '/webhooks'),
      await program.api('GET', '/hooks'),
      await program.api('GET', '/secrets'),
    ];
    for (const given of [{}, { answers }]) {
      const again = await importer.import(document, given);
      expect(again).toMatchObject({ action: 'unchanged', counts: { unchanged: 5 } });
      expect(again.capabilities).toEqual({ gained: {}, lost: {} });
    }
    expect([
      await program.api('GET', '/packages/shop'),
      await program.api('GET', '/webhooks'),
      await program.api('GET', '/hooks'),
      await program.api('GET', '/secrets'),
    ]).toEqual(before);
  });

  test('asks again for a secret that was deleted since', async () => {
    await program.api('DELETE', '/secrets/KEY');
    const error = await importer.refusal('POST', '/packages', { document });
    expect(error).toMatchObject({ code: 'package.answers' });
    expect(error.message).toContain(
      'Expected an answer to KEY (Key of the shop), a secret, got none.',
    );
    const plan = await importer.import(document, { answers, conflicts: 'replace' });
    expect(told(plan)[0]).toBe('secret KEY: create (deleted)');
    expect((await importer.import(document)).action).toBe('unchanged');
  });

  test('stores no secret in what can be read', async () => {
    for (const path of ['/packages/shop', '/packages/shop/document']) {
      const text = await (await program.fetchApi('GET', path)).text();
      expect(text).toContain('shop');
      expect(text).not.toContain(answers.KEY);
    }
    expect(program.output + program.errors).not.toContain(answers.KEY);
  });
});

describe('a newer version', () => {
  const v1 = pack('news', {
    records: [
      automation('news.a', 'one', 'policy: { state: [news/*] }\n'),
      automation('news.gone', 'one'),
      webhook('News', 'news.a'),
      hook('news', 'topics: [news.*]\n'),
    ],
  });
  const v2 = pack('news', {
    version: '1.1.0',
    records: [
      automation('news.a', 'two', 'policy: { state: [other/*] }\n'),
      automation('news.b', 'new'),
      webhook('News', 'news.b', 'methods: [POST]\n'),
      hook('news', 'topics: [news.*, other]\n'),
    ],
  });

  test('is an upgrade with readable differences, and what it dropped goes', async () => {
    await importer.import(v1);
    const { url } = await importer.named('webhooks', 'News');
    const plan = await importer.plan(v2);
    expect(plan).toMatchObject({ action: 'upgrade', from: '1.0.0', to: '1.1.0' });
    expect(told(plan)).toEqual([
      'automation news.a: change',
      'automation news.b: create',
      'webhook News: change',
      'hook news: change',
      'automation news.gone: remove',
    ]);
    expect(plan.records[0].diff).toBe(`--- news.a (here)
+++ news.a (package)
@@ -1,4 +1,4 @@
 automation: news.a # kept
-policy: { state: [news/*] }
+policy: { state: [other/*] }
 steps:
-  - return: { text: "one" }
+  - return: { text: "two" }
`);
    expect(plan.records[2].diff).toContain('-  - automation: news.a\n+  - automation: news.b\n');
    expect(plan.records[3].diff).toContain('+  - other\n');
    expect(plan.capabilities).toEqual({
      gained: {
        state: ['other/*'],
        callers: ['news.b: whoever has the URL of News'],
        deliveries: ['other → https://example.com/in'],
      },
      lost: { state: ['news/*'], callers: ['news.a: whoever has the URL of News'] },
    });
    await importer.import(v2, { fingerprint: plan.fingerprint });
    expect(await (await fetch(url, { method: 'POST' })).text()).toBe('new');
    expect((await fetch(url)).status).toBe(405);
    expect((await importer.refusal('GET', '/automations/news.gone')).code).toBe(
      'automation.not_found',
    );
  });

  test('can be gone back on, which the plan says', async () => {
    const plan = await importer.plan(v1);
    expect(plan).toMatchObject({ action: 'downgrade', from: '1.1.0', to: '1.0.0' });
    await importer.import(v1, { fingerprint: plan.fingerprint });
    const { url } = await importer.named('webhooks', 'News');
    expect(await (await fetch(url)).text()).toBe('one');
  });
});

describe('what was changed by hand', () => {
  const first = [automation('hand.a', 'one'), webhook('Hand', 'hand.a'), hook('hand', '')];
  const v1 = pack('hand', { records: first });
  const v2 = pack('hand', {
    version: '2.0.0',
    records: [automation('hand.a', 'two'), webhook('Hand', 'hand.a', 'paths: false\n')],
  });

  test('is a conflict, and an import without a choice applies nothing', async () => {
    await importer.import(v1);
    await program.api('PUT', '/automations/hand.a', {
      source: 'automation: hand.a\nsteps:\n  - return: { text: mine }\n',
    });
    await program.api('PATCH', '/webhooks/Hand', { description: 'mine' });
    await program.api('PATCH', '/hooks/hand', { topics: ['mine'] });
    const plan = await importer.plan(v2);
    expect(told(plan)).toEqual([
      'automation hand.a: conflict (changed)',
      'webhook Hand: conflict (changed)',
      'hook hand: conflict (changed)',
    ]);
    expect(plan.records[0].diff).toContain('mine');
    const error = await importer.refusal('POST', '/packages', { document: v2 });
    expect(error).toMatchObject({ code: 'package.conflict' });
    expect(error.message).toContain('automation hand.a: it was changed by hand');
    expect(error.next).toContain('--keep');
    expect(await program.api('GET', '/packages/hand')).toMatchObject({ version: '1.0.0' });
  });

  test('stays where it is to be kept, and is one again next time', async () => {
    const plan = await importer.import(v2, { conflicts: 'keep' });
    expect(told(plan)).toEqual([
      'automation hand.a: keep (changed)',
      'webhook Hand: keep (changed)',
      'hook hand: keep (changed)',
    ]);
    expect(await program.api('GET', '/packages/hand')).toMatchObject({ version: '2.0.0' });
    expect(await importer.named('webhooks', 'Hand')).toMatchObject({ description: 'mine' });
    expect(await importer.named('hooks', 'hand')).toMatchObject({ topics: ['mine'] });
    expect(told(await importer.plan(v2))).toEqual([
      'automation hand.a: conflict (changed)',
      'webhook Hand: conflict (changed)',
    ]);
  });

  test('is replaced where that is said', async () => {
    const plan = await importer.import(v2, { conflicts: 'replace' });
    expect(told(plan)).toEqual([
      'automation hand.a: change (changed)',
      'webhook Hand: change (changed)',
    ]);
    const { url, description, paths } = await importer.named('webhooks', 'Hand');
    expect({ description, paths }).toEqual({ description: '', paths: false });
    expect(await (await fetch(url)).text()).toBe('two');
    expect((await importer.import(v2)).action).toBe('unchanged');
  });

  test('and what was deleted is made again only where that is said', async () => {
    await program.api('DELETE', '/automations/hand.a');
    expect(told(await importer.plan(v2))[0]).toBe('automation hand.a: conflict (deleted)');
    const { records } = await program.api('GET', '/packages/hand');
    expect(records.map(({ name, present }: any) => [name, present])).toEqual([
      ['hand.a', false],
      ['Hand', true],
    ]);
    await importer.import(v2, { conflicts: 'keep' });
    expect((await importer.refusal('GET', '/automations/hand.a')).code).toBe(
      'automation.not_found',
    );
    await importer.import(v2, { conflicts: 'replace' });
    expect(await program.api('GET', '/automations/hand.a')).toMatchObject({ owner: 'package' });
  });

  test('is the package’s again once a version has the same', async () => {
    const version = (number: string, answer: string): string => {
      const more = `description: ${answer}\n`;
      const hooked = hook('same', `topics: [${answer}]\n`);
      const records = [automation('same.a', answer), webhook('Same', 'same.a', more), hooked];
      return pack('same', { version: number, records });
    };
    await importer.import(version('1.0.0', 'one'));
    await program.api('PUT', '/automations/same.a', {
      source: 'automation: same.a # kept\nsteps:\n  - return: { text: "two" }\n',
    });
    const [{ id }, { id: hookId }] = [
      await importer.named('webhooks', 'Same'),
      await importer.named('hooks', 'same'),
    ] as [Json, Json];
    await program.api('PATCH', `/webhooks/${id}`, { description: 'two' });
    await program.api('PATCH', `/hooks/${hookId}`, { topics: ['two'] });
    expect((await importer.import(version('2.0.0', 'two'))).counts).toEqual({ unchanged: 3 });
    expect((await importer.import(version('2.0.0', 'two'))).action).toBe('unchanged');
    expect((await importer.import(version('3.0.0', 'three'))).counts).toEqual({ change: 3 });
    await program.api('DELETE', '/packages/same');
  });

  test('is not what people do while a record is in use: new tokens, pauses', async () => {
    await program.api('POST', '/webhooks/Hand/rotate');
    await program.api('PATCH', '/webhooks/Hand', { paused: true });
    expect((await importer.import(v2)).action).toBe('unchanged');
    expect(await importer.named('webhooks', 'Hand')).toMatchObject({ paused: true });
  });
});

describe('a name that something else has', () => {
  test('is a conflict; what is kept is used and stays nobody’s', async () => {
    await program.api('PUT', '/automations/taken.a', {
      source: 'automation: taken.a\nsteps:\n  - return: { text: mine }\n',
    });
    const document = pack('taken', {
      records: [automation('taken.a', 'theirs'), webhook('Taken', 'taken.a')],
    });
    expect(told(await importer.plan(document))).toEqual([
      'automation taken.a: conflict (taken)',
      'webhook Taken: create',
    ]);
    await importer.import(document, { conflicts: 'keep' });
    const { url } = await importer.named('webhooks', 'Taken');
    expect(await (await fetch(url)).text()).toBe('mine');
    await program.api('DELETE', '/packages/taken');
    expect(await program.api('GET', '/automations/taken.a')).toMatchObject({ owner: 'hand' });
  });

  test('of a webhook or hook is taken over with its URL and its secret where that is said', async () => {
    const before = await program.api('POST', '/webhooks', { name: 'Mine', description: 'mine' });
    const made = await program.api('POST', '/hooks', { name: 'mine', url: 'https://example.com' });
    const document = pack('over', {
      records: [
        automation('over.a', 'over'),
        webhook('Mine', 'over.a'),
        hook('mine', 'topics: [over]\n'),
      ],
    });
    const plan = await importer.plan(document);
    expect(told(plan)).toEqual([
      'automation over.a: create',
      'webhook Mine: conflict (taken)',
      'hook mine: conflict (taken)',
    ]);
    expect(plan.records[1].diff).toContain('-description: mine\n');
    await importer.import(document, { conflicts: 'replace' });
    const { id, url } = await importer.named('webhooks', 'Mine');
    expect({ id, url }).toEqual({ id: before.id, url: before.url });
    expect(await (await fetch(url)).text()).toBe('over');
    expect(await importer.named('hooks', 'mine')).toMatchObject({ id: made.id, topics: ['over'] });
    expect((await importer.import(document)).action).toBe('unchanged');
    await program.api('DELETE', '/packages/over');
    expect(await importer.named('hooks', 'mine')).toBeUndefined();
  });

  test('of a file in the automations folder can only be kept', async () => {
    const document = pack('folders', { records: [automation('folder.one', 'theirs')] });
    expect(told(await importer.plan(document, { conflicts: 'replace' }))).toEqual([
      'automation folder.one: conflict (folder)',
    ]);
    const error = await importer.refusal('POST', '/packages', { document, conflicts: 'replace' });
    expect(error.message).toContain('one.yaml in the automations folder has it');
    expect(error.next).toContain('--keep');
    await importer.import(document, { conflicts: 'keep' });
    expect(await program.api('GET', '/automations/folder.one')).toMatchObject({ owner: 'folder' });
    await program.api('DELETE', '/packages/folders');
  });

  test('of a secret with another value is a conflict, with the same value none', async () => {
    await program.api('PUT', '/secrets/SHARED', { value: 'mine-1234', hosts: ['a.example'] });
    const prompts = [{ key: 'SHARED', label: 'Shared', type: 'secret' }];
    const document = pack('secretive', { prompts, records: [automation('secretive', 'x')] });
    const other = await importer.plan(document, { answers: { SHARED: 'theirs-1234' } });
    expect(told(other)[0]).toBe('secret SHARED: conflict (taken)');
    expect(JSON.stringify(other)).not.toContain('theirs-1234');
    await importer.import(document, { answers: { SHARED: 'mine-1234' } });
    await program.api('DELETE', '/packages/secretive');
    expect(await program.api('GET', '/secrets/SHARED')).toMatchObject({ hosts: ['a.example'] });
  });
});
