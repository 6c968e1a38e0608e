import { expect, test } from 'vitest';
import {
  type Analysis,
  analyseBlock,
  analyseExpression,
} from '../../../src/language/expression/analyse.ts';

function free(analysis: Analysis): string[] {
  expect(analysis.problems).toEqual([]);
  return [...new Set(analysis.names.map(({ name }) => name))].sort();
}

/**
 * The names that V8 itself looks up outside of a text when it runs it: `with` sends every lookup of a
 * free name to a proxy. The texts stand in this file; nothing else is ever run like this.
 */
function lookedUp(body: string): string[] {
  const seen = new Set<string>();
  // Stands for any value: a function, a constructor, a list of one, a number.
  const anything: unknown = new Proxy(class {}, {
    get: (target, key) => {
      if (key === Symbol.toPrimitive) return () => 1;
      if (key === Symbol.iterator) return () => [anything].values();
      return key === 'prototype' ? Reflect.get(target, key) : anything;
    },
    set: () => true,
    apply: () => anything,
    construct: () => ({}),
  });
  const outside = new Proxy(
    {},
    {
      has: (_, key) => typeof key === 'string',
      get: (_, key) => {
        if (typeof key !== 'string') return undefined;
        seen.add(key);
        return anything;
      },
      set: (_, key) => seen.add(String(key)).size > 0,
      deleteProperty: (_, key) => seen.add(String(key)).size > 0,
    },
  );
  // Inside of `with`, a function's own names come first, as they do in a compiled automation.
  const run = new Function(`with (arguments[0]) { return (() => { ${body}\n })() }`);
  run(outside);
  return [...seen].sort();
}

const EXPRESSIONS: readonly (readonly [source: string, names: string])[] = [
  ['a', 'a'],
  ['a.b.c', 'a'],
  ['a[b].c[d]', 'a b d'],
  ['a?.b?.[c]', 'a c'],
  ["a['b']", 'a'],
  ['a(b, ...c)', 'a b c'],
  ['new a(b)', 'a b'],
  ['[a, , ...b]', 'a b'],
  ['({ a, b: c, [d]: e, ...f })', 'a c d e f'],
  ['(({ m, g }) => m())({ m() { return a }, get g() { return b } })', 'a b'],
  [`\`x $\{a} $\{\`$\{b}\`}\``, 'a b'],
  [`a\`x $\{b}\``, 'a b'],
  ['[0, 1].map((x) => (x ? a : b))', 'a b'],
  ['typeof a', 'a'],
  ['a = b', 'a b'],
  ['a += b', 'a b'],
  ['a++', 'a'],
  ['[a, b.c, ...d] = e', 'a b d e'],
  ['({ a, b: c, d: e.f, ...g } = h)', 'a c e g h'],
  ['({ a = b, [c]: d = e } = {})', 'a b c d e'],
  ['((x) => x)(a)', 'a'],
  ['((x, y = x + a, ...z) => [x, y, z])(b)', 'a b'],
  ['(({ x, y: { z }, ...r }, [s, , t = a] = [1]) => [x, z, r, s, t])({ y: {} })', 'a'],
  ['((x = y) => { var y; return x })()', 'y'], // Parameters do not see the body's variables.
  ['((x) => { var x; return x })(1)', ''],
  ['(function f(n) { return n ? f(n - 1) : a })(1)', 'a'],
  ['(function () { return arguments })()', ''],
  ['(function () { return (() => arguments)() })()', ''],
  ['(class A extends (b) { static c = A; static [d] = e; static { f; var g; g } })', 'b d e f'],
  ['new (class { #p = a; has(o) { return #p in o } })().has(b)', 'a b'],
  ['[...(function* () { yield a; yield* b })()]', 'a b'],
  ['(async () => { await a })()', 'a'],
  ['/a/.test(b)', 'b'],
  ['(() => { try { a.b.c } catch ({ message }) { return message } })()', 'a'],
  ['((a) => a)(1) + a', 'a'],
  ['(function () { return new.target })()', ''],
];

