import { describe, expect, test } from 'vitest';
import { outcomes } from '../../testing/suites.ts';
import { translated, translation } from './translated.ts';

const UNTRANSLATED = (
  [
    [
      '  record.create:\n    output: a',
      '2:3 error cerb.command: Expected a command that has a counterpart, got `record.create:`',
    ],
    ['  sett:\n    a: b', '2:3 error cerb.command: Expected a command of Cerb, got `sett:`'],
    [
      '  log: {{x|markdown_to_html}}',
      '2:12 error twig.unsupported: Expected a filter that has a translation, got `markdown_to_html`',
    ],
    ['  log: {{a|uper}}', '2:12 error twig.unsupported: Expected a filter of Twig, got `uper`'],
    [
      '  log: {{cerb_url("c=x")}}',
      '2:10 error twig.unsupported: Expected a function that has a translation, got `cerb_url`',
    ],
    [
      '  log: {{a is record type ("x")}}',
      '2:15 error twig.unsupported: Expected a test that has a translation, got `record type`',
    ],
    ['  log@text:\n    one\n    {{a +}}', '4:10 error twig.syntax: Expected a value, got the end'],
    [
      '  log: {% include "x" %}',
      '2:8 error twig.unsupported: Expected a tag that Cerb has, got `include`',
    ],
    [
      '  log: {{"a"|date("H", "Europe/Berlin")}}',
      '2:24 error twig.unsupported: Expected UTC or an offset such as +02:00 as time zone, got `Europe/Berlin`',
    ],
    [
      '  log: {{ "a" matches "/a++/" }}',
      '2:23 error twig.unsupported: Expected a pattern that JavaScript has too, got one that only PCRE has',
    ],
    [
      '  log: {{nobody}}',
      '2:10 warning twig.undefined: Expected a variable that something sets, got `nobody`',
    ],
    [
      '  set@int:\n    a: 1',
      '2:3 error kata.annotation: Expected `set:` without annotations, got `@int`',
    ],
    [
      '  set:\n    a@what: 1',
      '3:5 error kata.annotation: Expected a known annotation, got `@what`',
    ],
    [
      '  http.request:\n    inputs:\n      url: https://a.example/\n      authentication: cerb:connected_account:x',
      '5:7 error cerb.record: Expected no `authentication:`, got an account of Cerb’s',
    ],
    [
      '  http.request:\n    output: r\n    inputs:\n      url: https://a.example/\n      body: x',
      '6:7 warning cerb.changed: Expected no `body:` with GET, got one',
    ],
    [
      '  return:\n    status_code: 99',
      '3:5 error cerb.value: Expected a status from 200 to 599, got `99`',
    ],
  ] as const
).map(([commands, message]) => [commands.trim().split('\n')[0] ?? '', message, commands] as const);

/** Runs a translated automation with a request and replies, and compares what is expected. */
async function passes(yaml: string, ...cases: readonly string[]): Promise<void> {
  const all = await outcomes(yaml, `cases:\n${cases.join('')}`);
  if (all.flat().length > 0) throw new Error(`${all.flat().join('\n')}\n\n${yaml}`);
}

/** A case: a request, and the answer or more. */
function posted(body: string, expected: string, more = ''): string {
  return `  - name: case
    request: { method: POST, path: /a/b/, query: { Key-A: x, "l[]": "1" }, headers: { X-Id: "7", content-type: application/json }, text: '${body}' }
    expect: ${expected}
${more}`;
}

