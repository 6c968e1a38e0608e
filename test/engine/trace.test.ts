import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Recording } from '../../src/engine/recording.ts';
import type { TraceEntry } from '../../src/engine/trace/entries.ts';
import { type TraceReport, trace } from '../../src/engine/trace.ts';
import { compile } from '../../src/language/compile.ts';
import { readFolder } from '../../src/package/folder.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { expression as $, type Outside, record } from './recorded.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

const POLICY = 'policy: { state: [ "*" ], http: [ "GET https://a.example/**" ], hooks: [ "*" ] }';

/** Steps of an automation, as YAML. */
function source(steps: string, head = POLICY): string {
  return `automation: a\n${head}\nsteps:\n${steps}`;
}

async function traced(
  text: string,
  outside?: Outside,
  change: Partial<Recording> = {},
): Promise<TraceReport> {
  const recording = { ...(await record(sandbox, text, outside)), ...change };
  return trace(recording, sandbox);
}

/** Entries without what is the same for all. */
function brief(entries: readonly TraceEntry[]): object[] {
  return entries.map(({ place, step: _, depth, changes, effects, logs, ...rest }) => ({
    [place.kind]: place.line,
    ...(depth === 0 ? {} : { depth }),
    ...(changes.length === 0 ? {} : { changes: Object.fromEntries(changes.map(changed)) }),
    ...(effects.length === 0 ? {} : { effects: effects.map(({ number }) => number) }),
    ...(logs.length === 0 ? {} : { logs: logs.map((line) => line.text) }),
    ...rest,
  }));
}

function changed({ name, before, after }: TraceEntry['changes'][number]): [string, unknown] {
  return [name, [before, after]];
}

const UNSET = { $undefined: true };

test('tells each step with its line, the variables it changed, and its effects', async () => {
  const report = await traced(
    source(`  - name: count it
    state: { increment: count }
    as: count
  - set: { order: { id: 7 } }
  - set: { order.id: ${$('count + 1')} }
  - log: the ${$('order.id').slice(1, -1)}th
  - return: { status: 201 }
`),
    () => ({ ok: true, value: '41' }),
  );
  expect(report).toMatchObject({ same: true, differences: [], warnings: [] });
  expect(brief(report.entries)).toEqual([
    { is: 'step', state: 4, changes: { count: [UNSET, 41] }, effects: [0] },
    { is: 'step', set: 7, changes: { order: [UNSET, { id: 7 }] } },
    { is: 'step', set: 8, changes: { order: [{ id: 7 }, { id: 42 }] } },
    { is: 'step', log: 9, logs: ['the 42th'] },
    { is: 'step', return: 10, answered: true },
  ]);
  expect(report.entries[0]).toMatchObject({
    place: { name: 'count it' },
    effects: [{ kind: 'state', ended: { result: { ok: true, value: '41' } } }],
  });
  expect(report.outcome).toMatchObject({ status: 'succeeded', answer: { status: 201 } });
});

test('tells branches taken, turns of loops, what was skipped, and what was caught', async () => {
  const report = await traced(
    source(`  - for: item, index
    in: [ 1, 2 ]
    do:
      - if: ${$('item == 1')}
        then: [ { log: one } ]
      - choose:
          - { when: ${$('item == 9')}, do: [] }
          - { when: ${$('item == 2')}, do: [ { set: { found: ${$('index')} } } ] }
        otherwise: [ { log: other } ]
  - when: ${$('found > 5')}
    log: not seen
  - try: [ { fail: { message: broken, status: 418 } } ]
    catch: [ { log: ${$('error.message')} } ]
    finally: [ { set: { done: true } } ]
`),
  );
  expect(report.same).toBe(true);
  expect(brief(report.entries)).toEqual([
    { is: 'step', for: 4 },
    {
      is: 'iteration',
      for: 4,
      depth: 1,
      count: 1,
      variables: [
        { name: 'item', value: 1 },
        { name: 'index', value: 0 },
      ],
    },
    { is: 'step', if: 7, depth: 1, branch: 'then' },
    { is: 'step', log: 8, depth: 2, logs: ['one'] },
    { is: 'step', choose: 9, depth: 1, branch: 'otherwise' },
    { is: 'step', log: 12, depth: 2, logs: ['other'] },
    expect.objectContaining({ is: 'iteration', count: 2 }),
    { is: 'step', if: 7, depth: 1, branch: 'none' },
    { is: 'step', choose: 9, depth: 1, branch: 'when 2' },
    { is: 'step', set: 11, depth: 2, changes: { found: [UNSET, 1] } },
    { is: 'step', log: 13, skipped: true },
    { is: 'step', try: 15 },
    { is: 'step', fail: 15, depth: 1 },
    {
      is: 'part',
      try: 15,
      depth: 1,
      branch: 'catch',
      error: { message: 'broken', code: 'run.failed', status: 418, step: 8, line: 15 },
    },
    { is: 'step', log: 16, depth: 1, logs: ['broken'] },
    { is: 'part', try: 15, depth: 1, branch: 'finally' },
    { is: 'step', set: 17, depth: 1, changes: { done: [UNSET, true] } },
  ]);
});

