import { beforeEach, describe, expect, test } from 'vitest';
import { FakeShell } from './fake.ts';

let shell: FakeShell;

beforeEach(() => {
  shell = new FakeShell();
});

describe('webhook create', () => {
  test('prints the URL and a curl line that can be pasted', async () => {
    const { code, out, err } = await shell.run('webhook', 'create', 'orders');
    const [webhook] = shell.engine.webhooks;
    const url = `http://127.0.0.1:8420/webhooks/${webhook?.token}`;
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'name     orders',
        `id       ${webhook?.id}`,
        `url      ${url}`,
        'state    active',
        'answers  with what the run returns',
        'runs     nothing; events are stored',
        'created  2026-05-04T03:02:01.000Z',
        'changed  2026-05-04T03:02:01.000Z',
        '',
        'Try it:',
        `  curl -H 'content-type: application/json' -d '{"hello":"world"}' '${url}'`,
        '',
      ].join('\n'),
    );
    expect(err).toBe('hookwright: no server is running; start one with `hookwright serve`.\n');
    expect(shell.closed).toBe(1);
  });

  test('binds conditions and inputs to the automation before them', async () => {
    const condition = 'request.method == "POST"';
    const wrapped = '$' + '{{ request.json.ok }}';
    await shell.run(
      ...['webhook', 'create', 'orders', '--respond', 'ack', '--description', 'From the shop'],
      ...['--automation', 'a', '--when', condition, '--input', 'team=core', '--input', 'n=7'],
      ...['--also', 'b', '--input', 'tags=["x","=y"]', '--input', '__proto__={"a":1}'],
      ...['--automation', 'c', '--when', wrapped, '--input', 'empty='],
    );
    expect(shell.engine.webhooks[0]).toMatchObject({
      name: 'orders',
      description: 'From the shop',
      respond: 'ack',
    });
    const bindings = shell.engine.webhooks[0]?.bindings;
    expect(bindings?.map(({ automation, when, also }) => [automation, when, also])).toEqual([
      ['a', `$${`{{ ${condition} }}`}`, undefined],
      ['b', undefined, true],
      ['c', wrapped, undefined],
    ]);
    expect(bindings?.[0]?.inputs).toEqual({ team: 'core', n: 7 });
    expect(bindings?.[1]?.inputs).toMatchObject({ tags: ['x', '=y'] });
    expect(bindings?.[2]?.inputs).toEqual({ empty: '' });
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  test('leaves naming to the server where no name is given', async () => {
    expect((await shell.run('webhook', 'create', '--json')).code).toBe(0);
    expect(shell.engine.webhooks).toHaveLength(1);
  });

  test.each([
    [
      ['--when', 'x'],
      'expected --automation or --also before --when, got --when first.\n  --when belongs to the automation named before it.\n',
    ],
    [
      ['--automation', 'a', '--input', 'novalue'],
      'expected --input to be NAME=VALUE, got "novalue".\n  Such as --input warehouse=main or --input tags=\'["a","b"]\'.\n',
    ],
    [
      ['--automation', 'a', '--when', 'x', '--when', 'y'],
      'expected one --when for a, got two.\n  Join them with &&.\n',
    ],
    [['--respond', 'later'], 'expected --respond to be run or ack, got "later".\n'],
  ])('refuses %j and makes nothing', async (given, message) => {
    const { code, out, err } = await shell.run('webhook', 'create', 'orders', ...given);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: `hookwright: ${message}` });
    expect(shell.engine.webhooks).toEqual([]);
  });

  test('tells what the API refuses, with the exit code of that error', async () => {
    shell.engine.addWebhook('orders');
    const { code, err } = await shell.run('webhook', 'create', 'orders');
    expect({ code, err }).toEqual({
      code: 2,
      err: 'hookwright: expected a free name, got "orders".\n',
    });
  });
});

