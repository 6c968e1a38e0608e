import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../../src/core/diagnostic.ts';
import type { Conversion } from '../../../src/package/convert/conversion.ts';
import { convert } from '../../../src/package/convert/convert.ts';

function sample(name: string): string {
  return readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8');
}

function converted(text: string, skipUnsupported = false): Conversion {
  return convert(text, 'p.json', { skipUnsupported });
}

function said({ diagnostics, sources }: Conversion): string[] {
  return diagnostics.map((one) => formatDiagnostic(one, sources.get(one.file) ?? ''));
}

function files({ records, manifest }: Conversion): Record<string, string> {
  const all = [...(manifest === undefined ? [] : [manifest]), ...records.map(({ file }) => file)];
  return Object.fromEntries(all.map(({ path, text }) => [path, text]));
}

const API = (records: readonly unknown[], head: object = {}): string =>
  JSON.stringify(
    {
      package: {
        name: 'An API',
        revision: 3,
        requires: { cerb_version: '10.4.0' },
        configure: {
          prompts: [
            {
              type: 'picklist',
              label: 'How',
              key: 'prompt_auth',
              params: { options: ['Key', 'HMAC'], default: 'Key' },
            },
            {
              type: 'text',
              label: 'Greeting',
              key: 'greeting',
              params: { default: 'Hi', placeholder: '(a word)' },
            },
          ],
          placeholders: [{ type: 'random', key: 'code', params: { length: '8' } }],
        },
        ...head,
      },
      records,
    },
    null,
    2,
  );

const record = (fields: object): object => ({
  uid: 'hook',
  _context: 'automation',
  name: 'api.{{{code}}}',
  extension_id: 'cerb.trigger.webhook.respond',
  script:
    'start:\r\n  return:\r\n    body: "{{{greeting|upper}}} {{request_params.name}} {{ "#{1}" }}"',
  policy_kata: 'commands:\r\n',
  ...fields,
});

