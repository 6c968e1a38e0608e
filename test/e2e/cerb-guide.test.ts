import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { convert } from '../../src/package/convert/convert.ts';
import { Program } from './program.ts';

/** "Configure webhooks", Cerb's own guide: its package as it stands, and the event KATA that it says to paste. */
const PACKAGE = new URL('../package/cerb/samples/webhooks-configure.json', import.meta.url);
const EVENT_KATA = `automation/example:
    uri: cerb:automation:example.webhook.respond
    disabled@bool: no
`;

let program: Program;
let url: string;

beforeAll(async () => {
  const options = { skipUnsupported: false };
  const { records, diagnostics } = convert(readFileSync(PACKAGE, 'utf8'), 'guide.json', options);
  expect(diagnostics).toEqual([]);
  const automations = Object.fromEntries(records.map(({ file }) => [file.path, file.text]));
  program = await Program.start({ automations });
  const [webhook] = convert(EVENT_KATA, 'event.kata', options).records;
  const { bindings } = parse(webhook?.file.text ?? '');
  ({ url } = await program.api('POST', '/webhooks', { name: 'Guide', bindings }));
});

afterAll(() => program[Symbol.asyncDispose]());

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
  const [webhook] = convert(
    `automation/never:
  uri: cerb:automation:example.webhook.respond
  enabled@bool: {{request_headers.x_key == 'secret' and request_method == 'POST'}}
  disabled: yes
`,
    'event.kata',
    { skipUnsupported: false },
  ).records;
  const { bindings } = parse(webhook?.file.text ?? '');
  const other = (await program.api('POST', '/webhooks', { name: 'Rules', bindings })).url;
  const post = (key: string) => fetch(other, { method: 'POST', headers: { 'x-key': key } });
  expect((await post('wrong')).status).toBe(204);
  expect((await post('secret')).status).toBe(200);
});
