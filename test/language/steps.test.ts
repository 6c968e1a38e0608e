import { expect, test } from 'vitest';
import { automationOf, compiled, run } from './run.ts';

interface Case {
  readonly does: string;
  readonly steps: string;
  readonly request?: unknown;
  readonly logs?: readonly unknown[];
  readonly answer?: unknown;
}

const CASES: readonly Case[] = [
  {
    does: 'set keeps the type of a single expression',
    steps:
      '- set: { a: "${{ [1, 2] }}", b: 3, c: null, d: [x, "${{ 1 + 1 }}"] }\n- log: ${{ [a, b, c, d] }}',
    logs: [[[1, 2], 3, null, ['x', 2]]],
  },
  {
    does: 'set joins texts and expressions',
    steps: '- set:\n    a: x${{ 1 + 1 }}y${{ null }}z${{ ({ b:1 }) }}\n- log: ${{ a }}',
    logs: ['x2yz{"b":1}'],
  },
  {
    does: 'set goes in order and may read what it sets',
    steps: '- set:\n    a: 1\n    b: ${{ a + 1 }}\n- log: ${{ b }}',
    logs: [2],
  },
  {
    does: 'set makes the objects on the way of a dotted name',
    steps:
      '- set:\n    response.http.method: POST\n    list: ${{ [1, 2] }}\n    list[0]: a\n    list.1: b\n    response.http.x-id: 7\n- log: ${{ [response, list] }}',
    logs: [[{ http: { method: 'POST', 'x-id': 7 } }, ['a', 'b']]],
  },
  {
    does: 'digits after a 0 are a name, as `get` reads them',
    steps: '- set:\n    codes.007: a\n    codes.7: b\n- log: ${{ codes }}',
    logs: [{ '007': 'a', '7': 'b' }],
  },
  {
    does: 'numbers that JSON lacks arrive as they are',
    steps:
      '- set: { a: -0, b: .inf, c: -.inf, d: .nan, e: -5, f: 0x10 }\n- log: ${{ [a, b, c, d, e, f] }}',
    logs: [[-0, Infinity, -Infinity, NaN, -5, 16]],
  },
  {
    does: '`__proto__` in an object is a member like any other',
    steps: '- set: { a: { __proto__: { b: 1 } } }\n- log: ${{ [a.b, Object.keys(a)] }}',
    logs: [[undefined, ['__proto__']]],
  },
  {
    does: '$${{ writes a literal',
    steps: '- log: $${{ a }} is ${{ 1 }}',
    logs: ['${{ a }} is 1'],
  },
  {
    does: 'if takes `then` for true',
    steps: '- if: ${{ request.json.a > 1 }}\n  then: [ { log: y } ]\n  else: [ { log: n } ]',
    request: { json: { a: 2 } },
    logs: ['y'],
  },
  {
    does: 'if takes `else` for false',
    steps: '- if: ${{ request.json.a > 1 }}\n  then: [ { log: y } ]\n  else: [ { log: n } ]',
    request: { json: { a: 1 } },
    logs: ['n'],
  },
  {
    does: 'if without `else` goes on',
    steps: '- if: false\n  then: [ { log: y } ]\n- log: after',
    logs: ['after'],
  },
  {
    does: 'choose takes the first case that is true',
    steps:
      '- choose:\n    - { when: false, do: [ { log: a } ] }\n    - { when: true, do: [ { log: b } ] }\n    - { when: true, do: [ { log: c } ] }\n  otherwise: [ { log: d } ]',
    logs: ['b'],
  },
  {
    does: 'choose takes `otherwise` where no case is true',
    steps: '- choose:\n    - { when: false, do: [ { log: a } ] }\n  otherwise: [ { log: d } ]',
    logs: ['d'],
  },
  {
    does: 'for goes over lists with their index',
    steps:
      '- for: item, index\n  in: ${{ ["a", "b"] }}\n  do: [ { log: "${{ index }}${{ item }}" } ]',
    logs: ['0a', '1b'],
  },
  {
    does: 'for goes over objects with their keys, and over lists that are written out',
    steps:
      '- for: value, key\n  in: ${{ ({ a:1 }) }}\n  do: [ { log: "${{ key }}${{ value }}" } ]\n- for: value\n  in: [ x, "${{ 1 + 1 }}" ]\n  do: [ { log: "${{ value }}" } ]',
    logs: ['a1', 'x', 2],
  },
  {
    does: 'the same loop name serves loops beside each other, and may be set after them',
    steps:
      '- for: x\n  in: [ 1 ]\n  do: [ { log: "${{ x }}" } ]\n- for: x\n  in: [ 2 ]\n  do: [ { log: "${{ x }}" } ]\n- set: { x: 3 }\n- log: ${{ x }}',
    logs: [1, 2, 3],
  },
  {
    does: 'while asks before every round',
    steps:
      '- set: { n: 0 }\n- while: ${{ n < 3 }}\n  do:\n    - log: ${{ n }}\n    - set: { n: "${{ n + 1 }}" }',
    logs: [0, 1, 2],
  },
  {
    does: 'try hands what was thrown to `catch` and runs `finally` in any case',
    steps:
      '- try:\n    - fail: broken\n  catch:\n    - log: ${{ error.message }}\n  finally:\n    - log: done\n- log: after',
    logs: ['broken', 'done', 'after'],
  },
  {
    does: 'finally runs where `return` leaves',
    steps: '- try:\n    - return: { status: 201 }\n  finally:\n    - log: done\n- log: never',
    logs: ['done'],
    answer: { status: 201 },
  },
  {
    does: 'a catch inside a catch has its own error',
    steps:
      '- try: [ { fail: outer } ]\n  catch:\n    - try: [ { fail: inner } ]\n      catch: [ { log: "${{ error.message }}" } ]\n    - log: ${{ error.message }}',
    logs: ['inner', 'outer'],
  },
  {
    does: 'run gives what it returns to `as` and assigns variables that are set',
    steps:
      '- set: { n: 1 }\n- run: |\n    n += 2;\n    return n * 2; // six\n  as: twice\n- log: ${{ [n, twice] }}',
    logs: [[3, 6]],
  },
  {
    does: 'run may await',
    steps: '- run: return await Promise.resolve(7)\n  as: seven\n- log: ${{ seven }}',
    logs: [7],
  },
  {
    does: 'log has levels',
    steps: '- log: a\n  level: warn',
    logs: ['a'],
  },
  {
    does: 'respond answers and goes on',
    steps:
      '- respond: { status: 202, json: { a: "${{ 1 + 1 }}" } }\n- log: on\n- return: { status: 500 }',
    logs: ['on'],
    answer: { status: 202, json: { a: 2 } },
  },
  {
    does: 'return answers and stops',
    steps:
      '- return:\n    status: ${{ 200 + 1 }}\n    headers: { a: b }\n    text: x ${{ 1 }}\n  when: true\n- log: never',
    answer: { status: 201, headers: { a: 'b' }, text: 'x 1' },
  },
  {
    does: 'return without an answer stops',
    steps: '- log: a\n- return:\n  when: true\n- log: b',
    logs: ['a'],
  },
  {
    does: 'when skips a step',
    steps:
      '- log: a\n  when: ${{ request.no }}\n- set: { b: 1 }\n  when: ${{ !request.no }}\n- log: ${{ b }}'.replaceAll(
        'request.no',
        'request.body',
      ),
    logs: [1],
  },
  {
    does: 'a sequence is one expression wherever it stands',
    steps:
      '- log: x${{ 1, 2 }}\n- log: ${{ 1, 2 }}\n- for: x\n  in: ${{ [1], [2] }}\n  do: [ { log: "${{ x }}" } ]',
    logs: ['x2', 2, 2],
  },
  {
    does: 'a comment at an expression’s end stays inside it',
    steps: '- log: |-\n    ${{ 1 // one\n    }}\n- log: |\n    ${{ 2 /* two */ }}',
    logs: [1, '2\n'],
  },
];