describe('packages', () => {
  test('the guide’s package becomes a readable automation, and nothing is told', () => {
    const found = converted(sample('webhooks-configure'));
    expect(said(found)).toEqual([]);
    expect(files(found)).toEqual({
      'package.yaml':
        '# Converted from a package of Cerb for version 10.4.0 or later.\n\nname: webhooks-example\nversion: 1.0.0\ndescription: Webhooks Example\n',
      'automation_webhook.yaml': `automation: example.webhook.respond
description: An example of an HTTP webhook responder
steps:
  - set:
      request_method: \${{ request.method.toUpperCase() }}
      request_path: \${{ Cerb.path(request.path) }}
      request_headers: \${{ Cerb.headers(request.headers) }}
      request_params: \${{ Cerb.params(request.query, request.form) }}
      request_client_ip: \${{ request.client.ip }}
  - set:
      response:
        http:
          method: \${{ request_method }}
          path: \${{ request_path }}
          headers: \${{ request_headers }}
          params: \${{ request_params }}
        client:
          ip: \${{ request_client_ip }}
  - return:
      status: 200
      headers:
        Content-Type: application/json
      body: \${{ Cerb.jsonPretty(Cerb.jsonEncode(response)) }}
`,
    });
  });

  test('prompts and placeholders become ours; where automations use them they are inputs with a default to fill in', () => {
    const found = converted(API([record({})]));
    expect(said(found)).toEqual([]);
    const { 'package.yaml': manifest, 'hook.yaml': automation } = files(found);
    expect(manifest).toContain(`configure:
  prompts:
    - key: prompt_auth
      label: How
      type: choice
      options:
        - Key
        - HMAC
      default: Key
    - key: greeting
      label: Greeting
      type: text
      placeholder: (a word)
      default: Hi
  placeholders:
    - key: code
      type: random
      length: 8
      alphabet: ABCDEFGHJKLMNPQRSTUVWXYZ123456789
`);
    expect(automation).toContain('automation: api.{{{code}}}\n');
    expect(automation).toContain('  greeting:\n    type: string\n    default: "{{{greeting}}}"\n');
    expect(automation).toContain('inputs.greeting.toUpperCase()');
  });

  test('`_exclude` becomes a rule over an answer', () => {
    const found = converted(
      API([
        record({ uid: 'a', _exclude: "{{{prompt_auth != 'Key'}}}" }),
        record({ uid: 'b', name: 'b', _exclude: '{{{prompt_auth == "Key"}}}' }),
        record({ uid: 'c', name: 'c', _exclude: '{{{not greeting}}}' }),
        record({ uid: 'd', name: 'd', _exclude: true }),
        record({ uid: 'e', name: 'e', _exclude: '{{{greeting|length > 3}}}' }),
      ]),
    );
    expect(files(found)['package.yaml']).toContain(`exclude:
  - record: a
    prompt: prompt_auth
    is_not: Key
  - record: b
    prompt: prompt_auth
    is: Key
  - record: c
    prompt: greeting
    is_true: false
`);
    expect(found.records.map(({ uid }) => uid)).toEqual(['a', 'b', 'c', 'e']);
    expect(said(found).join()).toContain(
      'cerb.package: Expected a comparison of a prompt with a text',
    );
  });

  test('webhooks and portals become webhooks with bindings, and get a new URL', () => {
    const found = converted(
      API([
        {
          uid: 'listener',
          _context: 'webhook_listener',
          name: 'Listener',
          guid: 'abc',
          automations_kata:
            'automation/a:\n  uri: cerb:automation:api.{{{code}}}\n  disabled@bool: no\n',
        },
        {
          uid: 'portal',
          _context: 'community_portal',
          extension_id: 'webhooks.portal',
          name: 'Portal {{{prompt_auth}}}',
          uri: 'x-{{{code}}}',
          params: {
            automations_kata:
              'automation/b:\n  uri: cerb:automation:b\n  enabled@bool: {{request_method == "GET"}}\n  disabled: yes\n',
          },
        },
      ]),
    );
    expect(said(found).every((one) => one.includes('warning cerb.changed'))).toBe(true);
    expect(files(found)['listener.yaml']).toBe(
      'kind: webhook\nname: Listener\nbindings:\n  - automation: api.{{{code}}}\n',
    );
    expect(files(found)['portal.yaml']).toContain(
      "    when: ${{ request.method.toUpperCase() === 'GET' }}\n",
    );
  });

  test('records that need Cerb are refused, all of them, or left out', () => {
    const records = [
      { uid: 'task_1', _context: 'task', title: 'x' },
      record({}),
      { uid: 'bot', _context: 'cerberusweb.contexts.bot' },
      record({ uid: 'timer', extension_id: 'cerb.trigger.automation.timer' }),
    ];
    const refused = converted(API(records));
    expect(refused.leftOut).toEqual([
      { uid: 'task_1', kind: 'task' },
      { uid: 'bot', kind: 'cerberusweb.contexts.bot' },
      { uid: 'timer', kind: 'cerb.trigger.automation.timer' },
    ]);
    expect(said(refused).filter((one) => one.includes('error cerb.record'))).toHaveLength(3);
    const skipped = converted(API(records), true);
    expect(skipped.diagnostics.some(({ severity }) => severity === 'error')).toBe(false);
    expect(skipped.records.map(({ uid }) => uid)).toEqual(['hook']);
  });

  test.each([
    'building-picklist-prompt',
    'building-text-prompt',
    'building-random-placeholder',
    'importing-minimal',
  ])('Cerb’s own sample %s makes a task, which is told, and is a package without it', (name) => {
    expect(said(converted(sample(name))).join()).toContain(
      'got `task` (task_001), a record of Cerb’s',
    );
    expect(
      converted(sample(name), true).diagnostics.every(({ severity }) => severity === 'warning'),
    ).toBe(true);
  });

  test('mistakes have their place: in the JSON, and in the KATA inside it', () => {
    const broken = converted('{\n  "package": {"name": "x"},\n  "records": [{"uid": 1,}]\n}');
    expect(said(broken)[0]).toBe(
      'p.json:3:25 error json.syntax: Expected a key in double quotes, got `}`\n3 |   "records": [{"uid": 1,}]\n  |                         ^',
    );
    const inside = converted(
      API([record({ script: 'start:\r\n  return:\r\n    body: {{ a|nope }}' })]),
    );
    expect(said(inside)).toContainEqual(
      'p.json#hook.script:3:16 error twig.unsupported: Expected a filter of Twig, got `nope`\n3 |     body: {{ a|nope }}\n  |                ^^^^\n  = Cerb has no such filter, or it has no translation.',
    );
  });

  test('what the import fills in stays in its place in texts and expressions', () => {
    const script =
      'start:\n  return:\n    body: {{ "x {{{greeting}}} y" }}|{{ {{{greeting}}}|lower }}|{{{greeting}}}';
    const found = converted(API([record({ script })]));
    expect(said(found)).toEqual([]);
    expect(files(found)['hook.yaml']).toContain(
      "html: ${{ 'x ' + inputs.greeting + ' y' }}|${{ inputs.greeting.toLowerCase() }}|${{ inputs.greeting }}".replace(
        'Cerb.text(inputs.greeting)',
        'inputs.greeting',
      ),
    );
    const quoted = converted(
      API([record({ script: "start:\n  return:\n    body: {{ 'a {{{greeting}}}' }}" })]),
    );
    expect(said(quoted).join()).toContain('outside of a text in single quotes');
  });
});