test('effects of branches of parallel stand at their own steps, however their results arrived', async () => {
  const report = await traced(
    source(`  - parallel:
      left: [ { state: { get: a }, as: a }, { log: left } ]
      right: [ { state: { get: b }, as: b } ]
`),
    ({ args }) => ({ ok: true, value: JSON.stringify(JSON.parse(args).key) }),
  );
  expect(report.same).toBe(true);
  expect(brief(report.entries)).toEqual([
    { is: 'step', parallel: 4 },
    { is: 'part', parallel: 4, depth: 1, branch: 'left' },
    { is: 'step', state: 5, depth: 1, effects: [0], changes: { a: [UNSET, 'a'] } },
    { is: 'part', parallel: 4, depth: 1, branch: 'right' },
    { is: 'step', state: 6, depth: 1, effects: [1], changes: { b: [UNSET, 'b'] } },
    { is: 'step', log: 5, depth: 1, logs: ['left'] },
  ]);
});

describe('looking at variables', () => {
  test('runs nothing of the author: no getter, no toJSON, no trap of a Proxy', async () => {
    const report = await traced(
      source(`  - set: { seen: 0, value: null }
  - run: |
      let count = 0;
      const touch = () => { count++; return 'touched' };
      const proxy = new Proxy({}, { get: touch, ownKeys: () => { count++; return [] }, getPrototypeOf: () => { count++; return null } });
      const revocable = Proxy.revocable({}, { ownKeys: () => { count++; return [] } }).proxy;
      value = { get a() { return touch() }, toJSON: touch, proxy, revocable, many: new Map([[1, new Set([proxy])]]) };
      value.count = () => count;
  - log: a step between
  - run: seen = value.count();
  - return: { json: ${$('seen')} }
`),
    );
    expect(report.same).toBe(true);
    expect(report.outcome?.answer?.body).toBe('0');
    expect(report.entries[1]?.changes).toEqual([
      {
        name: 'value',
        before: null,
        after: {
          a: { $getter: true },
          toJSON: { $function: true },
          proxy: { $proxy: true },
          revocable: { $proxy: true },
          many: { $map: [[1, { $set: [{ $proxy: true }] }]] },
          count: { $function: true },
        },
      },
    ]);
  });

  test('shows what JSON does not have, and cuts what is long or deep', async () => {
    const report = await traced(
      source(`  - run: |
      const self = { name: 'self' }; self.self = self;
      const rope = 'ab'.repeat(1e6);
      return [undefined, NaN, 12n, Symbol('x'), new Date(0), new Uint8Array(3), new TypeError('no'),
        , 'x'.repeat(20000), rope, Array.from({ length: 1e5 }, (_, i) => i), self];
    as: all
`),
    );
    expect(report.same).toBe(true);
    const after = report.entries[0]?.changes[0]?.after as unknown[];
    expect(after.slice(0, 8)).toEqual([
      UNSET,
      { $number: 'NaN' },
      { $bigint: '12' },
      { $symbol: true },
      { $date: '1970-01-01T00:00:00.000Z' },
      { $bytes: 3 },
      { $error: 'no' },
      UNSET,
    ]);
    expect(after[8]).toEqual({ $text: 'x'.repeat(8192), $length: 20000 });
    expect(after[9]).toEqual({ $text: '', $length: 2_000_000 });
    const list = after[10] as unknown[];
    expect(list[1]).toBe(1);
    expect(list.at(-1)).toEqual({ $more: 1e5 - list.length + 1 });
    expect(after[11]).toEqual({ $more: 1 });
  });

  test('is not led astray by what the author puts on prototypes and in the place of functions', async () => {
    const report = await traced(
      source(`  - run: |
      Object.defineProperty(Object.prototype, 'seen', { set() { throw new Error('seen') }, get: () => 'x' });
      Object.defineProperty(Array.prototype, '0', { set() { throw new Error('seen') } });
      JSON.stringify = () => 'mine'; Object.keys = () => ['mine']; Array.isArray = () => { throw 1 };
      String.prototype.concat = () => 'mine'; String.prototype.slice = () => 'mine';
      Array.prototype[Symbol.iterator] = () => { throw new Error('iterated') };
  - set: { seen: { a: 1 } }
  - return: { text: ok }
`),
    );
    expect(report).toMatchObject({ same: true, outcome: { answer: { body: 'ok' } } });
    expect(report.entries[1]?.changes).toEqual([{ name: 'seen', before: UNSET, after: { a: 1 } }]);
  });
});

