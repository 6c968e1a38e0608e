import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Reach } from '../../../src/core/program.ts';
import { project } from '../../../src/core/project.ts';
import { analyseBlock, analyseExpression } from '../../../src/language/expression/analyse.ts';
import { reachOf } from '../../../src/language/expression/reach.ts';

function reach(...sources: string[]): Reach | undefined {
  return reachOf('request', sources.map(analyseExpression));
}

test.each<[source: string, expected: Reach | undefined]>([
  ['1 + a.request', undefined],
  ['((request) => request.json)(a)', undefined],
  ['request.method', { method: true }],
  ['request.json.issue.title', { json: { issue: { title: true } } }],
  ['request?.json?.issue?.["title"]', { json: { issue: { title: true } } }],
  ['request.json', { json: true }],
  ["request.headers['x-github-event']", { headers: { 'x-github-event': true } }],
  ['request.client.ip + request.query.page', { client: { ip: true }, query: { page: true } }],

  // The root in any other way than by a member that is named.
  ['request', true],
  ['f(request)', true],
  ['request[key]', true],
  ['({ ...request })', true],
  ['({ json: j } = request)', true],
  ['request === a', true],
  ['"json" in request', true],
  ['delete request.json', true],
  ['request = a', true],
  ['request.json = a', true],
  ['request.toString()', true],
  ['request.constructor', true],
  ['request[0]', true],

  // Where a path ends.
  ['request.json[key].id', { json: true }],
  ['request.json.a[key].id', { json: { a: true } }],
  ['request.json.a.b.c()', { json: { a: { b: true } } }],
  ['request.json.a.b?.c?.()', { json: { a: { b: true } } }],
  ['request.json.a.b`x`', { json: { a: true } }],
  ['new request.json.a.B()', { json: { a: { B: true } } }],
  ['request.json.a.b = 1', { json: { a: true } }],
  ['request.json.a.b++', { json: { a: true } }],
  ['delete request.json.a.b', { json: { a: true } }],
  ['[request.json.a.b] = c', { json: { a: true } }],
  ['request.json.commits[0].id', { json: { commits: true } }],
  ['request.json.commits.length', { json: { commits: { length: true } } }],
  ['request.json.a.hasOwnProperty', { json: { a: true } }],
  ['request.json.__proto__.a', { json: true }],
  ['request.json.a["constructor"].name', { json: { a: true } }],
  ['"a" in request.json.b', { json: { b: true } }],
  ['({ ...request.json.a })', { json: { a: true } }],
  [`request.json${'.a'.repeat(40)}`, reach(`request.json${'.a'.repeat(31)}`)],

  // What is only looked at for its truth.
  ['request.json.a ? 1 : 2', { json: { a: {} } }],
  ['request.json.a && request.json.a.b', { json: { a: { b: true } } }],
  ['request.json.a == null || !request.json.b', { json: { a: {}, b: {} } }],
  ['request.json ? 1 : 2', { json: {} }],
  ['request ? 1 : 2', true],

  // Members of the request that are no JSON objects are whole or not at all.
  ['request.body.length', { body: true }],
  ['request.bytes ? 1 : 2', { bytes: true }],
  ['request.files.length', { files: true }],
  ['request.nonsense.a', { nonsense: true }],

  ["request.header('X-GitHub-Event')", { headers: { 'x-github-event': true } }],
  ['request.header?.(`X-Id`)', { headers: { 'x-id': true } }],
  ["request.header('X-Id').split(',')", { headers: { 'x-id': true } }],
  ['request.header(name)', { headers: true }],
  ['request.header()', { headers: true }],
  ["request.header('a', b)", { headers: true }],
  ["request.header.call(null, 'a')", { headers: true }],
  ['names.map(request.header)', { headers: true }],
  ['request.header ? 1 : 2', { headers: true }],
  ["request.header('constructor')", { headers: true }],
])('%s reaches %j', (source, expected) => {
  expect(reach(source)).toEqual(expected);
});

test('the uses of all texts are merged, and the whole absorbs its parts', () => {
  expect(reach('request.json.a.b', 'request.json.c', 'request.method')).toEqual({
    json: { a: { b: true }, c: true },
    method: true,
  });
  expect(reach('request.json.a.b', 'request.json.a')).toEqual({ json: { a: true } });
  expect(reach('request.json.a', 'request.json.a.b')).toEqual({ json: { a: true } });
  expect(reach('!request.json.a', 'request.json.a.b')).toEqual({ json: { a: { b: true } } });
  expect(reach('request.json.a', 'request')).toBe(true);
  expect(reach('request', 'request.json.a')).toBe(true);
  expect(reach()).toBe(undefined);
});

