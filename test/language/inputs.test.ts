import { expect, test } from 'vitest';
import { resolveInputs } from '../../src/language/inputs.ts';
import { compiled } from './run.ts';

const SPECS = compiled(`automation: a
inputs:
  shop: { type: string, required: true, description: Its name }
  limit: { type: number, default: 10 }
  loud: boolean
  tags: { type: list, default: [a, b] }
  extra: { type: object }
  other: any
steps: []
`).inputs;

test('an automation says what it takes', () => {
  expect(SPECS.slice(0, 3)).toEqual([
    { name: 'shop', type: 'string', required: true, default: null, description: 'Its name' },
    { name: 'limit', type: 'number', required: false, default: 10, description: '' },
    { name: 'loud', type: 'boolean', required: false, default: null, description: '' },
  ]);
});

test('what is given is taken, and defaults fill the rest', () => {
  expect(resolveInputs(SPECS, { shop: 'x', loud: false, extra: { a: 1 }, limit: null })).toEqual({
    inputs: { shop: 'x', limit: 10, loud: false, tags: ['a', 'b'], extra: { a: 1 }, other: null },
    problems: [],
  });
});

test('what is missing, of another type, or unknown is told, all at once', () => {
  const given = { limit: '10', loud: 'yes', tags: {}, extra: [], other: 1, shp: 'x', zebra: 1 };
  expect(resolveInputs(SPECS, given).problems).toEqual([
    'Expected the input `shop`, got none',
    'Input `limit`: Expected a number, got a text',
    'Input `loud`: Expected `true` or `false`, got a text',
    'Input `tags`: Expected a list, got an object',
    'Input `extra`: Expected an object, got a list',
    'Expected an input that the automation declares, got `shp`. Did you mean "shop"?',
    'Expected an input that the automation declares, got `zebra`',
  ]);
});

test('members that every object inherits are not given', () => {
  const [spec] = SPECS;
  const { inputs, problems } = resolveInputs(
    spec === undefined
      ? []
      : [
          { ...spec, name: 'toString' },
          { ...spec, name: '__proto__' },
        ],
    JSON.parse('{ "__proto__": "x" }'),
  );
  expect(problems).toEqual(['Expected the input `toString`, got none']);
  expect(Object.entries(inputs)).toEqual([
    ['toString', null],
    ['__proto__', 'x'],
  ]);
});
