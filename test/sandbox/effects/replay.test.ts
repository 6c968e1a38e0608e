import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EffectRequest, EffectResult } from '../../../src/core/effect.ts';
import type { StepPlace } from '../../../src/core/program.ts';
import type { ExecutionResult } from '../../../src/core/run.ts';
import { openSandbox, type Sandbox } from '../../../src/sandbox/pool.ts';
import { answered, execution, program, stable } from '../executions.ts';
import { ended, needs, ok, START, through } from './journals.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

type Options = Parameters<typeof program>[1];

const ADVICE =
  'A run must ask for the same again: go on with the revision that it began with, or begin a new run.';
const NEVER = 'await new Promise(() => {});';

const asking = (body: string, options?: Options) =>
  execution(program(`const fx = $.effects; $.step = 0;\n${body}`, { async: true, ...options }));
const value = (result: ExecutionResult): unknown => {
  if (result.status !== 'finished') throw new Error(JSON.stringify(result));
  return JSON.parse(result.value ?? 'null');
};
const failure = (result: ExecutionResult) => {
  if (result.status !== 'failed') throw new Error(JSON.stringify(result));
  return result.failure;
};
const request = (changes: Partial<EffectRequest> = {}): EffectRequest => {
  return { number: 0, step: 0, kind: 'state', args: '{"op":"get","key":"a"}', ...changes };
};

test('a run asks, is answered, and goes on', async () => {
  const first = asking(`
    const a = await fx.state.get('a'); $.step = 1;
    const b = await fx.call('b', { a }); return [a, b];`);
  const { result, journal, executions } = await through(sandbox, first);
  expect(value(result)).toEqual(['result 0', 'result 1']);
  expect(journal.map(({ number, step, kind, args }) => ({ number, step, kind, args }))).toEqual([
    request(),
    { number: 1, step: 1, kind: 'call', args: '{"function":"b","inputs":{"a":"result 0"}}' },
  ]);
  expect(executions).toBe(3);
});

test('a run replays bit for bit, here and on another thread', async () => {
  const first = asking(`
    const seen = [Math.random(), uuid(), Date.now()];
    $.log('info', 'begun ' + seen[1]); $.respond({ json: seen });
    for (let i = 0; i < 5; i++) {
      const [a, b] = await Promise.all([fx.state.get('k' + i), fx.call('f', { id: uuid() })]);
      seen.push(a, b, Math.random(), Date.now()); $.log('info', Dates.now());
    }
    return seen;`);
  const { result, journal } = await through(sandbox, first);
  const again = await sandbox.execute({ ...first, journal });
  expect(stable(again)).toEqual(stable(result));
  const other = await openSandbox({ threads: 1 });
  expect(stable(await other.execute({ ...first, journal }))).toEqual(stable(result));
  await other.close();
});

test('random values are the same at each execution, and go on between effects', async () => {
  const first = asking(`
    const before = [Math.random(), uuid()]; await fx.wait('1s');
    const after = [Math.random(), uuid()]; await fx.emit('a', before); return [before, after];`);
  const { result, journal } = await through(sandbox, first);
  const [before, after] = value(result) as [unknown[], unknown[]];
  expect(JSON.parse(journal[1]?.args ?? '')).toEqual({ topic: 'a', data: before });
  expect(after).not.toEqual(before);
});

test('the clock moves with results and stands still between them', async () => {
  const first = asking(`
    const times = [Date.now(), Date.now()]; const both = [fx.wait('1s'), fx.wait('2s')];
    await both[1]; times.push(Date.now(), new Date().getTime());
    await both[0]; times.push(Date.now()); return times;`);
  const [a, b] = needs(await sandbox.execute(first)) as [EffectRequest, EffectRequest];
  const journal = [ended(a, 1), ended(b, 0)];
  const times = value(await sandbox.execute({ ...first, journal }));
  expect(times).toEqual([START, START, START + 1000, START + 1000, START + 2000]);
  // A time that is counted from then on is counted from the recorded one.
  const later = asking("await fx.wait('1s'); await fx.wait('1s')");
  const [, second] = (await through(sandbox, later)).journal;
  expect(second?.args).toBe(JSON.stringify({ until: START + 2000 }));
});

test('several effects are asked for at once, and a race is won by what arrived first', async () => {
  const first = asking(`
    const name = (n) => fx.call(n).then((value) => n + ' ' + value);
    const winner = await Promise.race([name('a'), name('b'), name('c')]);
    return winner;`);
  const asked = needs(await sandbox.execute(first));
  expect(asked.map(({ number, args }) => [number, JSON.parse(args).function])).toEqual([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ]);
  const [a, b, c] = asked as [EffectRequest, EffectRequest, EffectRequest];
  const journal = [ended(a, 2), ended(b, 0), { ...c, beganAt: START }];
  expect(value(await sandbox.execute({ ...first, journal }))).toBe('b result 1');
});