test('other roots follow the same rules, without those of the request', () => {
  const analyses = [analyseExpression("inputs.shop.name + inputs.header('X')"), analyseBlock('')];
  expect(reachOf('inputs', analyses)).toBe(true);
  expect(reachOf('event', [analyseExpression('event.id')])).toEqual({ id: true });
  expect(reachOf('webhook', analyses)).toBe(undefined);
});

const NAMES = ['a', 'b', 'c', 'length', 'x y', 'toString', 'constructor', '__proto__', '0', '1'];

/** JSON bodies of few names, so that paths often hit, among them those that objects inherit. */
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(null, true, false, 0, 1, '', 'text', [], {}),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...NAMES), tie('value')), { maxLength: 6 })
      .map((members) => Object.fromEntries(members)),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), tie('value')), { minLength: 2, maxLength: 3 })
      .map((members) => Object.fromEntries(members)),
  ),
})).value;

const step = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c') },
      { weight: 1, arbitrary: fc.constantFrom(...NAMES) },
    ),
    fc.constantFrom('', '?.'),
    fc.boolean(),
  )
  .map(([name, optional, quoted]) =>
    quoted || !/^\w+$/.test(name) || /^\d/.test(name)
      ? `${optional}[${JSON.stringify(name)}]`
      : `${optional || '.'}${name}`,
  );

const path = fc
  .tuple(
    fc.constantFrom('request.json', 'request.query', 'request["json"]'),
    fc.array(step, { maxLength: 4 }),
  )
  .map(([root, steps]) => root + steps.join(''));

/** Ways of using one or two paths; `delete` and `=` need the last step plain. */
const USES: readonly ((a: string, b: string) => string)[] = [
  (a) => a,
  (a, b) => `[${a}, ${b}]`,
  (a, b) => `(${a}) && (${b})`,
  (a, b) => `(${a}) || (${b})`,
  (a, b) => `(${a}) ?? (${b})`,
  (a, b) => `(${a}) ? 1 : (${b})`,
  (a, b) => `[!(${a}), typeof ${b}]`,
  (a, b) => `!((${a}) && (${b}) || !(${a}))`,
  (a, b) => `[(${a}) == null, undefined !== (${b})]`,
  (a, b) => `(${a}) === (${b})`,
  (a) => `JSON.stringify(${a})`,
  (a) => `Object.keys(${a} ?? {}).sort()`,
  (a) => `({ ...(${a}) })`,
  (a) => `String(${a})`,
  (a) => `"a" in (${a})`,
  (a) => `(({ a, ...rest }) => [a, rest])(${a})`,
  (a) => `((value) => value.a)(${a})`,
  (a, b) => `(${a})[${b}]`,
  (a) => `${a}.b`,
  (a) => `${a}.toString()`,
  (a) => `${a}?.hasOwnProperty("b")`,
  (a) => `${a}.map((x) => x)`,
  (a, b) => `[delete (${a})?.a, ${b}]`,
  (a, b) => `[(${a}).b = 1, ${b}]`,
  (a, b) => `[(${a}).b ??= 2, ${b}]`,
  (a, b) => `[[(${a}).c] = [3], ${b}]`,
  (a) => `[request.header("X-Id"), request.headers["a"], ${a}]`,
  (a) => `[request.header("X-" + "Id"), request.method, ${a}]`,
  (a) => `[Object.keys(request.headers).sort(), ${a}]`,
];

const uses = fc
  .tuple(fc.constantFrom(...USES), path, path)
  .map(([use, first, second]) => use(first, second));

interface Outcome {
  readonly value?: unknown;
  readonly error?: string;
}

/** Runs an expression that this test has made, on a request as the guest would build it. */
function evaluate(source: string, parts: object): Outcome {
  const own = JSON.parse(JSON.stringify(parts));
  const header = (name: string) => own.headers?.[name.toLowerCase()] ?? null;
  try {
    const run = new Function('request', `return (${source})`);
    return { value: run(Object.assign(own, { header })) };
  } catch (error) {
    return { error: String(error) };
  }
}

const RUNS = 10_000;

test('no expression can tell the part that it reaches from the whole', () => {
  let smaller = 0;
  fc.assert(
    fc.property(json, json, uses, (body, query, source) => {
      const analysis = analyseExpression(source);
      expect(analysis.problems).toEqual([]);
      const whole = {
        method: 'POST',
        headers: { 'x-id': '7', a: 'b', host: 'h' },
        query,
        json: body,
      };
      const reached = reachOf('request', [analysis]);
      if (reached === undefined) throw new Error(`Expected ${source} to reach the request`);
      const part = project(whole, reached) as object;
      if (JSON.stringify(part).length < JSON.stringify(whole).length) smaller += 1;
      expect(evaluate(source, part)).toEqual(evaluate(source, whole));
    }),
    { numRuns: RUNS },
  );
  expect(smaller).toBeGreaterThan(RUNS / 2); // A reach of everything would pass without a proof.
});
