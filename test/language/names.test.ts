import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LANGUAGE_GLOBALS, LIBRARY } from '../../src/core/library.ts';
import { EVENT_MEMBERS, REQUEST_MEMBERS, WEBHOOK_MEMBERS } from '../../src/core/request-shape.ts';
import { compile } from '../../src/language/compile.ts';
import { automationOf, said } from './run.ts';

test.each([
  [
    'a misspelt variable',
    '- set: { total: 1 }\n- log: ${{ totl }}',
    `a.yaml:4:14 error name.unknown: Expected a name that is set, got \`totl\`
4 |   - log: \${{ totl }}
  |              ^^^^
  = Did you mean "total"?`,
  ],
  [
    'a variable that is set later',
    '- log: ${{ total }}\n- set: { total: 1 }',
    `a.yaml:3:14 error name.later: Expected a name that is set, got \`total\`, which is set later
3 |   - log: \${{ total }}
  |              ^^^^^
  = Line 4 sets it first.`,
  ],
  [
    'a variable that needs itself',
    '- set: { n: "${{ n + 1 }}" }',
    `a.yaml:3:20 error name.later: Expected a name that is set, got \`n\`, which is set later
3 |   - set: { n: "\${{ n + 1 }}" }
  |                    ^
  = Line 3 sets it first.`,
  ],
  [
    'a loop’s name outside of the loop',
    '- for: line\n  in: []\n  do: []\n- log: ${{ line.sku }}',
    `a.yaml:6:14 error name.unknown: Expected a name that is set, got \`line\`
6 |   - log: \${{ line.sku }}
  |              ^^^^`,
  ],
  [
    '`error` outside of a catch',
    '- log: ${{ error.message }}',
    `a.yaml:3:14 error name.unknown: Expected a name that is set, got \`error\`
3 |   - log: \${{ error.message }}
  |              ^^^^^
  = \`error\` exists inside \`catch\` alone.`,
  ],
  [
    'an unknown member of the request',
    '- log: ${{ request.jsn.a }}',
    `a.yaml:3:22 error member.unknown: Expected a member of \`request\`, got \`jsn\`
3 |   - log: \${{ request.jsn.a }}
  |                      ^^^
  = Did you mean "json"?`,
  ],
  [
    'an unknown member of the library',
    "- log: ${{ Text.slgu('a') }}",
    `a.yaml:3:19 error member.unknown: Expected a member of \`Text\`, got \`slgu\`
3 |   - log: \${{ Text.slgu('a') }}
  |                   ^^^^
  = Did you mean "slug"?`,
  ],
  [
    'an input that is not declared',
    '- log: ${{ inputs.warehouse }}',
    `a.yaml:3:21 error member.unknown: Expected a member of \`inputs\`, got \`warehouse\`
3 |   - log: \${{ inputs.warehouse }}
  |                     ^^^^^^^^^
  = Declare it: \`inputs: { warehouse: any }\`.`,
  ],
  [
    'secrets',
    '- log: ${{ secrets.KEY }}',
    `a.yaml:3:22 error policy.missing: Expected a secret that the policy allows, got \`KEY\`
3 |   - log: \${{ secrets.KEY }}
  |                      ^^^
  = Add to \`policy.secrets\`: KEY`,
  ],
  [
    'a variable called as a part of the language',
    '- set: { request: 1 }',
    `a.yaml:3:12 error name.reserved: Expected a variable’s name, got \`request\`, which is part of the language
3 |   - set: { request: 1 }
  |            ^^^^^^^
  = Choose another name.`,
  ],
  [
    'a result called as a word of JavaScript',
    '- run: return 1\n  as: class',
    `a.yaml:4:9 error name.reserved: Expected a variable’s name, got \`class\`, which is a word of JavaScript
4 |     as: class
  |         ^^^^^
  = Choose another name.`,
  ],
  [
    'a loop’s name that is a variable already',
    '- set: { line: 1 }\n- for: i, line\n  in: []\n  do: []',
    `a.yaml:4:13 error name.reserved: Expected a new name, got \`line\`, which is set already
4 |   - for: i, line
  |             ^^^^
  = Choose another name.`,
  ],
  [
    'setting a loop’s name',
    '- for: line\n  in: []\n  do:\n    - set: { line: 1 }',
    `a.yaml:6:16 error name.reserved: Expected a variable, got \`line\`, which the loop sets
6 |       - set: { line: 1 }
  |                ^^^^
  = Choose another name.`,
  ],
  [
    'the compiled program’s own name',
    '- log: ${{ $.step }}\n- set: { $: 1 }',
    `a.yaml:3:14 error name.unknown: Expected a name that is set, got \`$\`
3 |   - log: \${{ $.step }}
  |              ^

a.yaml:4:12 error name.invalid: Expected a variable such as \`total\` or \`order.lines[0].sku\`, got \`$\`
4 |   - set: { $: 1 }
  |            ^
  = Names are letters, digits and \`_\`, and do not begin with a digit.`,
  ],
  [
    'an assignment in an expression',
    '- set: { a: 1 }\n- log: ${{ a = 2 }}',
    `a.yaml:4:14 error name.assigned: Expected an expression without assignments, got an assignment to \`a\`
4 |   - log: \${{ a = 2 }}
  |              ^
  = To compare, write \`===\`. To change it, use a \`set\` step, or a \`run\` block.`,
  ],
  [
    'an assignment to a member in an expression, which was meant as a comparison',
    "- if: ${{ request.json.status = 'paid' }}\n  then: [ { log: paid } ]",
    `a.yaml:3:13 error name.assigned: Expected an expression without assignments, got one to a member
3 |   - if: \${{ request.json.status = 'paid' }}
  |             ^^^^^^^^^^^^^^^^^^^
  = To compare, write \`===\`. To change it, use a \`set\` step, or a \`run\` block.`,
  ],
  [
    'an assignment to what is no variable in a block',
    '- run: |\n    request = 1;\n    other = 2;',
    `a.yaml:4:7 error name.assigned: Expected a variable, got an assignment to \`request\`
4 |       request = 1;
  |       ^^^^^^^
  = Declare a name of your own with \`let\`.

a.yaml:5:7 error name.unknown: Expected a name that is set, got \`other\`
5 |       other = 2;
  |       ^^^^^`,
  ],
])('%s is a mistake', (_, steps, expected) => {
  expect(said(automationOf(steps))).toBe(expected);
});