test('what is under way is waited for without being asked for again', async () => {
  const first = asking("await fx.state.get('a'); return 1");
  const journal = [{ ...request(), beganAt: START }];
  expect(stable(await sandbox.execute({ ...first, journal }))).toEqual({
    status: 'needs',
    effects: [],
    logs: [],
  });
});

test('an answer, and all logs so far, go out before the effects that come after', async () => {
  const first = asking(`$.log('info', 'a'); $.respond({ text: 'early' });
    await fx.state.get('a'); $.log('info', 'b'); await fx.state.get('b'); $.finish({ text: 'late' })`);
  const answer = {
    status: 200,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    body: 'early',
  };
  const [a, b] = [request(), request({ number: 1, args: '{"op":"get","key":"b"}' })];
  const log = (text: string) => ({ level: 'info', text, line: 10 });
  expect(stable(await sandbox.execute(first))).toEqual({
    status: 'needs',
    effects: [a],
    answer,
    logs: [log('a')],
  });
  expect(stable(await sandbox.execute({ ...first, journal: [ended(a, 0)] }))).toEqual({
    status: 'needs',
    effects: [b],
    answer,
    logs: [log('a'), log('b')],
  });
  const all = await sandbox.execute({ ...first, journal: [ended(a, 0), ended(b, 1)] });
  expect(answered(all)).toBe('200 early');
  const bytes = asking(`$.respond({ body: new Uint8Array([1, 0, 2]) }); await fx.wait('1s')`);
  const early = await sandbox.execute(bytes);
  expect([...((early.answer?.body ?? []) as Uint8Array)]).toEqual([1, 0, 2]);
});

test('an answer that cannot be sent fails before any effect is done', async () => {
  const result = await sandbox.execute(asking("$.respond({ status: 99 }); await fx.wait('1s')"));
  expect(failure(result).code).toBe('run.answer_invalid');
});

test('failed effects can be caught, with code, message, status, step and line', async () => {
  const first = asking(`
    try { await fx.call('a') } catch (error) {
      $.step = 1; return [$.caught(error), error.code, error.message, error.status];
    }`);
  const cases: EffectResult[] = [
    { ok: false, code: 'effect.failed', message: 'Expected 2xx, got 404', status: 404 },
    { ok: false, code: 'effect.refused', message: 'Not "allowed"' },
  ];
  for (const result of cases) {
    const { code, message, status = null } = result as Extract<EffectResult, { ok: false }>;
    const run = await through(sandbox, first, () => result);
    expect(value(run.result)).toEqual([
      { code, message, status, step: 0, line: 10 },
      code,
      message,
      status,
    ]);
  }
});

test('failed effects that nothing catches fail the run where they were asked for', async () => {
  const first = asking(`const a = fx.call('a'); $.step = 1; await a`);
  const codes = {
    'effect.failed': 502,
    'effect.timeout': 504,
    'effect.refused': 500,
    'effect.in_doubt': 500,
  } as const;
  for (const [code, status] of Object.entries(codes) as [keyof typeof codes, number][]) {
    const run = await through(sandbox, first, () => {
      return { ok: false, code, message: 'Not today', status: 404 };
    });
    expect(failure(run.result)).toEqual({ code, message: 'Not today', status, step: 0, line: 10 });
  }
  const invalid = await sandbox.execute(asking("await fx.wait('x')"));
  expect(failure(invalid)).toEqual({
    code: 'effect.invalid',
    message: 'Expected a duration such as 30s or 5m for wait, got "x"',
    status: 500,
    step: 0,
    line: 10,
  });
});

test('the line of an effect in a `run` block is the one of the block’s own line', async () => {
  const lines = [0, 10, 11, 12];
  const result = await sandbox.execute(asking("\nawait fx.wait('x')", { lines }));
  expect(failure(result).line).toBe(12);
});

