import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeShell } from '../cli/fake.ts';
import { eventually, MAIN, newFolder, Program } from './program.ts';

const shop = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ path: request.url, got: body.length }));
  });
});
let program: Program;
/** Ids by automation. */
let runs: Record<string, string>;

/** `code` as an expression of the language, quoted for YAML. */
const $ = (code: string): string => `'$${`{{ ${code.replaceAll("'", "''")} }}`}'`;

const automations = (port: number): Record<string, string> => ({
  'json.yaml': `automation: json
policy: { http: [ "POST http://127.0.0.1:${port}/**" ], state: [ "orders/*" ], functions: [ price ], hooks: [ "order.*" ] }
steps:
  - state: { increment: orders/count }
    as: count
  - call: price
    with: { amount: ${$('request.json.amount')} }
    as: price
  - http: { method: POST, url: ${$(`'http://127.0.0.1:${port}/orders/' + request.json.id + '?x=1'`)}, json: { price: ${$('price')} } }
    as: reply
  - state: { set: orders/last, value: ${$('[count, reply.json]')}, ttl: 1d }
  - emit: { topic: order.paid, data: { id: ${$('request.json.id')} } }
    as: message
  - wait: 1s
  - log: ${$('message.id')}
  - return: { status: 201, json: { count: ${$('count')}, reply: ${$('reply.json')}, id: ${$('uuid()')}, at: ${$('new Date()')}, event: ${$('event.id')} } }
`,
  'price.yaml':
    'automation: price\ntrigger: function\ninputs: { amount: { type: number } }\nsteps:\n' +
    `  - return: { value: ${$('inputs.amount * 2')} }\n`,
  'listen.yaml': `automation: listen
trigger: topic
on: order.paid
policy: { state: [ seen ] }
steps:
  - state: { set: seen, value: ${$('event.data.id')} }
  - log: ${$('event.topic')}
  - return:
`,
  'form.yaml': `automation: form
steps:
  - return: { headers: { x-names: ${$("Object.keys(request.form).join(',')")} }, text: ${$('request.form.a + request.query.q + request.client.ip + request.header("x-own")')} }
`,
  'bytes.yaml': `automation: bytes
steps:
  - return: { base64: ${$('Base64.encode(request.bytes)')}, headers: { x-size: ${$('request.bytes.length')} } }
`,
  'mapped.yaml': `automation: mapped
steps:
  - return: { json: ${$('[event.data.order, webhook.account]')} }
`,
  'sealed.yaml': `automation: sealed
policy: { http: [ "POST http://127.0.0.1:${port}/**" ], secrets: [ KEY ] }
steps:
  - http: { method: POST, url: "http://127.0.0.1:${port}/sealed", auth: { bearer: ${$('secrets.KEY')} }, text: x }
  - return: { text: done }
`,
  'fails.yaml': `automation: fails
policy: { http: [ "GET http://127.0.0.1:1/**" ] }
steps:
  - try:
      - http: { url: http://127.0.0.1:1/, retry: { attempts: 2 } }
    catch:
      - log: ${$('error.message')}
        level: warn
  - fail: { message: ${$('"no " + request.url')}, status: 422 }
`,
});

/** Of webhooks that have any. */
const SETTINGS: Record<string, object> = {
  mapped: { map: { order: 'json.id' }, account: 'shop' },
};

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    shop.listen(0, '127.0.0.1', resolve);
  });
  const { port } = shop.address() as AddressInfo;
  const env = { HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.1' };
  program = await Program.start({ automations: automations(port), env });
  await program.api('PUT', '/secrets/KEY', { value: 'hush-hush', hosts: ['127.0.0.1'] });
  const json = { 'content-type': 'application/json', authorization: 'Bearer hush' };
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-own': 'mine' };
  runs = {
    json: await run('json', '', { method: 'POST', headers: json, body: '{"id":7, "amount": 2.5}' }),
    listen: await ended('listen'),
    price: await ended('price'),
    form: await run('form', '/f?q=%201', { method: 'POST', headers: form, body: 'a=1&b=x+y&b=2' }),
    bytes: await run('bytes', '', { method: 'PUT', body: Buffer.from([0, 255, 1, 13, 10]) }),
    mapped: await run('mapped', '', { method: 'POST', headers: json, body: '{"id":7}' }),
    sealed: await run('sealed', '', { method: 'POST', body: '' }),
    fails: await run('fails', '', { method: 'POST', body: '' }),
  };
});
afterAll(async () => {
  await program.stop('SIGKILL');
  shop.close();
});

