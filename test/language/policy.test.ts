import { expect, test } from 'vitest';
import { said } from './run.ts';

/** What is said about steps under a policy, without the excerpts: place, code, message and hint. */
function about(policy: string, steps: string): readonly string[] {
  const text = `automation: a\npolicy: ${policy}\nsteps:\n${steps}`;
  return said(text)
    .split('\n\n')
    .map((diagnostic) => {
      const [head = '', , , hint = ''] = diagnostic.split('\n');
      return head.replace(/^a\.yaml:/, '') + hint.replace(/^\s*=/, ' |');
    })
    .filter((line) => line !== '');
}

test.each([
  ['{ http: ["GET https://a.example/x"] }', '- http: https://a.example/x'],
  [
    '{ http: ["POST https://a.example/*"] }',
    '- http: { url: "https://a.example/${{ 1 }}", method: POST }',
  ],
  [
    '{ http: ["POST https://a.example/*"] }',
    '- http: { url: "https://a.example/${{ 1 }}", method: "${{ 1 }}" }',
  ],
  ['{ http: ["POST https://a.example/x"] }', '- http: { url: https://a.example/x, json: 1 }'],
  [
    '{ http: ["POST https://a.example/x"] }',
    '- http: { url: https://a.example/x, form: { a: 1 } }',
  ],
  // What an expression gives may be no body.
  [
    '{ http: ["GET https://a.example/x"] }',
    '- http: { url: https://a.example/x, text: "${{ 1 }}" }',
  ],
  [
    '{ http: ["POST https://a.example/x"] }',
    '- run: "await http({ url: `https://a.example/x`, json: { a: 1 } })"',
  ],
  [
    '{ http: ["GET https://a.example/x"] }',
    '- run: "await http({ url: `https://a.example/x`, body: event.id })"',
  ],
  ['{ http: ["https://a.example/x?a=*"] }', '- http: https://a.example/x?a=${{ 1 }}'],
  ['{ http: ["https://a.example/.x*"] }', '- http: https://a.example/.${{ 1 }}'],
  ['{ http: ["https://a.example/x/*/y"] }', '- http: https://a.example/x/${{ 1 }}/y'],
  ['{ http: ["https://a.example/x"] }', '- http: ${{ 1 }}'],
  ['{ http: ["https://a.example/x"] }', '- http: https://${{ 1 }}.example/x'],
  ['{ http: ["POST https://a.example/x"] }', '- run: await http({})'],
  ['{ http: ["https://a.example/x"] }', '- run: await http(`https://a.example/x`)'],
  [
    '{ http: ["POST https://a.example/*"] }',
    '- run: "await http({ ...inputs, url: `https://a.example/${1}` })"',
  ],
  ['{ state: ["orders/*"] }', '- run: const http = (x) => x; await state.get(http(`orders/1`))'],
  ['{ functions: [f] }', '- run: "await call(`f`, { n: 1 }); const say = call; await say(`g`)"'],
  ['{ state: ["orders/*"] }', '- state: { get: "orders/${{ 1 }}" }'],
  ['{ state: ["orders/*/lines"] }', '- state: { get: "orders/${{ 1 }}" }'],
  ['{ state: ["orders-*"] }', '- state: { get: "ord${{ 1 }}" }'],
  ['{ hooks: ["order.**"] }', '- emit: { topic: "order.paid.${{ 1 }}" }'],
  ['{ hooks: [crm] }', '- hook: { name: crm }'],
  ['{ functions: ["pricing.*"] }', '- call: pricing.total'],
  ['{ secrets: [KEY] }', '- log: ${{ Hash.sha256(secrets.KEY) }}'],
  ['{ secrets: [KEY] }', '- log: ${{ secrets["KEY"] }}'],
  ['{ secrets: [A, B] }', '- log: ${{ Hash.sha256(secrets[request.method]) }}'],
])('%s lets be %s', (policy, steps) => {
  expect(about(policy, steps)).toEqual([]);
});