describe('a translated automation answers as Cerb does', () => {
  test('what it finds in its dictionary', async () => {
    const yaml = translated(`start:
  return:
    headers:
      Content-Type: text/plain
    body@text:
      {{request_method}} {{request_path}} {{request_params.key_a}} {{request_params.l|first}} {{request_headers.x_id}}
      {{request_body}}`);
    await passes(
      yaml,
      posted(
        '{}',
        '{ response: { status: 200, headers: { content-type: text/plain }, body: "POST a/b x 1 7\\n{}" } }',
      ),
    );
  });

  test('decisions, loops, and variables that change', async () => {
    const yaml = translated(`start:
  set:
    order@json: {{request_body}}
    total@int: 0
  decision/lines:
    outcome/none:
      if@bool: {{order.lines is empty}}
      then:
        return:
          status_code@int: 422
          body: none
    outcome/some:
      then:
        repeat:
          each@key: order:lines
          as: i, line
          do:
            set:
              total@int: {{total + line.price * line.count}}
            var.set:
              inputs:
                key: by_sku:{{line.sku}}:at
                value@int: {{i}}
            var.push:
              inputs:
                key: skus
                value: {{line.sku}}
  while:
    if@bool: {{total > 100}}
    do:
      set:
        total@int: {{total - 100}}
      var.set:
        inputs:
          key: rounds
          value@int: {{rounds + 1}}
  var.unset:
    inputs:
      key: by_sku:b
  return:
    headers:
      Content-Type: application/json
    body: {{ {total: total, skus: skus, by: by_sku, rounds: rounds}|json_encode }}`);
    const order = '{"lines":[{"sku":"a","price":100,"count":2},{"sku":"b","price":25,"count":2}]}';
    await passes(
      yaml,
      posted(
        order,
        '{ response: { status: 200, json: { total: 50, skus: [a, b], by: { a: { at: 0 } }, rounds: 1 } } }',
      ),
      posted(
        '{"lines":[]}',
        '{ response: { status: 422, headers: { content-type: text/html; charset=utf-8 }, body: none } }',
      ),
    );
  });

  test('a list that two variables share changes under neither', async () => {
    const yaml = translated(`start:
  set:
    a@json: {"list":[1]}
    b@key: a
  var.push:
    inputs:
      key: a:list
      value@int: 2
  return:
    headers:
      Content-Type: application/json
    body: {{ [a, b]|json_encode }}`);
    await passes(yaml, posted('', '{ response: { json: [{ list: [1, 2] }, { list: [1] }] } }'));
  });

  test('an error is 404 and nothing more for who called, and in the log for who runs it', async () => {
    const yaml = translated('start:\n  error: The key {{request_headers.x_id}} is wrong');
    await passes(
      yaml,
      posted(
        '',
        '{ response: { status: 404, body: "" }, failure: { message: The key 7 is wrong } }',
      ),
    );
  });

  test('a script that just ends answers 200', async () => {
    const yaml = translated('start:\n  log.warn: seen {{request_method}}');
    await passes(yaml, posted('', '{ response: { status: 200, body: "" }, logs: [seen POST] }'));
  });

  test('http.request with both handlers, where a status of 400 was an error before Cerb 11', async () => {
    const script = `start:
  http.request/send:
    output: reply
    inputs:
      method: POST
      url: https://api.example.com/orders
      headers:
        Content-Type: application/json
      body:
        id@int: 7
    on_success:
      return:
        body: sent {{reply.status_code}} {{reply.body}}
    on_error:
      return:
        status_code@int: 502
        body: failed {{reply.error}}`;
    const reply = (status: number): string =>
      `    effects:\n      - http: POST https://api.example.com/orders\n        reply: { status: ${status}, body: no }\n`;
    await passes(
      translated(script),
      posted('', '{ response: { status: 200, body: sent 200 no } }', reply(200)),
      posted('', '{ response: { status: 502 } }', reply(404)),
    );
    await passes(
      translated(script, { cerbVersion: '11.0' }),
      posted('', '{ response: { status: 200, body: sent 404 no } }', reply(404)),
    );
  });

  test('functions get inputs and give a value', async () => {
    const yaml = translated(
      `inputs:
  text/name:
    required@bool: yes
  text/times:
    type: number
    default@int: 2
start:
  return:
    greeting: Hello {{inputs.name}}
    times@int: {{inputs.times}}
    all@key: inputs:name`,
      { trigger: 'function' },
    );
    await passes(
      yaml,
      '  - name: a\n    inputs: { name: Joe }\n    expect: { value: { greeting: Hello Joe, times: 2, all: Joe } }\n',
    );
  });

  test('statements in a template print what they print', async () => {
    const yaml = translated(`start:
  set:
    order@json: {{request_body}}
  return:
    headers:
      Content-Type: text/plain
    body@text:
      {% set sum = 0 %}
      {% for line in order.lines %}
      {{loop.index}}. {{line.sku}}
      {% set sum = sum + line.n %}
      {% else %}
      nothing
      {% endfor %}
      Sum {{sum}}{% if sum > 2 %}, many{% endif %}`);
    await passes(
      yaml,
      posted(
        '{"lines":[{"sku":"a","n":1},{"sku":"b","n":2}]}',
        '{ response: { body: "1. a\\n2. b\\nSum 3, many" } }',
      ),
      posted('{}', '{ response: { body: "nothing\\nSum 0" } }'),
    );
  });
});