/** A command line in this process, against the server: a process for each would take a second. */
function cli(...argv: string[]): ReturnType<FakeShell['run']> {
  const shell = new FakeShell();
  shell.env = {
    HOOKWRIGHT_DATA_DIR: join(program.dir, 'data'),
    HOOKWRIGHT_AUTOMATIONS_DIR: join(program.dir, 'automations'),
  };
  shell.fetch = (address, init) => fetch(address, init);
  return shell.run(...argv);
}

/** Sends a request to an automation of that name and gives the id of its run when it has ended. */
async function run(automation: string, path: string, init: RequestInit): Promise<string> {
  const draft = { bindings: [{ automation }], ...SETTINGS[automation] };
  const { url } = await program.api('POST', '/webhooks', draft);
  await (await fetch(url + path, init)).arrayBuffer();
  return ended(automation);
}

async function ended(automation: string): Promise<string> {
  const { runs } = await eventually(
    () => program.api('GET', `/runs?automation=${automation}`),
    (page) => page.runs.length > 0 && page.runs.every((one: any) => one.ended_at !== null),
  );
  return runs[0].id;
}

/** What the command says beside what it writes. */
const NOTES: Readonly<Record<string, string>> = {
  fails: 'hookwright: the case holds the URL of the webhook with its token.\n',
  // The value that was sent is in no recording.
  sealed: 'hookwright: the case gives something else than the run in effects[0].\n',
};

test('runs of every kind export as tests that pass at once', async () => {
  for (const [name, id] of Object.entries(runs)) {
    const file = join(program.dir, `automations/${name}.test.yaml`);
    const { code, out, err } = await cli('run', 'export', id, '--as-test', '--output', file);
    expect({ name, code, err }).toEqual({ name, code: 0, err: NOTES[name] ?? '' });
    expect(out).toMatch(/\.test\.yaml: \d+ bytes\n$/);
  }
  const tested = await cli('test');
  expect(tested.out.split('\n').slice(-2)).toEqual(['8 passed, 0 failed', '']);
  expect(tested).toMatchObject({ code: 0, err: '' });

  const written = (name: string): string =>
    readFileSync(join(program.dir, `automations/${name}.test.yaml`), 'utf8');
  expect(written('json')).not.toContain('hush'); // It does not read the header.
  expect(written('form')).toContain('x-own: mine');
  expect(written('sealed')).toContain('secrets:\n      KEY: made-up KEY\n');
  expect(written('sealed')).not.toContain('hush-hush');
  expect(written('form')).toContain(
    'form:\n        a: "1"\n        b:\n          - x y\n          - "2"\n',
  );
  expect(written('bytes')).toContain('base64: AP8BDQo=');
  expect(written('mapped')).toContain('event:\n      data:\n        order: 7\n');
  expect(written('mapped')).toContain('webhook:\n      account: shop\n');

  // A changed automation fails the test that its real run has made.
  const path = join(program.dir, 'automations/bytes.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('x-size', 'x-bytes'));
  expect((await cli('test', path)).out).toContain(
    'response.headers.x-size\n      expected "5"\n      got      nothing\n',
  );
});

test('what is exported replays and traces anywhere, and is what a backtest compares with', async () => {
  const elsewhere = newFolder();
  for (const name of ['json', 'listen']) {
    const id = runs[name] as string;
    const file = join(elsewhere, `${name}.json`);
    expect((await cli('run', 'export', id, '--output', file)).code).toBe(0);
    const traced = await cli('run', 'trace', file, '--json');
    expect(JSON.parse(traced.out)).toMatchObject({ run: id, same: true });
  }
  const offline = [MAIN, 'run', 'replay', 'json.json'];
  const replayed = spawnSync(process.execPath, offline, { cwd: elsewhere, encoding: 'utf8' });
  expect(replayed.stdout).toBe(`${runs.json} json replays the same, with 6 effects.\n`);

  const draft = join(program.dir, 'automations/json.yaml');
  const { webhooks } = await program.api('GET', '/webhooks');
  const webhook = webhooks.find(({ bindings }: any) => bindings[0].automation === 'json').name;
  const same = await cli('backtest', draft, '--webhook', webhook);
  expect(same).toMatchObject({ code: 0, err: '' });
  expect(same.out).toMatch(/ {2}same\n1 same, 0 differs\n$/);
});
