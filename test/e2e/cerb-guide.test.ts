import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine, Program } from './program.ts';

/** "Configure webhooks", Cerb's own guide: its package as it stands, and the event KATA that it says to paste. */
const PACKAGE = new URL('../package/cerb/samples/webhooks-configure.json', import.meta.url);
const EVENT_KATA = `automation/example:
    uri: cerb:automation:example.webhook.respond
    disabled@bool: no
`;

let program: Program;
let url: string;

beforeAll(async () => {
  program = await Program.start();
});

afterAll(() => program[Symbol.asyncDispose]());

/** Imports a file as the guide's reader would, and gives what was printed. */
async function importFile(file: string): Promise<string> {
  const { code, out, err } = await commandLine(program.dir, ['package', 'import', file, '--yes']);
  expect([code, err]).toEqual([0, '']);
  return out;
}

/** Event KATA in a file that is called as the webhook is to be. */
async function pasteEvents(name: string, kata: string): Promise<string> {
  writeFileSync(join(program.dir, `${name}.kata`), kata);
  const out = await importFile(`${name}.kata`);
  return new RegExp(`  ${name}: (http\\S+)`).exec(out)?.[1] ?? '';
}

test('the guide’s package is imported as it stands', async () => {
  const out = await importFile(fileURLToPath(PACKAGE));
  expect(out).toContain('+ automation example.webhook.respond');
  expect(out).toContain('webhooks-example 1.0.0 is imported.');
  const { packages } = await program.api('GET', '/packages');
  expect(packages).toMatchObject([{ name: 'webhooks-example', description: 'Webhooks Example' }]);
});

test('its webhook is made of the event KATA, and its URL is printed', async () => {
  url = await pasteEvents('Webhook Example', EVENT_KATA);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/webhooks\/[0-9a-f]{40}$/);
  const webhook = await program.api('GET', '/webhooks/Webhook%20Example');
  expect(webhook).toMatchObject({ url, bindings: [{ automation: 'example.webhook.respond' }] });
});

test('the guide’s curl line gets the JSON that Cerb gives, byte for byte', async () => {
  // curl -i -X POST -H "X-CustomHeader: true" "$URL?key=value"
  const target = new URL(`${url}?key=value`);
  const answer = await program.raw(
    `POST ${target.pathname}${target.search} HTTP/1.1\r\nHost: ${target.host}\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\nX-CustomHeader: true\r\nConnection: close\r\n\r\n`,
  );
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 200 /);
  expect(head.toLowerCase()).toContain('\r\ncontent-type: application/json\r\n');
  expect(body).toBe(`{
    "http": {
        "method": "POST",
        "path": "",
        "headers": {
            "host": "${target.host}",
            "user_agent": "curl/7.88.1",
            "accept": "*/*",
            "x_customheader": "true",
            "connection": "close"
        },
        "params": {
            "key": "value"
        }
    },
    "client": {
        "ip": "127.0.0.1"
    }
}`);
});

test('a browser’s call shows its query under http.params, and no query as an empty list', async () => {
  const response = await fetch(`${url}?name=Joe+Customer&age=37`, {
    headers: { cookie: 'secret=1' },
  });
  const { http } = (await response.json()) as { http: Record<string, any> };
  expect(http.params).toEqual({ name: 'Joe Customer', age: '37' });
  expect(http.method).toBe('GET');
  expect(http.headers).not.toHaveProperty('cookie');
  const text = await (await fetch(`${url}/some/path`)).text();
  expect(text).toContain('        "path": "some/path",\n');
  expect(text).toContain('        "params": []\n');
});

test('the first handler whose rules enable it answers', async () => {
  const other = await pasteEvents(
    'Rules',
    `automation/never:
  uri: cerb:automation:example.webhook.respond
  enabled@bool: {{request_headers.x_key == 'secret' and request_method == 'POST'}}
  disabled: yes
`,
  );
  const post = (key: string) => fetch(other, { method: 'POST', headers: { 'x-key': key } });
  expect((await post('wrong')).status).toBe(204);
  expect((await post('secret')).status).toBe(200);
});

test('the original is kept as it came, and the same import again changes nothing', async () => {
  const show = ['package', 'show', 'webhooks-example', '--original'];
  const { out } = await commandLine(program.dir, show);
  expect(out).toBe(readFileSync(PACKAGE, 'utf8'));
  const again = await importFile(fileURLToPath(PACKAGE));
  expect(again).toContain('webhooks-example 1.0.0 is imported already.');
});

test('what was imported can be changed afterwards, and the next import says so', async () => {
  const { source } = await program.api('GET', '/automations/example.webhook.respond');
  writeFileSync(join(program.dir, 'edited.yaml'), source.replace('status: 200', 'status: 203'));
  const saved = await commandLine(program.dir, ['automation', 'save', 'edited.yaml']);
  expect(saved.code).toBe(0);
  expect((await fetch(url)).status).toBe(203);
  const plan = ['package', 'plan', fileURLToPath(PACKAGE)];
  const { code, out } = await commandLine(program.dir, plan);
  expect(code).toBe(8);
  expect(out).toContain(
    '! automation example.webhook.respond: it was changed by hand since it was imported',
  );
  expect(out).toMatch(/^ +- +status: 203\n +\+ +status: 200$/m);
});
