import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { hookKeys, webhookKeys } from '../../../src/engine/packages/keys.ts';
import { openPackageServer, type PackageServer } from './package-server.ts';

const RUNS = 40;
/** On a machine that is busy, those that are done by then are enough. */
const LIMIT_MS = 20_000;

/** A text that YAML, templates or people may stumble over. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    '{{{x}}}',
    '{{{uid.a}}} {{{',
    'a: b # c',
    ' lead',
    'trail ',
    '$${{ x }}',
    '- x',
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ._/ü-]{0,20}$/);
const segment = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const topic = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
const secretName = fc.constantFrom('ALPHA', 'BETA', 'GAMMA_1');

interface Automation {
  readonly name: string;
  readonly source: string;
}

const automation = fc
  .record({ answer: text, calls: fc.boolean(), secret: fc.option(secretName), sends: fc.boolean() })
  .map(({ answer, calls, secret, sends }) => (number: number): Automation => {
    const policy = {
      functions: calls ? ['fn'] : [],
      secrets: secret === null ? [] : [secret],
      hooks: sends ? ['hook-0'] : [],
    };
    const source = `# ${number}, with a comment
automation: run.${number}
policy: ${JSON.stringify(policy)}
steps:
  - return: { text: ${JSON.stringify(answer.replace(/\$\{\{/g, '$$${{'))} }
`;
    return { name: `run.${number}`, source };
  });

const webhook = fc.record({
  description: text,
  respond: fc.constantFrom('run', 'ack'),
  bindings: fc.array(
    fc.record(
      {
        automation: fc.nat(2),
        when: fc.constantFrom('${{ true }}', '${{ request.method == "POST" }}'),
        disabled: fc.boolean(),
        also: fc.boolean(),
      },
      { requiredKeys: ['automation'] },
    ),
    { maxLength: 3 },
  ),
  settings: fc.record(
    {
      methods: fc.uniqueArray(fc.constantFrom('POST', 'PUT', 'GET'), { minLength: 1 }),
      content_types: fc.constantFrom(['application/json'], ['text/*']),
      paths: fc.constant(false),
      limits: fc.record(
        {
          rate: fc.constantFrom('10/min', '5/10s burst 2'),
          concurrent: fc.nat(9).map((n) => n + 1),
        },
        { requiredKeys: ['rate'] },
      ),
      map: fc.record({ id: fc.constantFrom('json.id', 'headers.x-id') }),
      forward: topic,
    },
    { requiredKeys: [] },
  ),
  paused: fc.boolean(),
});

const hook = fc.record({
  topics: fc.array(topic, { maxLength: 3 }),
  url: fc.constantFrom(
    'https://example.com/in',
    'https://example.com/in?token=abc',
    'https://hooks.example.com/services/T000AAAA11112222BBBB',
  ),
  headers: fc.dictionary(fc.stringMatching(/^x-[a-z]{1,5}$/), fc.stringMatching(/^[ -~]{1,20}$/), {
    maxKeys: 3,
  }),
  timeout: fc.constantFrom('5s', '1500ms'),
  ordered: fc.boolean(),
  retries: fc.constantFrom([], ['5s', '2h']),
  alerts: fc.constantFrom([], ['ops@example.com']),
});

const records = fc.record({
  automations: fc.tuple(automation, automation, automation),
  webhooks: fc.uniqueArray(fc.tuple(name, webhook), { maxLength: 3, selector: ([one]) => one }),
  hooks: fc.array(hook, { maxLength: 3 }),
  secrets: fc.record({ ALPHA: fc.constant('alpha-value-1'), BETA: fc.constant('beta-value-2') }),
});

type Records = typeof records extends fc.Arbitrary<infer T> ? T : never;

const FUNCTION = 'automation: fn\ntrigger: function\nsteps:\n  - return: { value: 1 }\n';

async function make(server: PackageServer, given: Records): Promise<void> {
  for (const [key, value] of Object.entries(given.secrets)) {
    await server.secrets.set(key, { value, hosts: ['api.example.com'] });
  }
  const save = (one: Automation) =>
    server.call('PUT', `/automations/${one.name}`, { source: one.source });
  await save({ name: 'fn', source: FUNCTION });
  for (const [number, one] of given.automations.entries()) await save(one(number));
  for (const [number, one] of given.hooks.entries()) {
    await server.call('POST', '/hooks', { name: `hook-${number}`, ...one });
  }
  for (const [title, { bindings, settings, paused, ...one }] of given.webhooks) {
    const bound = bindings.map((binding) => ({
      ...binding,
      automation: `run.${binding.automation}`,
    }));
    await server.call('POST', '/webhooks', { name: title, bindings: bound, ...settings, ...one });
    if (paused) await server.call('PATCH', `/webhooks/${encodeURIComponent(title)}`, { paused });
  }
}

/** Everything that an import has to give again, ids, times and tokens apart. */
function contentOf({ automations, registry, hooks }: PackageServer): unknown {
  return {
    automations: automations.records().map((one) => one.revision.source),
    webhooks: registry.webhooks().map((one) => ({ ...webhookKeys(one), paused: one.paused })),
    hooks: hooks.list().map((one) => ({ ...hookKeys(one), secret: one.secret })),
  };
}

