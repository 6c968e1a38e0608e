import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Program } from '../../src/core/program.ts';
import type { ExecutionResult } from '../../src/core/run.ts';
import { type ExecutionSecrets, handleOf } from '../../src/core/secret-use.ts';
import type { Sandbox } from '../../src/engine/ports.ts';
import { openSandbox } from '../../src/sandbox/pool.ts';
import { execution, program } from './executions.ts';

const SEED = 'seed';
const VALUES = { KEY: 'the-value-of-key', é: 'never' };
const FRESH = { seed: SEED, names: {}, digests: {} };
const given = (over: Partial<ExecutionSecrets> = {}): ExecutionSecrets => ({
  allowed: ['KEY', 'GONE'],
  values: VALUES,
  use: FRESH,
  ...over,
});

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

function run(of: Program, secrets?: ExecutionSecrets): Promise<ExecutionResult> {
  return sandbox.execute(execution(of, secrets === undefined ? {} : { secrets }));
}

function returned(result: ExecutionResult): unknown {
  if (result.status !== 'finished') throw new Error(JSON.stringify(result));
  return JSON.parse(result.value ?? 'null');
}

test('a script sees a handle, the same again for the same run, and never the value', async () => {
  const of = program('return [$.secrets.KEY, $.secrets["KEY"], JSON.stringify($.secrets)]');
  const handle = handleOf(SEED, 'KEY');
  const result = await run(of, given());
  expect(returned(result)).toEqual([handle, handle, '{}']);
  expect(result.secretUse).toEqual({ seed: SEED, names: { KEY: true }, digests: {} });
  expect((await run(program('return 1'), given())).secretUse).toBeUndefined();
});

const DIGESTS = program(`
  const key = $.secrets.KEY;
  return [
    Hash.sha256(key), Hash.md5('a' + key + 'b'), Hmac.sha1(key, 'data', 'base64'), Hmac.sha512('k', key),
    safeEqual(key, 'the-value-of-key'), safeEqual('Bearer ' + key, 'Bearer the-value-of-key'),
    safeEqual(key, key), safeEqual(key, 'other'), Hash.sha256('no secret'),
  ]`);
const EXPECTED = [
  createHash('sha256').update(VALUES.KEY).digest('hex'),
  createHash('md5').update(`a${VALUES.KEY}b`).digest('hex'),
  createHmac('sha1', VALUES.KEY).update('data').digest('base64'),
  createHmac('sha512', 'k').update(VALUES.KEY).digest('hex'),
  ...[true, true, true, false],
  createHash('sha256').update('no secret').digest('hex'),
];

test('hashing and comparing use the value, and again without it give what was recorded', async () => {
  const first = await run(DIGESTS, given());
  expect(returned(first)).toEqual(EXPECTED);
  expect(Object.keys(first.secretUse?.digests ?? {})).toHaveLength(8);
  expect(JSON.stringify(first)).not.toContain(VALUES.KEY);
  const use = first.secretUse;
  if (use === undefined) throw new Error('Expected a use of secrets');
  for (const values of [{}, { KEY: 'another-value' }]) {
    const again = await run(DIGESTS, given({ values, use }));
    expect(returned(again)).toEqual(EXPECTED);
    expect(again.secretUse).toEqual(use);
  }
});

test('what was missing stays missing for the run, also when it has been set since', async () => {
  const of = program('try { return $.secrets.GONE } catch (error) { return error.message }');
  const message =
    'Expected a stored secret `GONE`, got none that can be read. Set it with `hookwright secret set GONE`';
  const first = await run(of, given());
  expect(returned(first)).toBe(message);
  expect(first.secretUse).toEqual({ seed: SEED, names: { GONE: false }, digests: {} });
  const values = { ...VALUES, GONE: 'there by now' };
  const again = await run(of, given({ values, ...(first.secretUse && { use: first.secretUse }) }));
  expect(returned(again)).toBe(message);
});

test('a name that the policy does not list is refused with the line to add, computed too', async () => {
  for (const secrets of [given({ allowed: [] }), undefined]) {
    const result = await run(program('return $.secrets["K" + "EY"]'), secrets);
    expect(result).toMatchObject({
      status: 'failed',
      failure: {
        code: 'effect.refused',
        message:
          'Expected a secret that the policy allows, got `KEY`. Add to `policy.secrets`: KEY',
      },
    });
  }
});

test('a handle that a script makes up by itself gives nothing that the policy does not', async () => {
  const of = program(
    `return Hash.sha256('${handleOf(SEED, 'OTHER')}') + Hash.sha256('${handleOf('x', 'KEY')}')`,
  );
  expect(
    await run(of, given({ values: { ...VALUES, OTHER: 'the-value-of-other' } })),
  ).toMatchObject({
    status: 'failed',
    failure: { message: expect.stringContaining('got `OTHER`') },
  });
});

test('what an author does to prototypes and `Proxy` changes nothing', async () => {
  const of = program(`
    Object.prototype.get = () => 'spoilt';
    Object.prototype.has = () => { throw 1 };
    Proxy = undefined;
    String.prototype.slice = () => 'cut';
    return [$.secrets.KEY, 'KEY' in $.secrets, Object.keys($.secrets)]`);
  expect(returned(await run(of, given()))).toEqual([handleOf(SEED, 'KEY'), false, []]);
});

test('more digests than a run may have end it with a message', async () => {
  const of = program('for (let i = 0; i < 2000; i++) Hmac.sha256($.secrets.KEY, "" + i)', {
    limits: { cpuMs: 5000 },
  });
  const result = await run(of, given());
  expect(result).toMatchObject({
    status: 'failed',
    failure: { message: expect.stringContaining('Expected at most 1000 digests') },
  });
  expect(Object.keys(result.secretUse?.digests ?? {})).toHaveLength(1000);
});
