import fc from 'fast-check';
import { createArrayLoader, createEnvironment } from 'twing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { make } from '../../../../src/package/cerb/twig/code.ts';
import type { TemplateReport } from '../../../../src/package/cerb/twig/scope.ts';
import { textCode, translateTemplate } from '../../../../src/package/cerb/twig/translate.ts';
import { openSandbox, type Sandbox } from '../../../../src/sandbox/pool.ts';
import { execution, program } from '../../../sandbox/executions.ts';
import { CERB } from './cerb.ts';
import { DATES, MOVES } from './dates.ts';
import { ACCESS, OPERATORS } from './expressions.ts';
import type { Row } from './rows.ts';
import { FILTERS, TAGS } from './templates.ts';

const ORACLE: readonly Row[] = [...OPERATORS, ...ACCESS, ...FILTERS, ...TAGS];

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});

afterAll(() => sandbox.close());

/** The JavaScript of a template over variables of the same names, or what is wrong with it. */
function javascript(template: string, variables: Record<string, unknown> = {}): string {
  const problems: string[] = [];
  const report: TemplateReport = {
    error: (_code, _place, message) => problems.push(message),
    warning: () => {},
  };
  const scope = {
    variable: (name: string) => (name in variables ? make(name, 18, 'any') : undefined),
    isTaken: (name: string) => name in variables,
  };
  const found = translateTemplate(template, scope, report);
  if (found === undefined)
    return `(() => { throw new Error(${JSON.stringify(problems.join())}); })()`;
  const names = Object.keys(variables).join(', ');
  return `(({ ${names} }) => ${textCode(found).code})(${JSON.stringify(variables)})`;
}

/** What templates print in the real sandbox, all in one run. */
async function printed(
  rows: readonly (readonly [string, Record<string, unknown>?, ...unknown[]])[],
): Promise<string[]> {
  const tried = rows.map(
    ([template, variables]) =>
      `(() => { try { return ${javascript(template, variables)}; } catch (error) { return 'threw ' + error.message; } })()`,
  );
  const result = await sandbox.execute(
    execution(program(`return [${tried.join(',\n')}];`, { limits: { cpuMs: 10_000 } })),
  );
  if (result.status !== 'finished') throw new Error(JSON.stringify(result));
  return JSON.parse(result.value ?? '[]');
}

async function oracle(template: string, variables: Record<string, unknown> = {}): Promise<string> {
  const loader = createArrayLoader({ template });
  const environment = createEnvironment(loader, {
    autoEscapeStrategy: false,
    timezone: 'UTC',
  } as never);
  try {
    return await environment.render('template', variables);
  } catch (error) {
    return `threw ${(error as Error).message}`;
  }
}

test('templates print what an independent Twig prints, but for the deviations with their reason', async () => {
  const found = await printed(ORACLE);
  const expected = await Promise.all(
    ORACLE.map(
      async ([template, variables, deviation]) => deviation?.cerb ?? oracle(template, variables),
    ),
  );
  const rows = (outputs: readonly string[]) =>
    ORACLE.map(([template], at) => [template, outputs[at]]);
  expect(rows(found)).toEqual(rows(expected));
  expect(ORACLE.length + CERB.length).toBeGreaterThanOrEqual(300);
});

test('Cerb’s own filters, functions and tests print what Cerb prints', async () => {
  const found = await printed(CERB);
  const rows = (outputs: readonly string[]) =>
    CERB.map(([template], at) => [template, outputs[at]]);
  expect(rows(found)).toEqual(rows(CERB.map(([, , cerb]) => cerb)));
});

test('dates are read and moved as PHP reads and moves them', async () => {
  const read = DATES.map(([x]) => ['{{ x|date("Y-m-d H:i:s") }}', { x }] as const);
  const moved = MOVES.map(
    ([x]) => ['{{ "2024-05-15 10:20:30"|date_modify(x)|date("Y-m-d H:i:s") }}', { x }] as const,
  );
  const found = await printed([...read, ...moved]);
  const all = [...DATES, ...MOVES];
  expect(all.map(([text], at) => [text, found[at]])).toEqual(all);
});

test('patterns that mean something else in JavaScript are refused, and no others', async () => {
  const foreign = ['/\\\\Qa\\\\E/', '/[]a]/', '/[^]a]/', '/\\\\N/', '/a++/', '/\\\\x{e9}/u'];
  const rows = [...foreign, '/^\\\\p{L}+$/u'].map(
    (pattern) => [`{{ "aä" matches '${pattern}' ? "y" : "n" }}`] as const,
  );
  const found = await printed(rows);
  for (const one of found.slice(0, -1)) expect(one).toMatch(/^threw Expected a pattern that/);
  expect(found.at(-1)).toBe('y');
});

test('what is no date, or says two, is refused', async () => {
  const texts = [
    '2024-13-01',
    '2024-02-29 2024-03-01',
    '10:00 11:00',
    'soon',
    '1e99',
    '9999999999999',
  ];
  const found = await printed(texts.map((x) => ['{{ x|date("Y") }}', { x }] as const));
  for (const one of found) expect(one).toMatch(/^threw Expected a date such as /);
});

/** Expressions over whole numbers, where PHP and the oracle agree, with brackets where they fall. */
const { sum } = fc.letrec<{ sum: string }>((tie) => ({
  sum: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.integer({ min: 0, max: 9 }).map(String),
    fc.constantFrom('a', 'b', 'o.x', 'o.y.z', '(-3)'),
    fc
      .tuple(tie('sum'), fc.constantFrom('+', '-', '*', 'b-and', 'b-or'), tie('sum'))
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    tie('sum').map((inner) => `(${inner})`),
    fc
      .tuple(
        tie('sum'),
        fc.constantFrom('<', '>', '<=', '>=', '==', '!='),
        tie('sum'),
        tie('sum'),
        tie('sum'),
      )
      .map(([a, sign, b, yes, no]) => `(${a} ${sign} ${b} ? ${yes} : ${no})`),
    fc
      .tuple(tie('sum'), fc.constantFrom('and', 'or'), tie('sum'), tie('sum'))
      .map(([a, word, b, c]) => `((${a}) > 2 ${word} not ((${b}) > 1) ? ${c} : 0)`),
    tie('sum').map((inner) => `[${inner}, 1]|first`),
    tie('sum').map((inner) => `(n ?? ${inner})`),
    fc
      .tuple(tie('sum'), tie('sum'))
      .map(([a, b]) => `[${a}, ${b}]|map(v => v * 2)|reduce((c, v) => c + v, 0)`),
  ),
}));

test('however operators stand in each other, they bind as in Twig', async () => {
  const variables = { a: 2, b: 5, n: null, o: { x: 3, y: { z: 4 } } };
  const templates = fc.sample(sum, { numRuns: 400, seed: 7 }).map((text) => `{{ ${text} }}`);
  const rows = templates.map((template) => [template, variables] as const);
  const found = await printed(rows);
  const expected = await Promise.all(rows.map(([template]) => oracle(template, variables)));
  expect(templates.map((template, at) => [template, found[at]])).toEqual(
    templates.map((template, at) => [template, expected[at]]),
  );
});