const NOTHING = { automations: [], webhooks: [], hooks: [] };

async function empty({ automations, registry, hooks }: PackageServer): Promise<void> {
  for (const { id } of registry.webhooks()) await registry.deleteWebhook(id);
  for (const { id } of hooks.list()) await hooks.delete(id);
  for (const one of automations.records()) await automations.delete(one.name);
}

/** What a person would type: the values of secrets, and what of hooks became prompts. */
function answersFor(document: Record<string, any>, { hooks, secrets }: PackageServer): object {
  const answers: Record<string, string> = {};
  for (const { key } of document.configure?.prompts ?? []) {
    const value = secrets.value(key);
    answers[key] = value ?? 'nobody knows it';
  }
  for (const record of document.records.filter(({ kind }: { kind: string }) => kind === 'hook')) {
    const keys = parse(record.text);
    const hook = hooks.get(keys.name);
    answers[keys.secret] = hook.secret;
    const refers = (shown: string) => /^\$\{\{ secrets\.(\w+) \}\}$/.exec(shown)?.[1];
    const url = refers(keys.url);
    if (url !== undefined) answers[url] = hook.url;
    for (const [header, shown] of Object.entries<string>(keys.headers ?? {})) {
      const key = refers(shown);
      const value = hook.headers.find(([one]) => one === header)?.[1];
      if (key !== undefined && value !== undefined) answers[key] = value;
    }
  }
  return answers;
}

test('an import of an export gives the same records, whatever they are, and the export no secret', async () => {
  const from = await openPackageServer();
  const to = await openPackageServer();
  await fc.assert(
    fc
      .asyncProperty(records, async (given) => {
        await make(from, given);
        const exported = await from.call('POST', '/exports', {
          name: 'all',
          automations: from.automations.records().map((one) => one.name),
          webhooks: from.registry.webhooks().map((one) => one.id),
          hooks: from.hooks.list().map((one) => one.id),
        });
        const document = JSON.stringify(exported);
        for (const { token } of from.registry.webhooks()) expect(document).not.toContain(token);
        for (const { secret } of from.hooks.list()) expect(document).not.toContain(secret);
        for (const value of Object.values(given.secrets)) expect(document).not.toContain(value);
        const answers = answersFor(exported, from);
        await to.call('POST', '/packages', { document, answers });
        expect(contentOf(to)).toEqual(contentOf(from));
        const again = await to.call('POST', '/packages', { document });
        expect(again.action).toBe('unchanged');
        await to.call('DELETE', '/packages/all');
        expect([contentOf(to), to.secrets.list()]).toEqual([NOTHING, []]);
      })
      .afterEach(() => empty(from)),
    { numRuns: RUNS, interruptAfterTimeLimit: LIMIT_MS },
  );
});

test('an export takes what is depended on: bindings’ automations, called functions, named hooks', async () => {
  const server = await openPackageServer();
  await server.secrets.set('KEY', { value: 'value-1234', hosts: ['api.example.com'] });
  const save = (name: string, rest: string) =>
    server.call('PUT', `/automations/${name}`, { source: `automation: ${name}\n${rest}` });
  await save('deep', 'trigger: function\nsteps:\n  - return: { value: 1 }\n');
  await save(
    'fn',
    'trigger: function\npolicy: { functions: ["*"] }\nsteps:\n  - call: deep\n    as: x\n  - return: { value: "${{ x }}" }\n',
  );
  await save(
    'main',
    'policy: { functions: [fn], hooks: [wa*], secrets: [KEY] }\nsteps:\n  - call: fn\n  - hook: { name: warehouse, data: {} }\n',
  );
  await save('other', 'steps:\n  - log: x\n');
  await server.call('POST', '/hooks', { name: 'warehouse', url: 'https://example.com/in' });
  await server.call('POST', '/hooks', { name: 'unrelated', url: 'https://example.com/in' });
  await server.call('POST', '/webhooks', { name: 'In', bindings: [{ automation: 'main' }] });
  const uids = async (more: object) => {
    const { records } = await server.call('POST', '/exports', {
      name: 'some',
      webhooks: ['In'],
      ...more,
    });
    return records.map(({ kind, uid }: { kind: string; uid: string }) => `${kind} ${uid}`);
  };
  expect(await uids({})).toEqual([
    'webhook In',
    'automation deep',
    'automation fn',
    'automation main',
    'hook warehouse',
  ]);
  expect(await uids({ alone: true })).toEqual(['webhook In']);
  const { configure, version } = await server.call('POST', '/exports', {
    name: 'some',
    automations: ['main'],
    version: '1.2.3',
  });
  expect(version).toBe('1.2.3');
  expect(configure.prompts).toEqual([
    { key: 'KEY', label: 'A secret of main', type: 'secret', hosts: ['api.example.com'] },
    { key: 'WAREHOUSE_SECRET', label: 'The secret of the hook warehouse', type: 'secret' },
  ]);
});

