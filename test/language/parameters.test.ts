import { expect, test } from 'vitest';
import { mayRead } from '../../src/core/program.ts';
import { automationOf, compiled } from './run.ts';

const PARAMETERS = ['webhook', 'event', 'inputs'] as const;

const readBy = (steps: string): readonly string[] => {
  const { program } = compiled(`inputs: { n: any }\n${automationOf(steps)}`);
  return PARAMETERS.filter((name) => mayRead(program, name));
};

test('a program is given of its webhook, event and inputs what it names, and no more', () => {
  expect(readBy('- return: { text: a }')).toEqual([]);
  expect(readBy('- return: { json: "${{ request.json }}" }')).toEqual([]);
  expect(readBy('- return: { text: "${{ webhook.name }}" }')).toEqual(['webhook']);
  expect(readBy('- return: { json: "${{ [event.id, inputs.n] }}" }')).toEqual(['event', 'inputs']);
});

test('a name that is written with an escape is a name', () => {
  expect(readBy('- run: return ev\\u0065nt.id')).toEqual([...PARAMETERS]);
});

test('a program without a `run` block is shallow, and one with a block is not', () => {
  const isShallow = (steps: string) => compiled(automationOf(steps)).program.shallow === true;
  expect(
    isShallow('- set: { a: "${{ [1].map((n) => n + 1) }}" }\n- return: { json: "${{ a }}" }'),
  ).toBe(true);
  expect(isShallow('- if: "${{ request.query.a }}"\n  then: [ { run: "const a = 1" } ]')).toBe(
    false,
  );
  expect(isShallow('- set: { a: "${{ Cerb.contains([1], 1) }}" }')).toBe(false);
});
