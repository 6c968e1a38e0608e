import { expect, test } from 'vitest';
import { allowed, automationOf, compiled, execute, type Given, type Ran, said } from './run.ts';

function run(steps: string, given: Given = {}): Promise<Ran> {
  return execute(compiled(allowed(steps)).program, given);
}

interface Case {
  readonly does: string;
  readonly steps: string;
  readonly effects: readonly (readonly unknown[])[];
}

const CASES: readonly Case[] = [
  {
    does: 'http with a URL alone',
    steps: '- http: https://api.example.com/${{ 1 + 1 }}',
    effects: [['http', 'https://api.example.com/2']],
  },
  {
    does: 'http with all that a request may have',
    steps: `- http:
    method: \${{ 'PUT' }}
    url: https://api.example.com/x
    headers: { x-a: "\${{ 1 }}", x-b: [a, b] }
    query: { page: 2 }
    json: { a: "\${{ [1] }}" }
    expect: [200, 404]
    timeout: 5s
    retry: { attempts: 3, backoff: fixed }
    in_doubt: hold`,
    effects: [
      [
        'http',
        {
          method: 'PUT',
          url: 'https://api.example.com/x',
          headers: { 'x-a': 1, 'x-b': ['a', 'b'] },
          query: { page: 2 },
          json: { a: [1] },
          expect: [200, 404],
          timeout: '5s',
          retry: { attempts: 3, backoff: 'fixed' },
          in_doubt: 'hold',
        },
      ],
    ],
  },
  {
    does: 'one expected status is a list of one, and words are words',
    steps:
      '- http: { url: "https://a.example.com/", expect: 201 }\n- http: { url: "https://a.example.com/", expect: any }\n- http: { url: "https://a.example.com/", expect: 2xx }',
    effects: [
      ['http', { url: 'https://a.example.com/', expect: [201] }],
      ['http', { url: 'https://a.example.com/', expect: 'any' }],
      ['http', { url: 'https://a.example.com/', expect: '2xx' }],
    ],
  },
  {
    does: 'the four operations of state, with what belongs to each',
    steps: `- state: { get: "a/\${{ 1 }}" }
- state: { get: a, default: [] }
- state: { set: a, value: { b: "\${{ 2 }}" } }
- state: { set: a, value: null, ttl: 30d }
- state: { delete: a }
- state: { increment: a }
- state: { increment: a, by: -2.5, ttl: 1h }
- state: { increment: a, ttl: "\${{ 3 }}s" }`,
    effects: [
      ['state.get', 'a/1'],
      ['state.get', 'a', []],
      ['state.set', 'a', { b: 2 }],
      ['state.set', 'a', null, { ttl: '30d' }],
      ['state.delete', 'a'],
      ['state.increment', 'a'],
      ['state.increment', 'a', -2.5, { ttl: '1h' }],
      ['state.increment', 'a', undefined, { ttl: '3s' }],
    ],
  },
  {
    does: 'wait for a time and until a time',
    steps: '- wait: 5m\n- wait: ${{ 2 }}h\n- wait: { until: "${{ 7 }}" }',
    effects: [
      ['wait', '5m'],
      ['wait', '2h'],
      ['wait', { until: 7 }],
    ],
  },
  {
    does: 'call with and without inputs',
    steps:
      '- call: pricing.total\n- call: a\n  with: { b: "${{ 1 }}" }\n- call: a\n  with: ${{ ({ c:1 }) }}',
    effects: [
      ['call', 'pricing.total'],
      ['call', 'a', { b: 1 }],
      ['call', 'a', { c: 1 }],
    ],
  },
  {
    does: 'emit and hook with and without data',
    steps:
      '- emit: { topic: order.paid, data: { id: 1 } }\n- emit: { topic: a }\n- hook: { name: crm, data: [1] }',
    effects: [
      ['emit', 'order.paid', { id: 1 }],
      ['emit', 'a'],
      ['hook', 'crm', [1]],
    ],
  },
];