test('a replied request is status, headers, body, json and bytes', async () => {
  const reply = (body: object) => ok({ status: 201, headers: { 'x-a': 'b' }, ...body });
  const run = async (code: string, body: object) =>
    value(
      (
        await through(
          sandbox,
          asking(`const r = await fx.http('https://a.example/'); ${code}`),
          () => reply(body),
        )
      ).result,
    );
  const all =
    'return [r.status, r.headers["x-a"], r.body, r.json, [...r.bytes], JSON.stringify(r)]';
  const plain = '{"status":201,"headers":{"x-a":"b"},"body":"[\\"é\\"]"}';
  expect(await run(all, { body: '["é"]' })).toEqual([
    201,
    'b',
    '["é"]',
    ['é'],
    [91, 34, 195, 169, 34, 93],
    plain,
  ]);
  const bytes = { base64: Buffer.from([0, 255, 97]).toString('base64') };
  expect(await run('return [[...r.bytes], r.body, r.bytes === r.bytes]', bytes)).toEqual([
    [0, 255, 97],
    '\0\ufffda',
    true,
  ]);
  expect(await run('try { r.json } catch (e) { return $.caught(e) }', { body: '<p>' })).toEqual({
    code: 'effect.failed',
    message: 'Expected JSON in the body of the reply with status 201, got "<p>"',
    status: 201,
    step: 0,
    line: 10,
  });
  expect(await run('try { r.json } catch (e) { return e.message }', {})).toBe(
    'Expected JSON in the body of the reply with status 201, got ""',
  );
});

test('a missing value of the state is the fallback', async () => {
  const first = asking(
    "return [await fx.state.get('a', { n: 1 }), await fx.state.get('b'), await fx.state.get('c', 1)]",
  );
  const { result } = await through(sandbox, first, ({ number }) => ok(number === 2 ? 0 : null));
  expect(value(result)).toEqual([{ n: 1 }, null, 0]);
});

test('a run that asks for something else than its journal has fails, whatever it catches', async () => {
  const cases: Record<string, [EffectRequest, message: string, step?: number]> = {
    "await fx.state.get('a')": [
      request({ kind: 'http', step: 1, args: '{}' }),
      'Expected effect 0 to be http at line 20 as in the journal, got state at line 10',
    ],
    "$.step = 1; await fx.state.get('a')": [
      request(),
      'Expected effect 0 to be state at line 10 as in the journal, got state at line 20',
      1,
    ],
    "await fx.state.get('b')": [
      request(),
      'Expected effect 0 to be state at line 10 as in the journal with {"op":"get","key":"a"}, got {"op":"get","key":"b"}',
    ],
    "await fx.state.get('a', 1); await fx.call('c')": [
      request({ number: 1, kind: 'emit', args: '{}' }),
      'Expected effect 1 to be emit at line 10 as in the journal, got call at line 10',
    ],
    'return 1': [
      request(),
      'Expected effect 0 to be state at line 10 as in the journal, got the end of the run',
    ],
    [NEVER]: [
      request(),
      'Expected effect 0 to be state at line 10 as in the journal, got no such effect by then',
    ],
    "await fx.state.get('a'); await fx.state.get('b')": [
      request({ number: 5 }),
      'Expected effect 5 to be state at line 10 as in the journal, got no such effect by then',
    ],
  };
  for (const [body, [recorded, message, step = 0]] of Object.entries(cases)) {
    const before = recorded.number === 0 ? [] : [ended(request(), 0)];
    for (const entry of [ended(recorded, before.length), { ...recorded, beganAt: START }]) {
      const first = asking(`for (;;) try { ${body} } catch { ${NEVER} } finally { return 2 }`);
      const plain = asking(body);
      const journal = [...before, entry];
      const expected = {
        code: 'run.nondeterministic',
        message: `Expected ${message.slice(9)}. ${ADVICE}`,
        status: 500,
        step,
        line: step === 0 ? 10 : 20,
      };
      const results = [await sandbox.execute({ ...plain, journal })];
      if (body.includes('fx')) results.push(await sandbox.execute({ ...first, journal }));
      for (const result of results) expect(failure(result)).toEqual(expected);
    }
  }
});

test('a step that has a name is named where a run leaves its journal', async () => {
  const plain = asking("await fx.state.get('b')");
  const [first, ...others] = plain.program.steps;
  const steps = [{ ...first, name: 'count orders' } as StepPlace, ...others];
  const named = { ...plain, program: { ...plain.program, id: `${plain.program.id}n`, steps } };
  const journal = [ended(request({ args: '{}' }), 0)];
  const { message } = failure(await sandbox.execute({ ...named, journal }));
  expect(message).toContain(
    'Expected effect 0 to be state in the step "count orders" at line 10 as in the journal with {}, got',
  );
});

