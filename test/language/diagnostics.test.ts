import { expect, test } from 'vitest';
import { compile } from '../../src/language/compile.ts';
import { automationOf, said } from './run.ts';

const HEAD = 'automation: a\nsteps: []\n';

test.each([
  [
    'an empty file',
    '# nothing\n',
    `a.yaml:1:1 error key.missing: Expected an automation, got an empty file
1 | # nothing
  | ^
  = It begins with \`automation: NAME\` and \`steps:\`.`,
  ],
  [
    'a list as file',
    '- a\n',
    `a.yaml:1:1 error value.type: Expected a map, got a list
1 | - a
  | ^^^`,
  ],
  [
    'an unknown key and a missing one',
    'automation: a\nstep: []\n',
    `a.yaml:1:1 error key.missing: Expected the key \`steps\`, got none
1 | automation: a
  | ^^^^^^^^^^

a.yaml:2:1 error key.unknown: Expected \`automation\`, \`description\`, \`kind\`, \`uid\`, \`inputs\`, \`policy\`, \`limits\`, \`retry\`, \`trigger\`, \`on\`, \`disabled\`, \`timezone\`, \`missed\`, \`overlap\` or \`steps\`, got \`step\`
2 | step: []
  | ^^^^
  = Did you mean "steps"?`,
  ],
  [
    'a name that is none',
    'automation: a b\nsteps: []\n',
    `a.yaml:1:13 error value.invalid: Expected a name of letters, digits, \`.\`, \`_\` and \`-\`, got \`a b\`
1 | automation: a b
  |             ^^^`,
  ],
  [
    'limits above the highest, without unit, or not a number',
    `${HEAD}limits: { cpu: 20s, timeout: 3, memory: 1GB, effects: lots }\n`,
    `a.yaml:3:16 error limit.exceeded: Expected at most 10s, got \`20s\`
3 | limits: { cpu: 20s, timeout: 3, memory: 1GB, effects: lots }
  |                ^^^

a.yaml:3:30 error value.invalid: Expected a duration such as \`500ms\`, \`30s\` or \`5m\`, got \`3\`
3 | limits: { cpu: 20s, timeout: 3, memory: 1GB, effects: lots }
  |                              ^
  = Add a unit: \`3s\`.

a.yaml:3:41 error limit.exceeded: Expected at most 256MB, got \`1GB\`
3 | limits: { cpu: 20s, timeout: 3, memory: 1GB, effects: lots }
  |                                         ^^^

a.yaml:3:55 error value.type: Expected a whole number from 0 to 10000, got a text
3 | limits: { cpu: 20s, timeout: 3, memory: 1GB, effects: lots }
  |                                                       ^^^^`,
  ],
  [
    'a default of another type',
    `${HEAD}inputs: { n: { type: number, default: x }, l: lst }\n`,
    `a.yaml:3:39 error value.type: Expected a number, got a text
3 | inputs: { n: { type: number, default: x }, l: lst }
  |                                       ^
  = The input’s type is \`number\`.

a.yaml:3:47 error value.invalid: Expected one of \`any\`, \`string\`, \`number\`, \`boolean\`, \`list\`, \`object\`, got \`lst\`
3 | inputs: { n: { type: number, default: x }, l: lst }
  |                                               ^^^
  = Did you mean "list"?`,
  ],
  [
    'a topic trigger without its topic',
    `${HEAD}trigger: topic\n`,
    `a.yaml:3:1 error key.missing: Expected a topic in \`on\`, got none
3 | trigger: topic
  | ^^^^^^^
  = It says which topics start it: \`on: order.*\`.`,
  ],
  [
    'a topic trigger with an empty topic',
    `${HEAD}trigger: topic\non:\n`,
    `a.yaml:4:1 error key.missing: Expected a topic in \`on\`, got none
4 | on:
  | ^^
  = It says which topics start it: \`on: order.*\`.`,
  ],
  [
    'a topic of another trigger',
    `${HEAD}on: order.*\n`,
    `a.yaml:3:1 error key.conflict: Expected \`on\` beside \`trigger: topic\` or \`trigger: schedule\`, got it without
3 | on: order.*
  | ^^`,
  ],
  [
    'a topic that is no pattern',
    `${HEAD}trigger: topic\non: order.**.paid\n`,
    `a.yaml:4:5 error value.invalid: Expected \`**\` as the last segment alone, got it elsewhere
4 | on: order.**.paid
  |     ^^^^^^^^^^^^^`,
  ],
  [
    'a key that stands twice',
    'automation: a\nsteps: []\nautomation: b\n',
    `a.yaml:3:1 error yaml.duplicate_key: Expected each key once, got \`automation\` again
3 | automation: b
  | ^^^^^^^^^^
  = The first one is in line 1.`,
  ],
  [
    'two documents',
    `${HEAD}---\nautomation: b\n`,
    `a.yaml:3:1 error yaml.documents: Expected one document, got a second
3 | ---
  | ^^^
  = Put each automation into a file of its own.`,
  ],
  [
    'anchors, aliases, tags and merge keys',
    `automation: a\nsteps: &s []\ninputs: *s\ndescription: !!str b\nlimits: { <<: {} }\n`,
    `a.yaml:2:11 error yaml.alias: Expected a value, got an anchor
2 | steps: &s []
  |           ^^
  = Automations have no anchors, aliases or merge keys: write the value out, or \`set\` a variable.

a.yaml:3:9 error yaml.alias: Expected a value, got an alias
3 | inputs: *s
  |         ^^
  = Automations have no anchors, aliases or merge keys: write the value out, or \`set\` a variable.

a.yaml:4:20 error yaml.tag: Expected a value without a tag, got one
4 | description: !!str b
  |                    ^
  = A text that begins with \`!\` needs quotes.

a.yaml:5:11 error yaml.alias: Expected a value, got a merge key
5 | limits: { <<: {} }
  |           ^^
  = Automations have no anchors, aliases or merge keys: write the value out, or \`set\` a variable.`,
  ],
  [
    'a tab as indentation, and a mistake before it',
    'automation: a b\nsteps:\n\t- log: x\n',
    `a.yaml:1:13 error value.invalid: Expected a name of letters, digits, \`.\`, \`_\` and \`-\`, got \`a b\`
1 | automation: a b
  |             ^^^

a.yaml:3:1 error yaml.syntax: Expected spaces before the content of a line, got a tab
3 |  - log: x
  | ^`,
  ],
  [
    'expressions in other languages’ braces',
    automationOf('- log: {{ 1 }}'),
    `a.yaml:3:10 error yaml.key: Expected an expression in \`\${{ }}\`, got \`{{ }}\`
3 |   - log: {{ 1 }}
  |          ^^^^^^^
  = Write \${{ 1 }}`,
  ],
])('%s', (_, text, expected) => {
  expect(said(text)).toBe(expected);
});