test.each(CASES)('$does', async ({ steps, effects }) => {
  const ran = await run(steps);
  expect(ran.effects.map(({ effect, given }) => [effect, ...given])).toEqual(effects);
});

test('`as` gets the result, and each effect is asked for by its step', async () => {
  const steps =
    '- http: https://a.example.com/\n  as: reply\n- call: f\n  with: ${{ reply }}\n  as: value\n- log: ${{ value }}';
  const ran = await run(steps, { effects: (kind, given) => [kind, given] });
  expect(ran.logs).toEqual([['info', ['call', 'f']]]);
  expect(ran.effects.map(({ step }) => step)).toEqual([0, 1]);
  expect(ran.effects[1]?.given[1]).toEqual(['http', 'https://a.example.com/']);
});

test('`when` keeps an effect from being asked for', async () => {
  expect((await run('- emit: { topic: a }\n  when: false')).effects).toEqual([]);
});

test('an effect that fails is caught like any other failure', async () => {
  const ran = await run(
    '- try:\n    - http: https://a.example.com/\n    - log: never\n  catch: [ { log: "${{ error.message }}" } ]',
    {
      effects: () => {
        throw new Error('refused');
      },
    },
  );
  expect(ran.logs).toEqual([['info', 'refused']]);
});

test('a program with an effect is asynchronous', () => {
  expect(compiled(automationOf('- wait: 1s')).program.source).toMatch(/^async \(\$, request/);
  expect(compiled(automationOf('- run: return wait("1s")')).program.source).toMatch(/^async \(\$/);
});

test('run blocks have the effects as functions, also where they return one without `await`', async () => {
  const ran = await run(
    `- log: first
- run: |
    const reply = await http('https://a.example.com/');
    await state.set('a', reply, { ttl: '1d' });
    await state.delete('b');
    await Promise.all([wait('1s'), emit('t', 1), hook('h', 2), state.get('c')]);
    return call('f', { n: await state.increment('n') });
  as: result
- log: \${{ result }}`,
    { effects: (kind) => kind },
  );
  expect(ran.effects).toEqual(
    [
      ['http', 'https://a.example.com/'],
      ['state.set', 'a', 'http', { ttl: '1d' }],
      ['state.delete', 'b'],
      ['wait', '1s'],
      ['emit', 't', 1],
      ['hook', 'h', 2],
      ['state.get', 'c'],
      ['state.increment', 'n'],
      ['call', 'f', { n: 'state.increment' }],
    ].map(([effect, ...given]) => ({ effect, given, step: 1 })),
  );
  expect(ran.logs[1]).toEqual(['info', 'call']);
});

test('variables, and names of the block’s own, hide effects of the same name', async () => {
  const steps =
    '- set: { state: 7 }\n- run: |\n    const hook = (x) => x + state;\n    return hook(1);\n  as: call\n- log: ${{ [state, call] }}';
  const ran = await execute(compiled(automationOf(steps)).program);
  expect(ran.logs).toEqual([['info', [7, 8]]]);
  expect(ran.effects).toEqual([]);
});

test('a name of the block’s own takes nothing from its effects, whatever it is', async () => {
  const { effects } = await run(
    '- run: |\n    const $ = [1];\n    const [n] = $;\n    await wait(n);\n    await state.get(n);',
  );
  expect(effects.map(({ effect, given }) => [effect, ...given])).toEqual([
    ['wait', 1],
    ['state.get', 1],
  ]);
});

test('the lines of a block stay where they are when effects are declared before it', () => {
  const { program } = compiled(
    allowed('- run: |\n    const a = 1;\n    await http("https://a.example.com/");'),
  );
  const at = program.source.split('\n').findIndex((line) => line.includes('await http('));
  expect(program.lines[at]).toBe(6);
});

test('branches of `parallel` are under way together, and what they set is there after it', async () => {
  const events: string[] = [];
  let release = () => {};
  const both = new Promise<void>((resolve) => {
    release = resolve;
  });
  const ran = await run(
    `- parallel:
    a:
      - call: a
        as: first
      - log: \${{ first }}
    b:
      - call: b
        as: second
- log: \${{ first + second }}`,
    {
      // The first ends only when the second has been asked for.
      effects: async (_, name) => {
        events.push(`ask ${name}`);
        if (name === 'b') release();
        await both;
        return name;
      },
    },
  );
  expect(events).toEqual(['ask a', 'ask b']);
  expect(ran.logs.map(([, text]) => text)).toEqual(['a', 'ab']);
  expect(ran.effects.map(({ step }) => step)).toEqual([1, 3]);
});

test('a block in a branch asks for its effects by its own step, whatever ran in between', async () => {
  const ran = await run(
    `- parallel:
    - - run: |
          await emit('a');
          await emit('b');
    - - emit: { topic: c }
      - emit: { topic: d }`,
  );
  expect(ran.effects.map(({ given, step }) => [...given, step])).toEqual([
    ['a', 1],
    ['c', 2],
    ['b', 1],
    ['d', 3],
  ]);
});

test('a branch that fails fails the step, after the others have ended', async () => {
  const ran = await run(
    `- try:
    - parallel:
        - - fail: broken
        - - call: slow
          - log: ended
        - - fail: also broken
  catch:
    - log: \${{ error.message }}`,
    { effects: () => new Promise((resolve) => setImmediate(resolve)) },
  );
  expect(ran.logs.map(([, text]) => text)).toEqual(['ended', 'broken']);
});

test('a branch may answer', async () => {
  const ran = await run('- parallel:\n    - - respond: { status: 202 }\n    - - log: x');
  expect(ran.answer).toEqual({ status: 202 });
});

test('a function gives back its value', async () => {
  const text = `automation: f\ntrigger: function\ninputs: { n: number }\nsteps:
  - if: \${{ inputs.n > 1 }}
    then: [ { return: { value: { twice: "\${{ inputs.n * 2 }}" } } } ]
  - return:`;
  const { program, trigger } = compiled(text);
  expect(trigger).toBe('function');
  expect((await execute(program, { inputs: { n: 2 } })).value).toEqual({ twice: 4 });
  expect((await execute(program, { inputs: { n: 1 } })).value).toBeUndefined();
  expect(compiled(automationOf('- log: x')).trigger).toBe('webhook');
});

const MISTAKES: readonly (readonly [about: string, steps: string, expected: string])[] = [
  [
    'a call that nothing waits for',
    "- run: |\n    emit('a');\n    state.set('a', 1);\n    const f = () => { wait('1s'); };\n    await f();",
    `a.yaml:5:7 warning script.not_awaited: Expected \`await\` before \`emit\`, got a call that nothing waits for
5 |       emit('a');
  |       ^^^^^^^^^
  = Without it the run may end before the effect has begun, and its failure is lost.

a.yaml:6:7 warning script.not_awaited: Expected \`await\` before \`state\`, got a call that nothing waits for
6 |       state.set('a', 1);
  |       ^^^^^^^^^^^^^^^^^
  = Without it the run may end before the effect has begun, and its failure is lost.

a.yaml:7:25 warning script.not_awaited: Expected \`await\` before \`wait\`, got a call that nothing waits for
7 |       const f = () => { wait('1s'); };
  |                         ^^^^^^^^^^
  = Without it the run may end before the effect has begun, and its failure is lost.`,
  ],
  [
    'a body with a method that has none',
    '- http: { url: https://a.example.com/, method: GET, json: { a: 1 } }',
    `a.yaml:4:55 error key.conflict: Expected no body with \`GET\`, got \`json\`
4 |   - http: { url: https://a.example.com/, method: GET, json: { a: 1 } }
  |                                                       ^^^^
  = Write another \`method\`, or send it as \`query\`.`,
  ],
  [
    'a chain after a call that nothing waits for',
    "- run: |\n    wait('1s').then(() => 1).catch(() => 2);\n    await wait('1s').then(() => 3);",
    `a.yaml:5:7 warning script.not_awaited: Expected \`await\` before \`wait\`, got a call that nothing waits for
5 |       wait('1s').then(() => 1).catch(() => 2);
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = Without it the run may end before the effect has begun, and its failure is lost.`,
  ],
  [
    'an effect in an expression',
    "- log: ${{ state.get('a') }}",
    `a.yaml:4:14 error expression.effect: Expected an expression without effects, got \`state\`
4 |   - log: \${{ state.get('a') }}
  |              ^^^^^
  = Use a step, \`- state: …\` with \`as\`, or a \`run\` block.`,
  ],
  [
    'members that effects do not have, and a misspelt effect',
    "- run: |\n    await http.post('x');\n    await state.inc('x');\n    await emitt('x');",
    `a.yaml:5:18 error member.unknown: Expected a member of \`http\`, got \`post\`
5 |       await http.post('x');
  |                  ^^^^
  = It is a function: \`await http(…)\`.

a.yaml:6:19 error member.unknown: Expected a member of \`state\`, got \`inc\`
6 |       await state.inc('x');
  |                   ^^^
  = It has \`get\`, \`set\`, \`delete\`, \`increment\`.

a.yaml:7:13 error name.unknown: Expected a name that is set, got \`emitt\`
7 |       await emitt('x');
  |             ^^^^^
  = Did you mean "emit"?`,
  ],
  [
    'an assignment to an effect',
    '- run: emit = 1',
    `a.yaml:4:10 error name.assigned: Expected a variable, got an assignment to \`emit\`
4 |   - run: emit = 1
  |          ^^^^
  = Declare a name of your own with \`let\`.`,
  ],
  [
    'state without an operation, with two, and with what belongs to another',
    '- state: { value: 1 }\n- state: { get: a, delete: a }\n- state: { get: a, ttl: 1s }\n- state: { set: a }',
    `a.yaml:4:14 error key.conflict: Expected \`value\` beside \`set\`, got it without
4 |   - state: { value: 1 }
  |              ^^^^^

a.yaml:4:14 error key.missing: Expected one of \`get\`, \`set\`, \`delete\` or \`increment\`, got none
4 |   - state: { value: 1 }
  |              ^^^^^

a.yaml:5:22 error key.conflict: Expected one of \`get\`, \`set\`, \`delete\` or \`increment\`, got \`delete\` beside \`get\`
5 |   - state: { get: a, delete: a }
  |                      ^^^^^^

a.yaml:6:22 error key.conflict: Expected \`ttl\` beside \`set\` or \`increment\`, got it without
6 |   - state: { get: a, ttl: 1s }
  |                      ^^^

a.yaml:7:14 error key.missing: Expected the key \`value\`, got none
7 |   - state: { set: a }
  |              ^^^`,
  ],
  [
    'a method, an expected status, a body and a duration that are none',
    '- http: { url: "https://a.example.com/", method: post, expect: 3xx, json: 1, text: a }\n- wait: 5\n- wait: 400d',
    `a.yaml:4:52 error value.invalid: Expected one of \`GET\`, \`HEAD\`, \`POST\`, \`PUT\`, \`PATCH\`, \`DELETE\`, \`OPTIONS\`, got \`post\`
4 |   - http: { url: "https://a.example.com/", method: post, expect: 3xx, json: 1, text: a }
  |                                                    ^^^^
  = Did you mean "POST"?

a.yaml:4:66 error value.invalid: Expected one of \`2xx\`, \`any\`, got \`3xx\`
4 |   - http: { url: "https://a.example.com/", method: post, expect: 3xx, json: 1, text: a }
  |                                                                  ^^^
  = Did you mean "2xx"?

a.yaml:4:80 error key.conflict: Expected one of \`json\`, \`form\`, \`text\`, \`body\` or \`base64\`, got \`text\` beside \`json\`
4 |   - http: { url: "https://a.example.com/", method: post, expect: 3xx, json: 1, text: a }
  |                                                                                ^^^^

a.yaml:5:11 error value.invalid: Expected a duration such as \`500ms\`, \`30s\` or \`5m\`, got \`5\`
5 |   - wait: 5
  |           ^
  = Add a unit: \`5s\`.

a.yaml:6:11 error limit.exceeded: Expected at most 365d, got \`400d\`
6 |   - wait: 400d
  |           ^^^^`,
  ],
  [
    'a list of steps where branches belong',
    '- parallel:\n    - log: a',
    `a.yaml:5:9 error value.type: Expected a list of steps, got a map
5 |       - log: a
  |         ^^^^^^
  = Put \`- \` before each step.`,
  ],
  [
    'a return in a branch, and a name of another branch',
    '- parallel:\n    a: [ { set: { x: 1 } }, { log: "${{ x }}" } ]\n    b: [ { log: "${{ x }}" }, { return: } ]',
    `a.yaml:6:24 error name.parallel: Expected a name that is set, got \`x\`, which another branch sets at the same time
6 |       b: [ { log: "\${{ x }}" }, { return: } ]
  |                        ^
  = Line 5 sets it; use it after the \`parallel\` step.

a.yaml:6:35 error step.parallel: Expected a branch of \`parallel\` without \`return\`, got one
6 |       b: [ { log: "\${{ x }}" }, { return: } ]
  |                                   ^^^^^^
  = Set a variable in the branch, and \`return\` after the \`parallel\` step.`,
  ],
];

test.each(MISTAKES)('%s', (_, steps, expected) => {
  expect(said(allowed(steps))).toBe(expected);
});

test('answers in a function and values elsewhere are mistakes', () => {
  const text = automationOf('- respond: { status: 200 }\n- return: { json: 1 }');
  expect(said(text.replace('steps', 'trigger: function\nsteps'))).toBe(
    `a.yaml:4:5 error trigger.unfit: Expected the value of a function, got \`respond\`
4 |   - respond: { status: 200 }
  |     ^^^^^^^
  = A function answers no request: write \`return: { value: … }\`.

a.yaml:5:15 error trigger.unfit: Expected the value of a function, got \`json\`
5 |   - return: { json: 1 }
  |               ^^^^
  = A function answers no request: write \`return: { value: … }\`.`,
  );
  expect(said(automationOf('- return: { value: 1 }'))).toBe(
    `a.yaml:3:15 error trigger.unfit: Expected an answer, got \`value\`, which functions give back
3 |   - return: { value: 1 }
  |               ^^^^^
  = Write \`json\`, or add \`trigger: function\` to the file.`,
  );
});

test('an automation that messages start has the message in `event`, and answers nobody', () => {
  const text = (steps: string): string =>
    automationOf(steps).replace('steps', 'trigger: topic\non: order.*\nsteps');
  const steps = '- log: ${{ event.topic }} ${{ event.data.id }} ${{ event.id }}\n- return:';
  expect(said(text(steps))).toBe('');
  expect(compiled(text(steps))).toMatchObject({ trigger: 'topic', on: 'order.*' });
  expect(said(text('- respond: { status: 200 }\n- return: { value: 1 }'))).toBe(
    `a.yaml:5:5 error trigger.unfit: Expected no answer, because nobody waits for one, got \`respond\`
5 |   - respond: { status: 200 }
  |     ^^^^^^^
  = A message asks for none: write \`return:\` alone to end the run.

a.yaml:6:15 error trigger.unfit: Expected no answer, because nobody waits for one, got \`value\`
6 |   - return: { value: 1 }
  |               ^^^^^
  = A message asks for none: write \`return:\` alone to end the run.`,
  );
  expect(said(automationOf('- log: ${{ event.topic }} ${{ event.data.id }}'))).toBe(
    `a.yaml:3:20 error member.unknown: Expected a member of \`event\`, got \`topic\`
3 |   - log: \${{ event.topic }} \${{ event.data.id }}
  |                    ^^^^^
  = It has \`id\`, \`received_at\`, \`data\`.`,
  );
});
