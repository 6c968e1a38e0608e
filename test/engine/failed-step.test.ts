import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunFailure } from '../../src/core/run.ts';
import { trace } from '../../src/engine/trace.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { expression as $, type Outside, record } from './recorded.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

/** `steps` begin in line 4. Effects end in the reverse of the order in which they were asked for. */
const source = (steps: string) =>
  `automation: a\npolicy: { state: [ "*" ] }\nsteps:\n${steps.replace(/^(?=.)/gm, '  ')}`;

async function logged(steps: string, outside?: Outside): Promise<readonly string[]> {
  const { outcome } = await record(sandbox, source(steps), outside);
  return outcome.logs.map(({ text }) => text);
}

/** How a run fails, which its trace tells too. */
async function failure(steps: string): Promise<RunFailure | undefined> {
  const recording = await record(sandbox, source(steps));
  const { differences } = await trace(recording, sandbox);
  expect(differences).toEqual([]);
  return recording.outcome.failure;
}

const PLACE = $('error.step + ":" + error.line');

test('`catch` tells the step that failed, also where the steps of a `finally` came after it', async () => {
  const nested = `- try:
    - try:
        - fail: no
      finally:
        - log: after
  catch:
    - log: ${PLACE}
`;
  expect(await logged(nested)).toEqual(['after', '2:6']);
  const awaiting = nested.replace('- log: after', '- state: { get: a }');
  expect(await logged(awaiting)).toEqual(['2:6']);
  const inFinally = nested.replace('- fail: no', '- log: before').replace('log: after', 'fail: no');
  expect(await logged(inFinally)).toEqual(['before', '3:8']);
});

test('`catch` tells the step that failed in a branch of `parallel`, whatever the others did since', async () => {
  const beside = (failing: string) => `- try:
    - parallel:
        - - log: first
          - state: { get: a }
          - log: third
        - - state: { get: b }
${failing.replace(/^/gm, '          ')}
        - - state: { get: c }
  catch:
    - log: ${PLACE}
`;
  expect(await logged(beside('- fail: no'))).toEqual(['first', 'third', '6:10']);
  expect(await logged(beside(`- set: { x: ${$('null.x')} }`))).toEqual(['first', 'third', '6:10']);
  const block = `- run: |
    const x = await state.get('d');
    throw new Error('no');`;
  expect(await logged(beside(block))).toEqual(['first', 'third', '6:10']);
});

test('a run that fails beside others, or before a `finally`, fails at its step', async () => {
  const beside = `- parallel:
    - - state: { get: a }
      - log: second
    - - state: { get: b }
      - fail: no
`;
  expect(await failure(beside)).toMatchObject({ message: 'no', step: 4, line: 8 });
  const before = `- try:
    - respond: { status: 700 }
  finally:
    - log: after
`;
  expect(await failure(before.replace('700', $('"text"')))).toMatchObject({ step: 1, line: 5 });
});

test('going over what is no list fails at the loop, and its trace is of the same run', async () => {
  const steps = `- set: { count: 5 }
- for: item
  in: ${$('count')}
  do:
    - log: ${$('item')}
    - log: again
`;
  expect(await failure(steps)).toMatchObject({
    message: 'TypeError: Expected a list or an object to go over, got a number',
    step: 1,
    line: 5,
  });
});