describe('settings of a webhook', () => {
  const all = [
    ...[
      '--account',
      'shop_1',
      '--methods',
      'post,PUT',
      '--content-types',
      'application/json, text/*',
    ],
    ...[
      '--no-paths',
      '--rate',
      '100/min burst 5',
      '--rate-per-client',
      'none',
      '--concurrent',
      '3',
    ],
    ...[
      '--map',
      'id=json.order["a=b"]',
      '--map',
      'topic=headers.x-topic',
      '--forward',
      'order.paid',
    ],
  ];

  test('are given as flags, and shown', async () => {
    const { code, out } = await shell.run('webhook', 'create', 'orders', ...all);
    expect(code).toBe(0);
    expect(shell.engine.webhooks[0]?.settings).toEqual({
      account: 'shop_1',
      methods: ['POST', 'PUT'],
      contentTypes: ['application/json', 'text/*'],
      paths: false,
      limits: {
        rate: { requests: 100, perMs: 60_000, burst: 5 },
        perClient: 'none',
        concurrent: 3,
      },
      map: { id: { from: 'json.order["a=b"]' }, topic: { from: 'headers.x-topic' } },
      forward: 'order.paid',
    });
    expect(out).toContain(
      [
        'account  shop_1',
        'takes    POST, PUT',
        'bodies   application/json, text/*',
        'paths    none below the URL',
        'rate     100/min burst 5',
        '         none for each client',
        '         3 at once',
        'data     id from json.order["a=b"]',
        '         topic from headers.x-topic',
        'forward  under order.paid',
        '',
      ].join('\n'),
    );
  });

  test('are edited one by one, and the rest stays', async () => {
    await shell.run('webhook', 'create', 'orders', '--automation', 'a', ...all);
    const before = shell.engine.webhooks[0]!;
    const { code } = await shell.run(
      ...['webhook', 'edit', 'orders', '--name', 'paid', '--rate', '7/s', '--description', 'x'],
      ...['--also', 'b', '--map', 'n=query.n', '--paths', '--unset', 'methods,account'],
    );
    expect(code).toBe(0);
    const { account: _, methods: __, ...rest } = before.settings;
    expect(shell.engine.webhooks[0]).toMatchObject({
      id: before.id,
      token: before.token,
      name: 'paid',
      description: 'x',
      bindings: [{ automation: 'b', also: true }],
    });
    expect(shell.engine.webhooks[0]?.settings).toEqual({
      ...rest,
      paths: true,
      limits: { ...rest.limits, rate: { requests: 7, perMs: 1_000, burst: 7 } },
      map: { n: { from: 'query.n' } },
    });
    await shell.run(
      ...['webhook', 'edit', 'paid', '--unset', 'limits,map,forward,content-types,paths,bindings'],
    );
    expect(shell.engine.webhooks[0]).toMatchObject({ settings: {}, bindings: [] });
  });

  test('are read from a file or from standard input, and flags win', async () => {
    shell.inputBytes = Buffer.from(
      'name: from-file\nrespond: ack\nmethods: [GET]\nlimits: { rate: 1/s, concurrent: 9 }\n',
    );
    const file = ['--file', '-'];
    await shell.run('webhook', 'create', ...file, '--methods', 'PUT', '--concurrent', '2');
    expect(shell.engine.webhooks[0]).toMatchObject({
      name: 'from-file',
      respond: 'ack',
      settings: { methods: ['PUT'], limits: { rate: { requests: 1 }, concurrent: 2 } },
    });
    await shell.run('webhook', 'create', 'named', ...file);
    expect(shell.engine.webhooks[1]).toMatchObject({ name: 'named', respond: 'ack' });
    shell.inputBytes = Buffer.from('{"methods": null, "respond": "run"}');
    await shell.run('webhook', 'edit', 'named', ...file);
    expect(shell.engine.webhooks[1]).toMatchObject({
      respond: 'run',
      settings: { limits: { concurrent: 9 } },
    });
    expect(shell.engine.webhooks[1]?.settings.methods).toBeUndefined();
  });

  test.each([
    ['- a', 'expected - to have an object with the settings of a webhook.'],
    ['a: &x 1\nb: *x', 'expected - to have no YAML aliases: '],
    ['a: [', 'expected - to have right YAML or JSON: '],
    ['[['.repeat(500), 'expected - to have fewer levels of nesting.'],
    ['{"methds": []}', 'expected the body to have only the keys name, '],
    [
      'limits: { rate: often }',
      'expected limits.rate to be a rate from 1/day to 1000000/s, such as 100/min, 5/10s or 100/min burst 20, got "often".',
    ],
    [
      'limits: { rates: 1/s }',
      'expected limits to have only the keys rate, per_client, concurrent, got "rates". Did you mean "rate"?',
    ],
    [
      'map: { a: 7 }',
      'expected map.a to be a source path such as json.order.id, or an object with from, required and default, got 7.',
    ],
  ])('in a file that says %j are refused', async (file, message) => {
    shell.inputBytes = Buffer.from(file);
    const { code, err } = await shell.run('webhook', 'create', '--file', '-');
    expect(code).toBe(2);
    expect(err).toContain(`hookwright: ${message}`);
    expect(shell.engine.webhooks).toEqual([]);
  });

  test.each([
    [
      ['--unset', 'map,limit'],
      'expected --unset to name some of description, bindings, methods, content-types, paths, limits, map, forward, account, source, got "limit".\n  Did you mean "limits"?\n',
    ],
    [
      [],
      'expected something to change, got nothing.\n  Run `hookwright webhook edit --help` for what can be.\n',
    ],
    [
      ['--map', 'json.id'],
      'expected --map to be NAME=PATH, got "json.id".\n  Such as --map id=json.order.id or --map topic=headers.x-topic.\n',
    ],
    [['--concurrent', 'many'], 'expected --concurrent to be a whole number, got "many".\n'],
  ])('are not edited by %j', async (given, message) => {
    shell.engine.addWebhook('orders');
    const { code, err } = await shell.run('webhook', 'edit', 'orders', ...given);
    expect({ code, err }).toEqual({ code: 2, err: `hookwright: ${message}` });
  });
});