test.each(CASES)('$does', async ({ steps, request, logs = [], answer }) => {
  const ran = await run(steps, { request });
  expect(ran.logs.map(([, value]) => value)).toEqual(logs);
  expect(ran.answer).toEqual(answer);
});

test('fail ends the run with its message and status', async () => {
  const steps = '- fail: { message: "no ${{ 1 }}", status: 422 }';
  await expect(run(steps)).rejects.toMatchObject({ message: 'no 1', status: 422 });
});

test('each step says its number before it begins, and a loop’s condition says it again', async () => {
  const { steps } = await run(
    '- set: { n: 0 }\n- while: ${{ n < 1 }}\n  do:\n    - set: { n: "${{ n + 1 }}" }\n- log: x\n  when: false',
  );
  expect(steps).toEqual([0, 1, 1, 2, 1, 3]);
});

test('a program says where its steps stand and what they are called', () => {
  const { program } = compiled(automationOf('- set: { a: 1 }\n- name: second\n  log: x'));
  expect(program.steps).toEqual([
    { kind: 'set', line: 3, column: 5 },
    { kind: 'log', name: 'second', line: 4, column: 5 },
  ]);
});

test('a program is asynchronous only where a run block awaits', () => {
  expect(compiled(automationOf('- run: return 1')).program.source).toMatch(/^\(\$, request/);
  expect(compiled(automationOf('- run: await 1')).program.source).toMatch(/^async \(\$, request/);
});

test('a program asks for no more of the request than it reads', () => {
  const steps = '- log: ${{ request.json.issue.title + request.method }}';
  expect(compiled(automationOf(steps)).program.reach).toEqual({
    json: { issue: { title: true } },
    method: true,
  });
  expect(compiled(automationOf('- log: x')).program.reach).toEqual({});
});

test('the id of a program depends on what it does and where it stands, and on nothing else', () => {
  const id = (text: string) => compiled(text).program.id;
  const text = automationOf('- log: x');
  expect(id(text)).toMatch(/^[0-9a-f]{64}$/);
  expect(id(text.replace('test', 'other'))).toBe(id(text));
  expect(id(text.replace('log: x', 'log: y'))).not.toBe(id(text));
});