describe('tests that came in a package', () => {
  const cases = 'cases:\n  - name: says {{{word}}} # {{{word}}}\n    request: { json: "{{{ x" }\n';
  const said = 'cases:\n  - name: says yes # {{{word}}}\n    request: { json: "{{{ x" }\n';
  const document = JSON.stringify({
    package: 'tested',
    version: '1.0.0',
    requires: '>=1.0.0',
    configure: {
      prompts: [
        { key: 'word', label: 'Word' },
        { key: 'KEY', label: 'Key', type: 'secret' },
      ],
      placeholders: [{ key: 'code', type: 'random', length: 6 }],
    },
    records: [
      { file: 'in/a.yaml', text: 'automation: "a.{{{code}}}"\nsteps:\n  - log: x\n' },
      { file: 'b.yaml', text: 'automation: b\nuid: second\nsteps:\n  - log: "{{{word}}}"\n' },
      { file: 'in/a.test.yaml', text: `# Of {{{code}}}.\n${cases}` },
      { file: 'of-a.test.yaml', text: `automation: in/a.yaml # there\nuid: by-file\n${cases}` },
      { file: 'on-a.test.yaml', text: `kind: test\nautomation: "a.{{{code}}}"\n${cases}` },
      { file: 'in/of-b.test.yaml', text: `automation: ../b.yaml\n${cases}` },
      { file: 'b.test.yml', text: cases },
      { file: 'nobody.test.yaml', text: cases },
    ],
  });

  async function exported(server: PackageServer, body: object): Promise<Record<string, string>> {
    const { records } = await server.call('POST', '/exports', { name: 'some', ...body });
    return Object.fromEntries(records.map(({ file, text }: any) => [file, text]));
  }

  test('are exported with its automations, beside them and for them, as they were filled in', async () => {
    const server = await openPackageServer();
    const answers = { word: 'yes', KEY: 'value-1234' };
    await server.call('POST', '/packages', { document, answers });
    const a = server.automations.records()[0]?.name ?? '';
    expect(a).toMatch(/^a\.\w{6}$/);
    const ofA = {
      [`${a}.yaml`]: `automation: "${a}"\nsteps:\n  - log: x\n`,
      [`${a}.test.yaml`]: `# Of {{{code}}}.\n${said}`,
      [`${a}-2.test.yaml`]: `automation: "${a}" # there\nuid: "${a}-2.test"\n${said}`,
      [`${a}-3.test.yaml`]: `kind: test\nautomation: "${a}"\n${said}`,
    };
    expect(await exported(server, { automations: [a] })).toEqual(ofA);
    // What was changed by hand has its tests still.
    const source = 'automation: b\nsteps:\n  - log: mine\n';
    await server.call('PUT', '/automations/b', { source });
    const ofB = {
      'b.yaml': source,
      'b.test.yaml': said,
      'b-2.test.yaml': `automation: "b"\n${said}`,
    };
    expect(await exported(server, { automations: ['b'] })).toEqual(ofB);
    const all = await exported(server, { automations: [a, 'b'] });
    expect(all).toEqual({ ...ofA, ...ofB });
    // And so again, from another server.
    const other = await openPackageServer();
    const again = await server.call('POST', '/exports', { name: 'some', automations: [a, 'b'] });
    await other.call('POST', '/packages', { document: JSON.stringify(again) });
    expect(await exported(other, { automations: [a, 'b'] })).toEqual(all);
    await server.call('DELETE', '/packages/tested?conflicts=keep');
    expect(await exported(server, { automations: ['b'] })).toEqual({ 'b.yaml': source });
  });

  test('stay where they are with automations that another owns', async () => {
    const server = await openPackageServer();
    await server.automations.load([
      { file: 'b.yaml', text: 'automation: b\nsteps:\n  - log: mine\n' },
    ]);
    const answers = { word: 'yes', KEY: 'value-1234' };
    await server.call('POST', '/packages', { document, answers, conflicts: 'keep' });
    expect(Object.keys(await exported(server, { automations: ['b'] }))).toEqual(['b.yaml']);
  });
});

test('an automation that is called as a test is exported under another file', async () => {
  const server = await openPackageServer();
  const source = 'automation: a.test\nsteps:\n  - log: x\n';
  await server.call('PUT', '/automations/a.test', { source });
  const { records } = await server.call('POST', '/exports', { name: 'x', automations: ['a.test'] });
  expect(records).toMatchObject([{ kind: 'automation', file: 'a.test-2.yaml', text: source }]);
});

test('an export of what is not there says so', async () => {
  const server = await openPackageServer();
  const exporting = (body: object) => server.call('POST', '/exports', { name: 'x', ...body });
  await expect(exporting({})).rejects.toMatchObject({ code: 'package.invalid' });
  await expect(exporting({ hooks: ['x'] })).rejects.toMatchObject({ code: 'hook.not_found' });
  await expect(exporting({ automations: ['x'] })).rejects.toMatchObject({
    code: 'automation.not_found',
  });
  await server.call('POST', '/webhooks', { name: 'In' });
  await expect(exporting({ webhooks: ['In'], name: 'Wrong Name' })).rejects.toMatchObject({
    code: 'package.invalid',
  });
});