test('`catch` steps do not see that a run has left its journal', async () => {
  const first = asking(`try { await fx.state.get('b') } catch (error) {
    $.log('info', 'seen'); $.caught(error); $.log('info', 'caught') } $.respond({ text: 'x' })`);
  const result = await sandbox.execute({ ...first, journal: [ended(request(), 0)] });
  expect(failure(result).code).toBe('run.nondeterministic');
  expect([result.logs.map(({ text }) => text), result.answer]).toEqual([['seen'], undefined]);
});

test('a failure of the program’s own comes before what it did not ask for', async () => {
  const result = await sandbox.execute({
    ...asking("throw new Error('own')"),
    journal: [ended(request(), 0)],
  });
  expect(failure(result)).toMatchObject({ code: 'run.script_error', message: 'Error: own' });
});

test('a run that awaits what can never come is stuck, also after effects', async () => {
  const stuck = { code: 'run.stuck', status: 500, step: 0, line: 10 };
  expect(failure(await sandbox.execute(asking(NEVER)))).toMatchObject(stuck);
  const { result } = await through(sandbox, asking(`await fx.wait('1s'); ${NEVER}`));
  expect(failure(result)).toMatchObject(stuck);
});

test('effects that the end of the run did not await are not performed, and the log says so', async () => {
  const first = asking("fx.emit('a'); $.step = 1; fx.state.delete('b'); return 1");
  expect(stable(await sandbox.execute(first))).toEqual({
    status: 'finished',
    value: '1',
    logs: [
      {
        level: 'warn',
        text: 'Effect 0 (emit) was not performed, because the run ended without awaiting it',
        line: 10,
      },
      {
        level: 'warn',
        text: 'Effect 1 (state) was not performed, because the run ended without awaiting it',
        line: 20,
      },
    ],
  });
  const plain = execution(program("$.step = 0; $.effects.emit('a')"));
  expect((await sandbox.execute(plain)).logs).toHaveLength(1);
});

test('more effects than the limit fail the run, whatever it catches', async () => {
  const limits = { effects: 3 };
  const expected = {
    code: 'limit.effects',
    message: 'Expected at most 3 effects, got more. Raise `limits.effects` or do less per run.',
    status: 503,
    step: 0,
    line: 10,
  };
  const bodies = [
    "for (let i = 0; i < 4; i++) await fx.wait('1s')",
    "await Promise.all(Array.from({ length: 4 }, () => fx.wait('1s')))",
    "try { for (;;) fx.wait('1s') } catch {} return 1",
    "try { for (;;) await fx.wait('1s') } catch (error) { $.caught(error) }",
  ];
  for (const body of bodies) {
    const { result } = await through(sandbox, asking(body, { limits }));
    expect([body, failure(result)]).toEqual([body, expected]);
  }
  const three = asking("for (let i = 0; i < 3; i++) await fx.wait('1s'); return 1", { limits });
  expect(value((await through(sandbox, three)).result)).toBe(1);
});

test('a limit that the engine found broken ends the run too', async () => {
  const first = asking("try { await fx.call('a') } catch { return 1 }");
  const { result } = await through(sandbox, first, () => {
    return { ok: false, code: 'limit.effects', message: 'Expected less, got more' };
  });
  expect(failure(result)).toEqual({
    code: 'limit.effects',
    message: 'Expected less, got more',
    status: 503,
    step: 0,
    line: 10,
  });
});

test('many long results fit one after another', async () => {
  const long = '€'.repeat(500_000); // 1 MB inside; all at once would not fit.
  // About memory: 60 MB of text take a loaded machine longer than the usual limit of CPU time.
  const limits = { cpuMs: 10_000 };
  const first = asking("for (let i = 0; i < 40; i++) await fx.call('a'); return 1", { limits });
  const call = { step: 0, kind: 'call', args: '{"function":"a","inputs":{}}' } as const;
  const journal = Array.from({ length: 40 }, (_, i) => ended({ number: i, ...call }, i, ok(long)));
  expect(value(await sandbox.execute({ ...first, journal }))).toBe(1);
});

// Inside a thread: a `call` that ends at once costs 9 µs of each later execution, an `http` with headers and
// JSON both ways 19 µs. Re-executing with 50 recorded effects takes 0.45 ms (`http` 0.95 ms), a whole run with
// one effect, in two executions, 0.08 ms (`http` 0.1 ms), the run below 14 ms in all.
test('a run of 52 effects takes 53 short executions', async () => {
  const first = asking(`let sum = 0;
    for (let i = 0; i < 52; i++) sum += await fx.call('add', { i, sum }); return sum`);
  const { result, executions } = await through(sandbox, first, ({ number }) => ok(number));
  expect([value(result), executions]).toEqual([1326, 53]);
});