const BLOCKS: readonly (readonly [source: string, names: string])[] = [
  ['x; var x = a', 'a'],
  ['f(); function f() { return a }', 'a'],
  ['if (a) { var x = 1 } x', 'a'],
  ['{ let x = 1; { let y = x; y } } x', 'x'],
  ['{ class A {} new A() }', ''],
  ['{ const x = 1; function f() { return x } f() }', ''],
  ['for (let i = 0, n = a; i < 1; i++) { i } i', 'a i'],
  ['for (var i = 0; i < 1; i++); i', ''],
  ['for (const x of a) { x } x', 'a x'],
  ['for (const [k, { v }] of [[1, {}]]) { k; v }', ''],
  ['for (const k in { a: 1 }) { k }', ''],
  ['for (var x of [1]); x', ''],
  ['for (x of [1]); x', 'x'],
  ['for (a.b of [1]);', 'a'],
  ['try { throw 1 } catch (e) { e } finally { a }', 'a'],
  ['try { throw 1 } catch { a } ', 'a'],
  ['try { throw [1] } catch ([e, f = a]) { var g = e; f } g', 'a'],
  ['switch (1) { case 1: let x = a; x; default: x }', 'a'],
  ['out: for (;;) { for (;;) { break out } }', ''],
  ['out: for (const i of [1]) { continue out }', ''],
  ['const { b: { c, x = d } = { c: a }, ...e } = {}; [c, e]; f', 'a d f'],
  ['var { [a]: x } = {}; x', 'a'],
  ['let f = function g() { return g }; f(); f', ''],
  ['let f = function g() {}; g', 'g'],
  ['let C = class D { static m() { return D } }; C.m()', ''],
  ['do { var x = 1 } while (a && false); x', 'a'],
  ['while (a) { let b = 1; b; break }', 'a'],
  ['l: { break l } l', 'l'],
  ['if (a) { { var deep = 1 } } else var other = 2; [deep, other]', 'a'],
  ['return a', 'a'],
];

test.each(EXPRESSIONS)('the free names of %j are %j, as V8 looks them up', (source, names) => {
  const found = free(analyseExpression(source));
  expect(found.join(' ')).toBe(names);
  expect(lookedUp(`return (${source}\n)`)).toEqual(found);
});

test.each(BLOCKS)('the free names of the block %j are %j, as V8 looks them up', (source, names) => {
  const found = free(analyseBlock(source));
  expect(found.join(' ')).toBe(names);
  expect(lookedUp(source)).toEqual(found);
});

test('every occurrence is reported with its place, in the order of the text', () => {
  const source = 'total = order.total + total';
  expect(analyseExpression(source).names).toEqual([
    { name: 'total', start: 0, end: 5, write: true },
    { name: 'order', start: 8, end: 13, write: false },
    { name: 'total', start: 22, end: 27, write: false },
  ]);
});

test.each([
  ['a = 1', true],
  ['a += 1', true],
  ['a ??= 1', true],
  ['--a', true],
  ['[a] = b', true],
  ['({ x: a } = b)', true],
  ['({ a } = b)', true],
  ['[...a] = b', true],
  ['() => { for (a of b); }', true],
  ['() => { for (a in b); }', true],
  ['a.b = 1', false],
  ['a[0]++', false],
  ['delete a.b', false],
  ['[a.b] = c', false],
  ['b = a', false],
])('whether %j writes to the name a: %j', (source, write) => {
  const uses = analyseExpression(source).names.filter(({ name }) => name === 'a');
  expect(uses.map((use) => use.write)).toEqual([write]);
});

test('a name that the text declares is no use, whatever is done to it', () => {
  const { names } = analyseBlock('let n = 0; n++; n = 2; [n] = [3]; for (n of [4]); return n');
  expect(names).toEqual([]);
});

test('a function in a block counts for that block alone, as in strict code', () => {
  expect(free(analyseBlock('{ function f() {} } f()'))).toEqual(['f']);
});

test('only the text’s own await counts', () => {
  expect(analyseBlock('return await a').hasAwait).toBe(true);
  expect(analyseBlock('for await (const x of a) x').hasAwait).toBe(true);
  expect(analyseBlock('class A { [await a]() {} }').hasAwait).toBe(true);
  expect(analyseBlock('return async () => { for await (const x of a) await x }').hasAwait).toBe(
    false,
  );
  expect(analyseBlock('return { await: a.await }').hasAwait).toBe(false);
  expect(analyseExpression('xs.map(async (x) => await x)')).toMatchObject({
    hasAwait: false,
    problems: [],
  });
});