test.each([
  [
    '{}',
    '- http: { method: POST, url: "https://a.example/x?k=1" }',
    '4:30 error policy.missing: Expected a target that the policy allows, got POST https://a.example/x | Add to `policy.http`: POST https://a.example/x',
  ],
  [
    '{}',
    '- http: { url: "https://a.example/x", method: , text: a }',
    '4:16 error policy.missing: Expected a target that the policy allows, got POST https://a.example/x | Add to `policy.http`: POST https://a.example/x',
  ],
  [
    '{}',
    '- http: https://a.example/orders/o-${{ 1 }}/lines?x=${{ 2 }}',
    '4:9 error policy.missing: Expected a target that the policy allows, got GET https://a.example/orders/o-… | Add to `policy.http`: GET https://a.example/orders/o-*/lines',
  ],
  [
    '{}',
    '- http: ${{ 1 }}',
    '4:9 error policy.missing: Expected a target that the policy allows, got GET to a URL that is computed | Add to `policy.http`: its method and URL',
  ],
  [
    '{}',
    '- run: await http("https://a.example/")',
    '4:19 error policy.missing: Expected a target that the policy allows, got GET https://a.example/ | Add to `policy.http`: GET https://a.example/',
  ],
  [
    '{}',
    '- run: "await http({ url: `https://a.example/${1}/x`, method: `PUT` })"',
    '4:27 error policy.missing: Expected a target that the policy allows, got PUT https://a.example/… | Add to `policy.http`: PUT https://a.example/*/x',
  ],
  [
    '{}',
    '- run: await http(event.id)',
    '4:14 error policy.missing: Expected a target that the policy allows, got a URL that is computed | Add to `policy.http`: its method and URL',
  ],
  [
    '{}',
    '- run: await state.increment("orders/count", 1)',
    '4:30 error policy.missing: Expected a target that the policy allows, got the key orders/count | Add to `policy.state`: orders/count',
  ],
  [
    '{ hooks: [order.paid] }',
    '- run: await Promise.all([emit("order.paid"), emit("order.lost")])',
    '4:52 error policy.missing: Expected a target that the policy allows, got the topic order.lost | Add to `policy.hooks`: order.lost',
  ],
  [
    '{}',
    '- state: { get: "orders/${{ 1 }}/${{ 2 }}${{ 3 }}" }',
    '4:17 error policy.missing: Expected a target that the policy allows, got the key orders/… | Add to `policy.state`: orders/*/*',
  ],
  [
    '{}',
    '- state: { get: "${{ 1 }}" }',
    '4:17 error policy.missing: Expected a target that the policy allows, got the key that is computed | Add to `policy.state`: a pattern of what it computes',
  ],
  [
    '{}',
    '- emit: { topic: order.paid }',
    '4:18 error policy.missing: Expected a target that the policy allows, got the topic order.paid | Add to `policy.hooks`: order.paid',
  ],
  [
    '{}',
    '- hook: { name: crm }',
    '4:17 error policy.missing: Expected a target that the policy allows, got the hook crm | Add to `policy.hooks`: crm',
  ],
  [
    '{}',
    '- log: ${{ Hash.sha256(secrets.KEY) }}',
    '4:32 error policy.missing: Expected a secret that the policy allows, got `KEY` | Add to `policy.secrets`: KEY',
  ],
  [
    '{}',
    '- call: pricing.total',
    '4:9 error policy.missing: Expected a target that the policy allows, got the function pricing.total | Add to `policy.functions`: pricing.total',
  ],
  [
    '{}',
    '- http: https://a.example/../x',
    '4:9 error policy.missing: Expected a URL whose path has no `.` or `..`, got one',
  ],
])('%s refuses %s', (policy, steps, expected) => {
  expect(about(policy, steps)).toEqual([expected]);
});

test('a target that no pattern can be for is refused, and the pattern is not used', () => {
  const unused =
    'Expected a step that uses this, got none | Take it away: a policy allows no more than the steps need.';
  expect(about('{ http: ["https://b.example/**"] }', '- http: https://a.example/${{ 1 }}')).toEqual(
    [
      `2:18 warning policy.unused: ${unused}`,
      '4:9 error policy.missing: Expected a target that the policy allows, got GET https://a.example/… | Add to `policy.http`: GET https://a.example/*',
    ],
  );
  expect(about('{ state: ["orders/*"], functions: [f] }', '- call: f')).toEqual([
    `2:19 warning policy.unused: ${unused}`,
  ]);
  expect(about('{ http: ["POST https://a.example/*"] }', '- http: ${{ 1 }}')[0]).toBe(
    `2:18 warning policy.unused: ${unused}`,
  );
});

test('what is not used is not told where steps have other mistakes', () => {
  expect(about('{ state: ["**"] }', '- log: ${{ state.get("a") }}')).toEqual([
    '4:12 error expression.effect: Expected an expression without effects, got `state` | Use a step, `- state: …` with `as`, or a `run` block.',
  ]);
});

test('a malformed pattern is a mistake, and the only one about its list', () => {
  expect(about('{ http: ["a.example"] }', '- http: https://a.example/x')).toEqual([
    '2:18 error policy.invalid: Expected a URL pattern that begins with `https://` or `http://` and a host, got another text',
  ]);
  expect(about('{ state: ["**/x"], hooks: ["a..b"] }', '- wait: 1s')).toEqual([
    '2:19 error policy.invalid: Expected `**` as the last segment alone, got it elsewhere',
    '2:36 error policy.invalid: Expected names between the dots, got `a..b`',
  ]);
});

test('secrets have names, and those that no step uses are told', () => {
  expect(about('{ secrets: [A-B, "K*"] }', '- wait: 1s')).toEqual([
    '2:21 error policy.invalid: Expected a secret\'s name of letters, digits and `_` that does not begin with a digit, got "A-B"',
    '2:26 error policy.invalid: Expected a secret\'s name of letters, digits and `_` that does not begin with a digit, got "K*"',
  ]);
  expect(about('{ secrets: [KEY] }', '- wait: 1s')).toEqual([
    '2:21 warning policy.unused: Expected a step that uses this, got none | Take it away: a policy allows no more than the steps need.',
  ]);
});