describe('limits', () => {
  test('a loop of many turns is cut with a note, and the run goes on to its end', async () => {
    const report = await traced(
      source(
        `  - set: { i: 0 }
  - while: ${$('i < 30000')}
    do: [ { set: { i: ${$('i + 1')} } } ]
  - return: { text: ${$('i')} }
`,
        'limits: { cpu: 5s }',
      ),
    );
    expect(report.same).toBe(true);
    expect(report.outcome?.answer?.body).toBe('30000');
    expect(report.entries.length).toBeLessThan(20_001);
    expect(report.warnings).toEqual([
      'The trace is cut: the run went on, and took more steps than a trace tells.',
    ]);
  });

  test('large variables are followed only as far as there is time to look at them', async () => {
    const report = await traced(
      source(
        `  - set: { i: 0, big: ${$('Array.from({ length: 20000 }, (_, i) => i * 1e6)')} }
  - while: ${$('i < 900')}
    do: [ { set: { i: ${$('i + 1')} } } ]
  - return: { text: ${$('i')} }
`,
        'limits: { cpu: 5s }',
      ),
    );
    expect(report.same).toBe(true);
    expect(report.warnings).toEqual([expect.stringContaining('Variables are not told to the end')]);
    expect(report.entries.at(-1)?.place.kind).toBe('return');
  });

  test.each([
    ['limit.cpu', '  - while: true\n    do: [ { set: { i: 1 } } ]\n'],
    ['limit.memory', "  - run: let a = 'x'; for (;;) a = [a, new Uint8Array(1e6)];\n"],
    ['limit.stack', '  - run: const f = () => f() + 1; f();\n'],
    ['limit.log', `  - while: true\n    do: [ { log: ${$('request.body.repeat(99)')} } ]\n`],
  ])('a run that %s has ended ends by it again', async (code, steps) => {
    const report = await traced(source(steps));
    expect(report.outcome?.failure?.code).toBe(code);
    expect(report.same).toBe(true);
    const timed = report.warnings.some((warning) => warning.includes('limit of time'));
    expect(timed).toBe(code === 'limit.cpu');
  });
});

test('a run that does not end as it is recorded is told, because the trace is of another one', async () => {
  const recording = await record(sandbox, source('  - return: { status: 200 }\n'));
  const outcome = { ...recording.outcome, answer: { status: 201, headers: [], body: '' } };
  expect(await trace({ ...recording, outcome }, sandbox)).toMatchObject({
    same: false,
    differences: [{ at: 'answer.status', recorded: 201, replayed: 200 }],
  });
});

test('a failed run is traced up to the step that failed', async () => {
  const report = await traced(
    source('  - http: https://a.example/x\n    as: reply\n  - log: never\n'),
    () => ({ ok: false, code: 'effect.failed', message: 'It is down.', status: 503 }),
  );
  expect(report).toMatchObject({ same: true, outcome: { failure: { line: 4, step: 0 } } });
  expect(brief(report.entries)).toEqual([{ is: 'step', http: 4, effects: [0] }]);
});

test('every example automation is the same run when it is traced', async () => {
  const files = (await readFolder('automations')) ?? [];
  expect(files.length).toBeGreaterThan(4);
  for (const { file, text } of files) {
    const report = await traced(text);
    expect(report, file).toMatchObject({ same: true, differences: [], warnings: [] });
    expect(report.entries.length, file).toBeGreaterThan(0);
  }
});

test('what an author reads in the stack of an error is the same when it is traced', async () => {
  const report = await traced(
    source(`  - set: { a: 1 }
  - if: ${$('a')}
    then:
      - for: x, i
        in: ${$('[1, 2]')}
        do:
          - set: { a: ${$('a + x')} }
            when: ${$('i > 0')}
  - try:
      - parallel:
          - - run: |
                try { null.member } catch (error) { return error.stack; }
              as: stack
    finally:
      - log: ${$('stack')}
`),
  );
  expect(report.entries.at(-1)?.logs[0]?.text).toMatch(/automation:\d+/);
  expect(report.differences).toEqual([]);
});

test('what is not traced has not one call of the trace in it', () => {
  const text = source('  - set: { a: 1 }\n  - if: true\n    then: []\n');
  const program = (isTracing: boolean): string =>
    compile(text, 'a', { trace: isTracing }).automation?.program.source ?? '';
  expect(program(true)).toContain('$.trace.begin(0, 0)');
  expect(program(false)).not.toContain('trace');
  expect(program(false)).not.toContain('else');
});