describe('workflows', () => {
  const WORKFLOW = `workflow:
  name: Acme Hooks
  version: 2026-01-02T03:04:05Z
  description: Answers
  requirements:
    cerb_version: >=11.0 <11.1
  config:
    text/greeting:
      label: Greeting
      default: Hello
    picklist/mode:
      label: Mode
      options@csv: a, b
records:
  webhook_listener/listener:
    fields:
      name: Acme
      guid: {{random_string(40)}}
      automations_kata@raw:
        automation/answer:
          uri: cerb:automation:acme.answer
    updatePolicy: name
  automation/answer:
    fields:
      name: acme.answer
      extension_id: cerb.trigger.webhook.respond
      description@text:
        Says hello
      script@raw:
        start:
          set/config:
            config@json: {{cerb_workflow_config('acme')|json_encode}}

          http.request:
            output: reply
            inputs:
              url: https://api.example.com/{{config.mode}}
          return:
            body: {{cerb_workflow_config('acme', 'greeting')}} {{reply.status_code}}
      policy_kata@raw:
        commands:
          http.request:
            allow@bool: yes
`;

  test('become packages: configuration is prompts, records are ours, and replies of 400 are successes', () => {
    const found = convert(WORKFLOW, 'acme.kata', { skipUnsupported: false });
    expect(found.from).toBe('cerb workflow');
    expect(said(found).map((one) => one.split('\n')[0])).toEqual([
      'acme.kata:18:7 warning cerb.changed: Expected no `guid:`, got one',
    ]);
    const {
      'package.yaml': manifest,
      'answer.yaml': automation,
      'listener.yaml': webhook,
    } = files(found);
    expect(manifest).toContain('name: acme-hooks\n');
    expect(manifest).toContain('      type: choice\n      options:\n        - a\n        - b\n');
    expect(webhook).toContain('  - automation: acme.answer\n');
    expect(automation).toContain(
      'config: "${{ { greeting: inputs.greeting, mode: inputs.mode } }}"',
    );
    expect(automation).toContain('url: https://api.example.com/${{ Cerb.text(config?.mode) }}');
    expect(automation).toContain('- GET https://api.example.com/**');
    expect(automation).not.toContain('400');
  });

  test('what needs Cerb is refused by name, or left out', () => {
    const text = `${WORKFLOW}  custom_field/x:\n    fields:\n      name: X\n`;
    const found = convert(text, 'acme.kata', { skipUnsupported: false });
    expect(found.leftOut).toEqual([{ uid: 'x', kind: 'custom_field' }]);
    expect(said(found).join()).toContain(
      'error cerb.record: Expected an automation or a webhook, got `custom_field` (x)',
    );
  });
});

describe('event KATA', () => {
  const bindings = (kata: string): string =>
    convert(kata, 'ev.kata', { skipUnsupported: false }).records[0]?.file.text ?? '';

  test.each([
    ['disabled@bool: yes', '    disabled: true\n'],
    ['disabled@bool: no', ''],
    ['enabled@bool: no', ''],
    [
      'enabled@bool: {{request_method == "POST"}}\n  disabled: yes',
      "    when: ${{ request.method.toUpperCase() === 'POST' }}\n",
    ],
    [
      'disabled@bool: {{request_headers.x}}',
      '    when: ${{ !Cerb.bool(Cerb.headers(request.headers).x) }}\n',
    ],
    [
      'disabled/a@bool: {{request_path is empty}}\n  enabled/b@bool: {{request_params.x}}\n  disabled/c: 1',
      '    when: ${{ !Cerb.isEmpty(Cerb.path(request.path)) && Cerb.bool(Cerb.params(request.query, request.form).x) }}\n',
    ],
    ['inputs:\n    a@int: 1\n    b: x', '    inputs:\n      a: 1\n      b: x\n'],
  ])('the rules of case %#', (rules, expected) => {
    expect(bindings(`automation/a:\n  uri: cerb:automation:a.b\n  ${rules}\n`)).toBe(
      `kind: webhook\nname: ev\nbindings:\n  - automation: a.b\n${expected}`,
    );
  });

  test('a rule over several conditions keeps their order', () => {
    expect(bindings('automation/a:\n  uri: a\nautomation/b:\n  uri: b\n')).toContain(
      '  - automation: a\n  - automation: b\n',
    );
  });

  test('inputs that are computed, and old bots, are told', () => {
    const found = convert(
      'automation/a:\n  uri: a\n  inputs:\n    x: {{request_body}}\nbehavior/b:\n  id: 1\n',
      'ev.kata',
      { skipUnsupported: false },
    );
    expect(said(found).map((one) => one.split('\n')[0])).toEqual([
      'ev.kata:4:5 error cerb.event: Expected an input that is known, got `x`, which is computed from the request',
      'ev.kata:5:1 error cerb.event: Expected `automation/…:`, got `behavior/b:`',
    ]);
  });
});