describe('the result is for people to read', () => {
  test('texts stay texts, values known now are values, comments stay where they were', () => {
    const yaml = translated(`start:
  # What the answer says
  set/answer:
    name@raw: Joe \${{ x
    count@int: 7
    on@bool: yes
    tags@csv: a, b
    lines@list:
      one
      two
    data@json: {"a": [1]}
    rows:
      0:
        id: 1
      1:
        id: 2
    empty:
    template@raw: {{not.filled}}
  return:
    body: done`);
    expect(yaml).toBe(`automation: a
steps:
  # What the answer says
  - set:
      name: Joe $\${{ x
      count: 7
      on: true
      tags:
        - a
        - b
      lines:
        - one
        - two
      data:
        a:
          - 1
      rows:
        - id: "1"
        - id: "2"
      empty: []
      template: "{{not.filled}}"
  - return:
      status: 200
      html: done
`);
  });

  test('names that are taken here get another one', () => {
    const { yaml } = translation(`start:
  set:
    request@int: 1
    my-list@csv: a
    class@int: 2
  repeat:
    each@key: my-list
    as: request
    do:
      log: {{request}} {{class}}`);
    expect(yaml).toContain('request_2: 1');
    expect(yaml).toContain('my_list:');
    expect(yaml).toContain('class_2: 2');
    expect(yaml).toContain('- for: request_item');
  });
});

describe('policies', () => {
  const CALL = (url: string): string => `start:
  http.request:
    output: r
    inputs:
      url: ${url}`;
  const GUARDED = `commands:
  http.request:
    deny/url@bool: {{inputs.url is not prefixed ('https://api.example.com/')}}
    deny/method@bool: {{inputs.method not in ['GET']}}
    allow@bool: yes
`;

  test('what rules allow is in our policy, and what they decide now is decided', () => {
    const yaml = translated(CALL('https://api.example.com/a'), { policy: GUARDED });
    expect(yaml).toContain('policy:\n  http:\n    - GET https://api.example.com/a\n');
    expect(yaml).not.toContain('does not allow');
  });

  test('a URL that is computed is held to the prefix that the rules name, by a step and by the policy', () => {
    const yaml = translated(CALL('{{request_params.url}}'), { policy: GUARDED });
    expect(yaml).toContain('- GET https://api.example.com/**');
    expect(yaml).toContain(
      "- if: ${{ !Cerb.isPrefixed(Cerb.text(request_params.url), 'https://api.example.com/') }}",
    );
    expect(yaml).toContain(
      'fail: The automation policy does not allow this command (http.request).',
    );
  });

  test('no rule means no, and the command fails where Cerb would refuse it', async () => {
    const yaml = translated(
      `${CALL('https://api.example.com/a')}
    on_error:
      return:
        body: {{r.error}}`,
      { policy: 'commands:\n' },
    );
    await passes(
      yaml,
      posted(
        '',
        '{ response: { body: The automation policy does not allow this command (http.request). } }',
      ),
    );
  });

  test('the first rule that is true decides', () => {
    const allowed =
      'commands:\n  http.request:\n    allow: yes\n    deny: yes\n  all:\n    deny: yes\n';
    expect(translated(CALL('https://a.example/'), { policy: allowed })).not.toContain(
      'does not allow',
    );
    const denied =
      'commands:\n  http.request:\n    allow: no\n  all:\n    deny: yes\n    allow: yes\n';
    expect(translated(CALL('https://a.example/'), { policy: denied })).toContain('does not allow');
  });

  test('a URL of which nothing is known, and no rule names its beginning, is told', () => {
    const { said } = translation(CALL('{{request_params.url}}'));
    expect(said.join()).toContain(
      'cerb.policy: Expected a URL whose host stands in the file, got one that is computed',
    );
  });
});

describe('what has no counterpart is told with its line in the KATA', () => {
  test.each(UNTRANSLATED)('%s: %s', (_, message, commands) => {
    const { said } = translation(`start:\n${commands}`);
    expect(said.map((one) => one.split('\n')[0])).toContain(`a.kata:${message}`);
  });

  test('all commands of Cerb’s records at once, or left out with a line in the log of each run', async () => {
    const script =
      'start:\n  record.get:\n    output: a\n  data.query:\n    output: b\n  return:\n    body: {{a.x}}{{b.y}}done';
    const { said } = translation(script);
    expect(said.filter((one) => one.includes('error cerb.command'))).toHaveLength(2);
    const { yaml, said: warned } = translation(script, { skipUnsupported: true });
    expect(warned.every((one) => one.includes('; it is left out'))).toBe(true);
    await passes(
      yaml,
      posted(
        '',
        '{ response: { body: done }, logs: ["Left out record.get, which needs Cerb", "Left out data.query, which needs Cerb"] }',
      ),
    );
  });
});
