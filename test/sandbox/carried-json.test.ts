import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Program } from '../../src/core/program.ts';
import type { ExecutionResult } from '../../src/core/run.ts';
import { compile } from '../../src/language/compile.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { automationOf, compiled } from '../language/run.ts';
import { execution } from './executions.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

const programOf = (steps: string): Program => compiled(automationOf(steps)).program;

/** The answer, or what went wrong; the limits of the two ways differ in CPU alone. */
async function outcome(program: Program, body: string | Uint8Array): Promise<unknown> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const result = await sandbox.execute(execution(program, { request: { body: bytes } }));
  return told(result);
}

function told(result: ExecutionResult): unknown {
  if (result.status === 'failed') {
    const { code, message, status } = result.failure;
    return { code, message, status };
  }
  return result.answer;
}

const CARRYING =
  '- return: { status: 201, json: { a: "${{ request.json }}", b: [ "${{ request.json }}" ] } }';
/** The same answer of a program that looks at the value first. */
const READING = `- set: { value: "\${{ request.json }}" }
- return: { status: 201, json: { a: "\${{ value }}", b: [ "\${{ value }}" ] } }`;

test('a body that is only passed on gives the same answer as one that is read', async () => {
  const [carrying, reading] = [programOf(CARRYING), programOf(READING)];
  expect([carrying.carriesJson, reading.carriesJson]).toEqual([true, undefined]);
  const spaced = fc
    .tuple(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'))
    .map(([value, indent]) => JSON.stringify(value, undefined, indent));
  const odd = fc.constantFrom(
    '',
    'null',
    ' 1e999 ',
    '-0',
    '1.0e2',
    '"\\u00e9\\ud800"',
    '\ufeff{"a":1}',
    '{"b":1,"2":2,"1":3,"b":4}',
    '{"__proto__":{"a":1},"toJSON":"x"}',
    '{"a":',
    '[1,]',
    '\0',
    '"\0"',
    'nothing',
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(spaced, odd), async (body) => {
      expect(await outcome(carrying, body)).toEqual(await outcome(reading, body));
    }),
    { numRuns: 300 },
  );
});

test('bytes that are no UTF-8, and JSON that is nested deep, are treated alike', async () => {
  const [carrying, reading] = [programOf(CARRYING), programOf(READING)];
  const broken = Buffer.from([0x22, 0xff, 0x22]);
  const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  for (const body of [broken, deep(900), deep(1100), deep(4000), deep(100_000)]) {
    expect(await outcome(carrying, body)).toEqual(await outcome(reading, body));
  }
});

test('an answer with what it carries is held to the limit of answers', async () => {
  const places = Array.from({ length: 400 }, () => '"${{ request.json }}"').join(', ');
  const program = programOf(`- return: { json: [ ${places} ] }`);
  const small = JSON.stringify('x'.repeat(2000));
  expect(await outcome(program, small)).toMatchObject({ status: 200 });
  const large = JSON.stringify('x'.repeat(2_000_000));
  expect(await outcome(program, large)).toMatchObject({ code: 'limit.output', status: 503 });
});

test('what a sender sends is never taken for the place of the body', async () => {
  const program = programOf(
    '- return: { json: { said: "${{ request.query.q }}", got: "${{ request.json }}" } }',
  );
  const query = `q=${encodeURIComponent('"carried:"')}&q=carried:`;
  const result = await sandbox.execute(
    execution(program, { request: { query, body: Buffer.from('"carried:"') } }),
  );
  const body = String(result.status === 'finished' && result.answer?.body);
  expect(JSON.parse(body)).toEqual({ said: ['"carried:"', 'carried:'], got: 'carried:' });
});

test('a body stays on the host only where nothing else is done with it', () => {
  const carries = (steps: string): boolean => programOf(steps).carriesJson === true;
  expect(carries('- return: { json: "${{ request.json }}" }')).toBe(true);
  expect(carries('- respond: { json: { all: [ "${{request.json}}" ] } }')).toBe(true);
  expect(carries('- return: { json: "${{ request.json }} " }')).toBe(false);
  expect(carries('- return: { body: "${{ request.json }}" }')).toBe(false);
  expect(carries('- return: { json: "${{ request.json.a }}" }')).toBe(false);
  expect(
    carries('- return: { json: "${{ request.json }}", headers: { a: "${{ request.json.a }}" } }'),
  ).toBe(false);
  expect(carries('- run: request.json.a = 1\n- return: { json: "${{ request.json }}" }')).toBe(
    false,
  );
  expect(carries('- run: const r = request\n- return: { json: "${{ request.json }}" }')).toBe(
    false,
  );
  expect(carries('- log: "${{ request.json }}"\n- return: { json: "${{ request.json }}" }')).toBe(
    false,
  );
});

test('a program that tells what it does is given all that it does it with', () => {
  const text = automationOf('- return: { json: "${{ request.json }}" }');
  const { automation } = compile(text, 'a.yaml', { trace: true });
  expect(automation?.program.carriesJson).toBeUndefined();
  expect(automation?.program.reach).toEqual({ json: true });
});