test.each([
  [
    'steps that are no list',
    'log: x',
    `a.yaml:3:3 error value.type: Expected a list of steps, got a map
3 |   log: x
  |   ^^^^^^
  = Put \`- \` before each step.`,
  ],
  [
    'a step without its colon',
    '- return',
    `a.yaml:3:5 error value.type: Expected a step, got a text
3 |   - return
  |     ^^^^^^
  = Write \`return:\`, with a colon.`,
  ],
  [
    'two steps in one',
    '- log: x\n  set: { a: 1 }',
    `a.yaml:4:5 error step.ambiguous: Expected one step, got \`set\` beside \`log\`
4 |     set: { a: 1 }
  |     ^^^
  = Put \`- \` before \`set\` to make it a step of its own.`,
  ],
  [
    'a step that is misspelt, whose result is not called unknown',
    '- htpp: { url: x }\n  as: reply\n- log: ${{ reply }}',
    `a.yaml:3:5 error step.unknown: Expected a step, got \`htpp\`
3 |   - htpp: { url: x }
  |     ^^^^
  = Did you mean "http"?`,
  ],
  [
    'a part of a step as a step',
    '- if: true\n  then: []\n- else: []',
    `a.yaml:5:5 error step.unknown: Expected a step, got \`else\`
5 |   - else: []
  |     ^^^^
  = \`else\` belongs to \`if\`: take away its dash and align it with \`if\`.`,
  ],
  [
    'missing and unknown keys of a step',
    '- for: x\n  on: []\n  do: []',
    `a.yaml:3:5 error key.missing: Expected the key \`in\`, got none
3 |   - for: x
  |     ^^^

a.yaml:4:5 error key.unknown: Expected \`for\`, \`in\`, \`do\`, \`name\` or \`when\`, got \`on\`
4 |     on: []
  |     ^^
  = Did you mean "in"?`,
  ],
  [
    'try on its own',
    '- try: []',
    `a.yaml:3:5 error key.missing: Expected the key \`catch\` or \`finally\`, got neither
3 |   - try: []
  |     ^^^`,
  ],
  [
    'a result where there is none',
    '- log: x\n  as: y',
    `a.yaml:4:5 error key.unknown: Expected \`log\`, \`level\`, \`name\` or \`when\`, got \`as\`
4 |     as: y
  |     ^^
  = This step has no result.`,
  ],
  [
    'an answer with two bodies and an impossible status',
    '- return: { status: 99, json: 1, text: x }',
    `a.yaml:3:23 error value.invalid: Expected a whole number from 200 to 599, got 99
3 |   - return: { status: 99, json: 1, text: x }
  |                       ^^

a.yaml:3:36 error key.conflict: Expected one of \`body\`, \`json\`, \`text\`, \`html\`, \`base64\`, \`redirect\` or \`value\`, got \`text\` beside \`json\`
3 |   - return: { status: 99, json: 1, text: x }
  |                                    ^^^^`,
  ],
  [
    'a condition with text beside its expression',
    "- if: ${{ request.method }} == 'GET'\n  then: []",
    `a.yaml:3:9 error condition.mixed: Expected a condition such as \`\${{ total > 0 }}\`, got text beside \`\${{ }}\`
3 |   - if: \${{ request.method }} == 'GET'
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = Put all of it inside one \`\${{ }}\`.`,
  ],
  [
    'an empty condition and an empty loop',
    '- if:\n  then: []\n- for: a b\n  in:\n  do: []',
    `a.yaml:3:8 error value.type: Expected a condition such as \`\${{ total > 0 }}\`, got nothing
3 |   - if:
  |        ^

a.yaml:5:10 error name.invalid: Expected one or two names such as \`line\` or \`line, index\`, got \`a b\`
5 |   - for: a b
  |          ^^^
  = Names are letters, digits and \`_\`, and do not begin with a digit.

a.yaml:6:8 error value.type: Expected an expression such as \`\${{ order.lines }}\` or a list, got nothing
6 |     in:
  |        ^`,
  ],
  [
    'a header that cannot be one',
    '- return: { headers: { "a b": c } }',
    `a.yaml:3:26 error value.invalid: Expected a header’s name, got \`a b\`
3 |   - return: { headers: { "a b": c } }
  |                          ^^^^^`,
  ],
  [
    'an expression that is not JavaScript',
    '- log: x ${{ 1 + }} y ${{',
    `a.yaml:3:18 error expression.syntax: Expected more, got the end of the expression
3 |   - log: x \${{ 1 + }} y \${{
  |                  ^

a.yaml:3:25 error expression.unclosed: Expected \`}}\` to close the expression, got the end of the text
3 |   - log: x \${{ 1 + }} y \${{
  |                         ^^^
  = To write the text \`\${{\` itself, write \`$\${{\`.`,
  ],
  [
    'a step that is never reached',
    '- return: { status: 204 }\n- log: x',
    `a.yaml:4:5 warning step.unreachable: Expected no step after \`return\`, got one
4 |   - log: x
  |     ^^^
  = \`return\` always ends the run here.`,
  ],
  [
    'a number that loses digits',
    '- set: { id: 12345678901234567890 }',
    `a.yaml:3:16 warning value.inexact: Expected a number of at most 15 digits, got 12345678901234567890
3 |   - set: { id: 12345678901234567890 }
  |                ^^^^^^^^^^^^^^^^^^^^
  = JavaScript reads it as 12345678901234567168. Put quotes around it to keep every digit.`,
  ],
  [
    'a file that is not UTF-8',
    `- log: ${Buffer.from('caf\xe9', 'latin1').toString()}`,
    `a.yaml:3:13 warning yaml.encoding: Expected a file in UTF-8, got bytes that are none
3 |   - log: caf\ufffd
  |             ^
  = Save it as UTF-8. The character U+FFFD itself is written \`"\\ufffd"\`.`,
  ],
  [
    'a telephone number that is no text',
    '- set: { to: +4915112345678 }',
    `a.yaml:3:16 warning value.inexact: Expected a number that begins with another digit, got +4915112345678
3 |   - set: { to: +4915112345678 }
  |                ^^^^^^^^^^^^^^
  = JavaScript reads it as 4915112345678. Put quotes around it to keep it as it is.`,
  ],
  [
    'a code that begins with a 0',
    '- set: { zip: 01067, zero: 0, share: 0.5, below: -0 }',
    `a.yaml:3:17 warning value.inexact: Expected a number that begins with another digit, got 01067
3 |   - set: { zip: 01067, zero: 0, share: 0.5, below: -0 }
  |                 ^^^^^
  = JavaScript reads it as 1067. Put quotes around it to keep it as it is.`,
  ],
  [
    'a `set` of nothing',
    '- set: {}',
    `a.yaml:3:10 error value.type: Expected a map of variables and their values, got an empty map
3 |   - set: {}
  |          ^^`,
  ],
])('%s', (_, steps, expected) => {
  expect(said(automationOf(steps))).toBe(expected);
});

test('warnings do not keep an automation from being compiled', () => {
  const { automation, diagnostics } = compile(automationOf('- fail: x\n- log: y'), 'a.yaml');
  expect(diagnostics.map(({ severity }) => severity)).toEqual(['warning']);
  expect(automation?.name).toBe('test');
});

test('no more than a hundred mistakes are told', () => {
  const { diagnostics } = compile(automationOf('- lgo: x\n'.repeat(300)), 'a.yaml');
  expect(diagnostics.length).toBe(100);
});
