import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compile } from '../../src/language/compile.ts';
import { misfits } from '../../src/testing/run-suite.ts';
import { mistakesOf, outcomes, read } from './suites.ts';

const $ = (code: string): string => `'$${`{{ ${code} }}`}'`;

const SHOP = `automation: shop
policy:
  http: [ "https://api.example.com/**" ]
  functions: [ "pricing.*" ]
  state: [ "orders/*" ]
steps:
  - http: { url: "https://api.example.com/items", retry: { attempts: 2 } }
    as: items
  - call: pricing.total
    with: { items: ${$('items.json')} }
    as: total
  - state: { set: orders/last, value: ${$('total')} }
  - return: { json: { total: ${$('total')} }, headers: { x-a: b } }
`;

test('the examples of docs/testing.md pass', async () => {
  const page = readFileSync('docs/testing.md', 'utf8');
  const [automation = '', tests = '', ...more] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  );
  expect(more).toEqual([]);
  expect(await outcomes(automation, tests)).toEqual([[], []]);
});

test('the failure that docs/testing.md shows is what its example gives with another number', async () => {
  const page = readFileSync('docs/testing.md', 'utf8');
  const [automation = '', tests = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  );
  const [first] = await outcomes(
    automation,
    tests.replace('ref: A-7, count: 42', 'ref: A-7, count: 43'),
  );
  expect(first).toEqual(['10:57 response.json.count: expected 43, got 42']);
  expect(page).toContain(
    'orders.paid.test.yaml:10:57 response.json.count\n      expected 43\n      got      42\n',
  );
});

test('an http effect without a reply fails the case and shows the lines to add', async () => {
  expect(await outcomes(SHOP, 'cases:\n  - name: a\n')).toEqual([
    [
      [
        '2:11 effects: expected a reply for each `http` and `call`, got none for `http: GET https://api.example.com/items`, asked for in line 7 of the automation',
        'Add to the case:',
        '  effects:',
        '    - http: GET https://api.example.com/items',
        '      reply: { status: 200, json: {} }',
      ].join('\n'),
    ],
  ]);
});

test('a call without a reply fails the case too', async () => {
  const tests = `cases:
  - name: a
    effects:
      - http: GET https://api.example.com/items
        reply: { json: [] }
`;
  const [[said = ''] = []] = await outcomes(SHOP, tests);
  expect(said).toContain('got none for `call: pricing.total`, asked for in line 9');
  expect(said).toContain('    - call: pricing.total\n      reply: {}');
});

test('replies are taken in order, also by the tries of one effect', async () => {
  const tests = `cases:
  - name: a
    effects:
      - http: GET https://api.example.com/**
        reply: { status: 503 }
      - http: https://api.example.com/**
        reply: { json: [ 1, 2 ] }
      - call: pricing.*
        reply: 3
    expect:
      response: { json_exact: { total: 3 }, headers: { X-A: b, x-b: null } }
      effects:
        - http: GET https://api.example.com/items
        - call: pricing.total
          inputs: { items: [ 1, 2 ] }
        - state: set orders/last
          value: 3
`;
  expect(await outcomes(SHOP, tests)).toEqual([[]]);
});

test('what is not as expected is told with its place', async () => {
  const tests = `cases:
  - name: a
    effects:
      - { http: "https://api.example.com/*", reply: { json: [ 1 ] } }
      - { call: pricing.total, reply: 3 }
      - { hook: unused, reply: {} }
    expect:
      response:
        status: 201
        json: { total: 4 }
        headers: { x-a: c }
      effects:
        - http: POST https://api.example.com/items
        - call: pricing.total
          inputs: { items: [ 2 ] }
      logs: [ hello ]
      failure: run.failed
`;
  expect(await outcomes(SHOP, tests)).toEqual([
    [
      '17:16 failure: expected "run.failed", got nothing',
      '9:17 response.status: expected 201, got 200',
      '10:24 response.json.total: expected 4, got 3',
      '11:25 response.headers.x-a: expected "c", got "b"',
      '13:17 effects[0]: expected http: POST https://api.example.com/items, got http: GET https://api.example.com/items',
      '15:30 effects[1].inputs.items[0]: expected 2, got 1',
      '13:9 effects: expected 2 in all, got 1 more: state: set orders/last',
      '16:15 logs[0]: expected "hello", got []',
      '6:17 effects: expected an effect that fits `hook: unused`, got none',
    ],
  ]);
});

test('a run that fails without being expected to is told with its reason', async () => {
  const automation = 'automation: a\nsteps:\n  - fail: { message: no, status: 409 }\n';
  const tests = `cases:
  - name: a
  - name: b
    expect: { response: { status: 200 } }
  - name: c
    expect: { failure: { code: run.failed, message: no, line: 3 } }
`;
  expect(await outcomes(automation, tests)).toEqual([
    [
      '2:11 failure: expected a run that succeeds, got run.failed: no\nThe run failed in line 3 of the automation, run.failed: no',
    ],
    [
      '4:35 response.status: expected 200, got 409\nThe run failed in line 3 of the automation, run.failed: no',
    ],
    [],
  ]);
});