test.each([
  ['a variable that one branch sets', '- if: true\n  then: [ { set: { a: 1 } } ]\n- log: ${{ a }}'],
  ['names that an expression declares', '- log: ${{ [1].map((line) => line + 1) }}'],
  ['a result', '- run: return 1\n  as: one\n- log: ${{ one }}'],
  [
    'the error in a catch, at any depth',
    '- try: []\n  catch: [ { if: true, then: [ { log: "${{ error.code }}" } ] } ]',
  ],
  ['locals of a block', '- run: |\n    let a = 1; for (const b of [a]) { a = b; }'],
])('%s: a name that is known', (_, steps) => {
  expect(said(automationOf(steps))).toBe('');
});

test('everything that the tables offer is known', () => {
  const uses = [
    ...LANGUAGE_GLOBALS,
    ...LIBRARY.map(({ name }) => name),
    ...REQUEST_MEMBERS.map(({ name }) => `request.${name}`),
    ...WEBHOOK_MEMBERS.map(({ name }) => `webhook.${name}`),
    ...EVENT_MEMBERS.map(({ name }) => `event.${name}`),
  ];
  expect(said(automationOf(uses.map((use) => `- log: \${{ ${use} }}`).join('\n')))).toBe('');
});

test('what is suggested exists: the mistake is gone when it is taken', () => {
  const names = ['total', 'request', 'inputs', 'Text', 'Math', 'uuid', 'request.json', 'event.id'];
  const slips = fc.tuple(fc.constantFrom(...names), fc.nat(12), fc.constantFrom('x', 'e', '', '_'));
  fc.assert(
    fc.property(slips, ([name, at, letter]) => {
      const slip = name.slice(0, at) + letter + name.slice(at + 1);
      const text = automationOf(`- set: { total: 1 }\n- log: \${{ (${slip}) }}`);
      for (const { hint, line, column, length } of compile(text, 'a.yaml').diagnostics) {
        const suggested = /^Did you mean "(.*)"\?$/.exec(hint ?? '')?.[1];
        if (suggested === undefined) continue;
        const lines = text.split('\n');
        const wrong = lines[line - 1] as string;
        lines[line - 1] = wrong.slice(0, column - 1) + suggested + wrong.slice(column - 1 + length);
        const left = compile(lines.join('\n'), 'a.yaml').diagnostics;
        expect(left.filter((found) => found.line === line && found.column === column)).toEqual([]);
      }
    }),
  );
});

test.each([
  ['console.log(1)', 'A `log` step writes to the log of the run.'],
  ['fetch("https://a.example")', 'Write `http`: a step, or `await http(…)` in a `run` block.'],
  ['atob("YQ==")', 'Write `Base64.decode(…)`.'],
])('who writes %s is told what there is instead', (code, hint) => {
  const { diagnostics } = compile(automationOf(`- run: ${code}`), 'a.yaml');
  expect(diagnostics).toMatchObject([{ code: 'name.unknown', hint }]);
});

test.each([
  [
    "request.headers['X-Id']",
    'Expected a header’s name in lower case, got `X-Id`',
    "Write `request.headers['x-id']`, or `request.header('X-Id')`, which takes any case.",
  ],
  [
    'request.header["x-id"]',
    'Expected a call of `request.header`, got its member `x-id`',
    "Write `request.header('x-id')`.",
  ],
  [
    'request.body.order.id',
    'Expected a member of a text, got `order`',
    '`request.body` is the body as it came. Write `request.json.order.id`, or `request.form` for a form.',
  ],
])('%s, which no request has, is warned about', (code, message, hint) => {
  const { diagnostics } = compile(automationOf(`- log: x \${{ ${code} }}`), 'a.yaml');
  expect(diagnostics).toMatchObject([
    { severity: 'warning', code: 'member.unknown', line: 3, message, hint },
  ]);
});

test.each([
  ...['request.headers["x-id"]', 'request.headers.hasOwnProperty("X")', 'request.header("X-Id")'],
  ...['request.body.length', 'request.body[0]', 'request.body.at(-1)', 'request.json.X.y'],
  ...['request.body.constructor', 'request.header.call(null, "a")', 'request.query.A'],
])('%s may be there', (code) => {
  expect(said(automationOf(`- log: x \${{ ${code} }}`))).toBe('');
});

test('an expression may change what it has made itself, and a block what there is', () => {
  const counted = '[1, 1].reduce((seen, n) => { seen[n] = true; return seen }, {})';
  expect(said(automationOf(`- log: \${{ ${counted} }}`))).toBe('');
  expect(said(automationOf('- set: { a: {} }\n- run: a.b = 1; a["c"] ??= 2; delete a.b'))).toBe('');
});
