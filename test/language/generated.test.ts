import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { compile } from '../../src/language/compile.ts';
import { automationSchema } from '../../src/language/json-schema.ts';
import { referencePage } from '../../src/language/reference.ts';
import { STEPS } from '../../src/language/table/steps.ts';
import { automationOf, said } from './run.ts';
import { fits } from './schema.ts';

const PAGE = referencePage();
const SCHEMA = automationSchema();

/** The YAML examples of the page, each as a whole automation. */
const EXAMPLES = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)]
  .map(([, text = '']) => text)
  .filter((text) => !text.startsWith('#'))
  .map((text) => (text.startsWith('-') ? automationOf(withTotal(text)) : text));

/** Some examples use a `total` that they do not set. */
function withTotal(steps: string): string {
  return steps.includes('total > 1000 ?') ? `- set: { total: 1 }\n${steps}` : steps;
}

test('the page has an example of every step, and each compiles without a word', () => {
  expect(EXAMPLES.length).toBe(STEPS.length + 7);
  expect(EXAMPLES.map(said).filter((text) => text !== '')).toEqual([]);
});

test('the schema takes every example of the page', () => {
  const refused = EXAMPLES.filter((text) => !fits(parse(text), SCHEMA, SCHEMA));
  expect(refused).toEqual([]);
});

test.each([
  'steps: []',
  'automation: a b\nsteps: []',
  'automation: a\nsteps: []\nstep: []',
  automationOf('- lgo: x'),
  automationOf('- log: x\n  levle: info'),
  automationOf('- log: x\n  level: loud'),
  automationOf('- if: total > 1\n  then: []'),
  automationOf('- if: true'),
  automationOf('- if: true\n  then: [ { lgo: x } ]'),
  automationOf('- choose: []'),
  automationOf('- for: a b\n  in: []\n  do: []'),
  automationOf('- try: []'),
  automationOf('- return: { status: 99 }'),
  automationOf('- return: { json: 1, text: x }'),
  automationOf('- return: { headers: { "a b": c } }'),
  automationOf('- fail: {}'),
  automationOf('- set: {}'),
  'automation: a\nsteps: []\nlimits: { cpu: 20 }',
  automationOf('- state: { value: 1 }'),
  automationOf('- state: { set: a }'),
  automationOf('- state: { get: a, ttl: 1s }'),
  automationOf('- state: { get: a, delete: b }'),
  automationOf('- http: { method: GET }'),
  automationOf('- http: { url: "https://a.example/", json: 1, text: a }'),
  automationOf('- http: { url: "https://a.example/", method: TRACE }'),
  automationOf('- http: { url: "https://a.example/", expect: [] }'),
  automationOf('- wait: soon'),
  automationOf('- parallel: [ { log: x } ]'),
  `automation: a\nsteps: []\npolicy: { state: [${'a,'.repeat(201)}] }`,
  'automation: a\nsteps: []\ninputs: { a: strin }',
])('what the schema refuses, the compiler refuses: %j', (text) => {
  expect(fits(parse(text), SCHEMA, SCHEMA)).toBe(false);
  expect(compile(text, 'a.yaml').automation).toBeUndefined();
});

test('every link inside the schema leads somewhere', () => {
  const names = JSON.stringify(SCHEMA).matchAll(/#\/definitions\/(\w+)/g);
  const { definitions } = SCHEMA as unknown as { definitions: object };
  expect([...names].filter(([, name = '']) => !(name in definitions))).toEqual([]);
});