test('the policy holds: a computed target outside of it is refused before a reply is looked for', async () => {
  const automation = `automation: a
policy: { http: [ "https://api.example.com/*" ] }
steps:
  - http: { url: ${$('request.json.url')} }
`;
  const tests = `cases:
  - name: a
    request: { json: { url: "https://evil.example/" } }
    expect: { failure: effect.refused }
`;
  expect(await outcomes(automation, tests)).toEqual([[]]);
});

test('a wait moves the clock and takes no time; parallel effects end before it', async () => {
  const automation = `automation: a
policy: { http: [ "https://api.example.com/*" ], state: [ "k" ] }
steps:
  - parallel:
      - - wait: 30d
      - - http: { url: "https://api.example.com/x" }
        - log: replied at ${$('new Date().toISOString()').slice(1, -1)}
  - state: { get: k }
    as: kept
  - return: { json: { at: ${$('new Date().toISOString()')}, kept: ${$('kept')} } }
`;
  const tests = `cases:
  - name: a
    now: 2026-05-04T12:00:00Z
    state: { k: [ 1 ] }
    effects: [ { http: "https://api.example.com/x", reply: {} } ]
    expect:
      response: { json: { at: "2026-06-03T12:00:00.000Z", kept: [ 1 ] } }
      logs: [ "replied at 2026-05-04T12:00:00.000Z" ]
`;
  expect(await outcomes(automation, tests)).toEqual([[]]);
});

test('a reply may be meant for one operation on a key', async () => {
  const automation = `automation: a
policy: { state: [ "orders/*" ] }
steps:
  - state: { increment: orders/count }
    as: mine
  - state: { get: orders/count }
    as: newest
  - state: { set: orders/get x, value: 1 }
  - return: { json: [ ${$('mine')}, ${$('newest')} ] }
`;
  const tests = `cases:
  - name: as if another run had counted in between
    effects:
      - { state: get orders/count, reply: 9 }
      - { state: "set orders/*", reply: null }
    expect: { response: { json: [ 1, 9 ] } }
  - name: without an operation the first of any takes it
    effects: [ { state: orders/count, reply: 9 } ]
    expect: { response: { json: [ 9, null ] } }
  - name: an operation that is not asked for is told
    effects: [ { state: delete orders/count, reply: true } ]
`;
  expect(await outcomes(automation, tests)).toEqual([
    [],
    [],
    ['11:25 effects: expected an effect that fits `state: delete orders/count`, got none'],
  ]);
});

test('a function is judged by its value', async () => {
  const automation = `automation: f
trigger: function
inputs: { n: number }
steps:
  - return: { value: { twice: ${$('inputs.n * 2')}, more: 1 } }
`;
  const tests = `cases:
  - { name: a, inputs: { n: 2 }, expect: { value: { twice: 4 } } }
  - { name: b, inputs: { n: 2 }, expect: { value: { twice: 5 } } }
`;
  expect(await outcomes(automation, tests)).toEqual([[], ['3:60 value.twice: expected 5, got 4']]);
});

test('a case gives the automation the data of a map, and the account of the webhook', async () => {
  const data = `automation: a\nsteps:\n  - return: { json: ${$('[event.data, webhook.account]')} }\n`;
  const given =
    'cases:\n  - name: a\n    event: { data: { id: 7, list: [1] } }\n    webhook: { account: shop }\n    expect: { response: { json: [ { id: 7, list: [1] }, shop ] } }\n';
  const none = '  - name: b\n    expect: { response: { json: [ null, null ] } }\n';
  expect(await outcomes(data, given + none)).toEqual([[], []]);
});

test('an automation that a schedule or a message starts has its event', async () => {
  const schedule = `automation: report
trigger: schedule
on: "0 7 * * *"
steps:
  - log: \${{ event.scheduled_at }}, \${{ event.received_at }}, \${{ request.method }}
`;
  const tests = `cases:
  - { name: a, now: 2026-05-04T07:00:00Z, expect: { logs: [ "04T07:00:00.000Z, 2026-05-04T07:00:00.000Z, SCHEDULE" ] } }
  - name: b
    now: 2026-05-04T12:00:00Z
    event: { scheduled_at: 2026-05-04T07:00:00Z }
    expect: { logs: [ "2026-05-04T07:00:00.000Z, 2026-05-04T12:00:00.000Z" ] }
`;
  expect(await outcomes(schedule, tests)).toEqual([[], []]);
  const topic = `automation: count
trigger: topic
on: order.*
steps:
  - log: \${{ event.topic }} \${{ event.data.id }}
`;
  const messages = `cases:
  - { name: a, event: { topic: order.paid, data: { id: 7 } }, expect: { logs: [ order.paid 7 ] } }
  - { name: b, event: { data: {} }, expect: { logs: [ "order.*" ] } }
`;
  expect(await outcomes(topic, messages)).toEqual([[], []]);
});