test('webhook list shows a table, and says what to do where there is none', async () => {
  expect((await shell.run('webhook', 'list')).out).toBe(
    'There are no webhooks. Make one with `hookwright webhook create`.\n',
  );
  shell.engine.addWebhook('a', { bindings: [{ automation: 'x' }, { automation: 'y' }] });
  shell.engine.addWebhook('longer', { paused: true });
  const url = (digit: number): string => `http://127.0.0.1:8420/webhooks/${`0${digit}`.repeat(20)}`;
  expect((await shell.run('webhook', 'list')).out).toBe(
    [
      'NAME    STATE   RUNS  URL',
      `a       active  x, y  ${url(1)}`,
      `longer  paused  -     ${url(2)}`,
      '',
    ].join('\n'),
  );
});

test('--json prints what the API answers, wherever it stands', async () => {
  const { id } = shell.engine.addWebhook('orders');
  for (const argv of [
    ['--json', 'webhook', 'list'],
    ['webhook', 'list', '--json'],
  ]) {
    expect(JSON.parse((await shell.run(...argv)).out)).toMatchObject({ webhooks: [{ id }] });
  }
});

test('webhook show prints every binding with what belongs to it', async () => {
  shell.engine.addWebhook('orders', {
    description: 'From the shop',
    respond: 'ack',
    bindings: [
      { automation: 'a', when: 'c', inputs: { x: 1 } },
      { automation: 'b', also: true, disabled: true },
    ],
  });
  expect((await shell.run('webhook', 'show', 'orders')).out).toMatch(
    [
      'answers  at once, runs in the background',
      'about    From the shop',
      'runs     a when c with {"x":1}',
      '         b (disabled) (also)',
      '',
    ].join('\n'),
  );
});

test('an unknown webhook is told with its suggestion, as text or as JSON', async () => {
  shell.engine.addWebhook('orders');
  const message = 'xpected a webhook’s id, name or token, got "ordres".';
  expect(await shell.run('webhook', 'show', 'ordres')).toEqual({
    code: 5,
    out: '',
    err: `hookwright: e${message}\n  Did you mean "orders"?\n`,
  });
  const json = await shell.run('webhook', 'show', 'ordres', '--json');
  expect(json).toMatchObject({ code: 5, out: '' });
  expect(JSON.parse(json.err)).toEqual({
    error: { code: 'webhook.not_found', message: `E${message}`, next: 'Did you mean "orders"?' },
  });
});

test.each(['', '.', '..', '../events', 'a/b', '%2e%2e', 'a?b#c'])(
  'a reference such as %j stays one part of the path',
  async (ref) => {
    shell.engine.addWebhook('orders');
    const { code, out } = await shell.run('webhook', 'delete', ref, '--yes');
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(shell.engine.webhooks).toHaveLength(1);
  },
);

test('webhook pause and resume switch it', async () => {
  shell.engine.addWebhook('orders');
  expect((await shell.run('webhook', 'pause', 'orders')).out).toBe('orders is paused.\n');
  expect(shell.engine.webhooks[0]?.paused).toBe(true);
  expect((await shell.run('webhook', 'resume', 'orders')).out).toBe('orders is active.\n');
  expect(shell.engine.webhooks[0]?.paused).toBe(false);
});

describe('what cannot be undone', () => {
  beforeEach(() => {
    shell.engine.addWebhook('orders');
  });

  test('is asked for on a terminal, and no is the default', async () => {
    shell.inputTerminal = true;
    shell.err.terminal = true;
    shell.answers = ['', 'no', 'y'];
    expect(await shell.run('webhook', 'delete', 'orders')).toMatchObject({ code: 0, out: '' });
    expect(await shell.run('webhook', 'delete', 'orders')).toMatchObject({
      err: 'hookwright: nothing was deleted.\n',
    });
    expect(shell.engine.webhooks).toHaveLength(1);
    expect((await shell.run('webhook', 'delete', 'orders')).out).toBe('orders is deleted.\n');
    expect(shell.engine.webhooks).toEqual([]);
    expect(shell.questions[0]).toBe('Delete "orders"? Its URL cannot be had again. [y/N] ');
  });

  test('needs --yes without a terminal, and with --json on one', async () => {
    const err =
      'hookwright: expected --yes, got a question: Give "orders" a new URL? Callers of the old one get 404.\n  Give --yes where nobody can be asked.\n';
    expect(await shell.run('webhook', 'rotate', 'orders')).toEqual({ code: 2, out: '', err });
    shell.inputTerminal = true;
    shell.err.terminal = true;
    expect(await shell.run('webhook', 'rotate', 'orders', '--json')).toMatchObject({ code: 2 });
    expect(shell.questions).toEqual([]);
  });

  test('is done at once with --yes', async () => {
    expect((await shell.run('webhook', 'rotate', 'orders', '-y')).out).toBe(
      `http://127.0.0.1:8420/webhooks/${'f'.repeat(40)}\n`,
    );
    expect((await shell.run('webhook', 'delete', 'orders', '--yes')).code).toBe(0);
  });
});