test('an event of another trigger than the automation’s is told with its place', () => {
  const text = 'cases:\n  - { name: a, event: { topic: x, scheduled_at: soon } }\n';
  expect(mistakesOf(text)).toEqual([
    'a.test.yaml:2:49 error value.invalid: Expected a time such as `2026-05-04T12:00:00Z`, got `soon`\n' +
      '2 |   - { name: a, event: { topic: x, scheduled_at: soon } }\n' +
      '  |                                                 ^^^^',
  ]);
  const { suite } = read(text.replace('soon', '2026-05-04T12:00:00Z'));
  const automation = 'automation: a\ntrigger: schedule\non: "@daily"\nsteps: []\n';
  const found = misfits(suite as never, compile(automation, 'a.yaml').automation as never);
  expect(found.map(({ line, column, code, message }) => [line, column, code, message])).toEqual([
    [
      2,
      25,
      'key.conflict',
      'Expected no `topic` in `event`, because the automation has `trigger: schedule`',
    ],
  ]);
});

test('data in an event fits every trigger but a schedule', () => {
  const { suite } = read('cases:\n  - { name: a, event: { data: { id: 7 } } }\n');
  const codes = [
    '',
    'trigger: function\n',
    'trigger: topic\non: x\n',
    'trigger: schedule\non: "@daily"\n',
  ].map((trigger) => {
    const { automation } = compile(`automation: a\n${trigger}steps: []\n`, 'a.yaml');
    return misfits(suite as never, automation as never).map(({ code }) => code);
  });
  expect(codes).toEqual([[], [], [], ['key.conflict']]);
});

test('a run sees the ids, the webhook and the times that a case gives', async () => {
  const source = `automation: a
policy: { functions: [ f ], state: [ k ], http: [ "POST https://a.example/**" ] }
steps:
  - call: f
  - set: { called: ${$('new Date().toISOString()')} }
  - wait: 1m
  - state: { set: k, value: ${$('[called, new Date().toISOString()]')}, ttl: 90s }
  - http: { method: POST, url: https://a.example/x, base64: AP8B, expect: any }
  - return: { json: ${$('[request.url, webhook.id, webhook.name, event.id, uuid()]')} }
`;
  const id = (run: string): string => `cases:
  - name: a
    now: 2026-05-04T12:00:00Z
    run: ${run}
    event: { id: evt_1 }
    webhook: { id: wh_1, name: orders, url: https://h.example/webhooks/x }
    request: { path: /p, query: q=1, json: {} }
    effects:
      - { call: f, reply: null, at: "2026-05-04T12:00:00.250Z" }
      - { wait: "2026-05-04T12:01:00.250Z", at: "2026-05-04T12:01:00.275Z" }
      - { http: POST https://a.example/x, fail: { code: effect.in_doubt, message: lost } }
    expect:
      failure: { code: effect.in_doubt, message: lost }
      effects:
        - call: f
        - wait: 1m
        - state: set k
          value: [ "2026-05-04T12:00:00.250Z", "2026-05-04T12:01:00.275Z" ]
          ttl: 90s
        - http: POST https://a.example/x
          base64: AP8B
`;
  expect(await outcomes(source, id('run_1'))).toEqual([[]]);
  const wrong = id('run_1').replace('ttl: 90s', 'ttl: 2m').replace('AP8B\n', 'AP8C\n');
  const answered = source.replace(/ {2}- http.*\n/, '');
  expect(await outcomes(source, wrong)).toEqual([
    [
      expect.stringContaining('effects[2].ttl: expected "2m", got "90s"'),
      expect.stringContaining('effects[3].base64: expected "AP8C", got "AP8B"'),
    ],
  ]);
  const expected = (run: string): string =>
    id(run)
      .replace(/ {6}- \{ http.*\n/, '')
      .replace(
        / {6}failure[\s\S]*/,
        '      response: { json: [ "https://h.example/webhooks/x/p?q=1", wh_1, orders, evt_1, x ] }\n',
      );
  const [first, second] = [
    await outcomes(answered, expected('run_1')),
    await outcomes(answered, expected('run_2')),
  ];
  expect(first[0]).toHaveLength(1);
  expect(first[0]?.[0]).toMatch(/response\.json\[4\]: expected "x", got "[0-9a-f-]{36}"/);
  expect(first).not.toEqual(second); // Other random values.
  expect(await outcomes(answered, expected('run_1'))).toEqual(first);
});
