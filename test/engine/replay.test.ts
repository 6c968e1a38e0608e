import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EffectRequest, EffectResult } from '../../src/core/effect.ts';
import { topicEvent } from '../../src/core/topic-event.ts';
import { readRecording } from '../../src/engine/recording/read.ts';
import { type Recording, recordingJson } from '../../src/engine/recording.ts';
import { replay } from '../../src/engine/replay.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/pool.ts';
import { compiled, expression, record } from './recorded.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await openSandbox({ threads: 1 });
});
afterAll(() => sandbox.close());

/** As it is after it was written to a file and read on another machine. */
function carried(recording: Recording): Recording {
  return readRecording(Buffer.from(JSON.stringify(recordingJson(recording))));
}

const VALUES = [
  ...['Date.now()', 'Math.random()', 'uuid()', 'new Date().toString()', 'request.url'],
  ...['request.json', 'request.body', 'event', 'webhook', '[...request.bytes]', '0.1 + 0.2', '-0'],
  ...['Object.keys(request.headers)', 'request.query.x', '"\\ud800"', '[1, 2, 3].sort()'],
];

/** Steps of an automation, indented by two spaces; every kind that has no effects. */
const step: fc.Arbitrary<string> = fc.letrec<{ step: string; plain: string }>((tie) => ({
  plain: fc.oneof(
    fc.constantFrom(...VALUES).map((value) => `- set: { a: ${expression(value)} }`),
    fc.constantFrom(...VALUES).map((value) => `- log: ${expression(`JSON.stringify(${value})`)}`),
    fc.constantFrom(...VALUES).map((value) => `- run: return JSON.stringify(${value})\n  as: b`),
    fc.constant('- respond: { status: 202, text: early }'),
    fc.constant('- fail: { message: enough, status: 409 }'),
    fc.constant(`- set: { a: ${expression('request.json.none.at.all')} }`),
  ),
  step: fc.oneof(
    { maxDepth: 2 },
    tie('plain'),
    tie('step').map(
      (inner) => `- for: v${inner.length}\n  in: ${expression('[1, 2]')}\n  do:\n${indent(inner)}`,
    ),
    tie('step').map(
      (inner) => `- if: ${expression('Math.random() < 0.5')}\n  then:\n${indent(inner)}`,
    ),
    tie('step').map(
      (inner) => `- try:\n${indent(inner)}\n  catch:\n    - log: ${expression('error.message')}`,
    ),
  ),
})).step;

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

const automation = fc
  .tuple(fc.array(step, { maxLength: 5 }), fc.constantFrom(...VALUES))
  .map(([steps, value]) => {
    const answer = `- return: { headers: { x-a: ${expression('uuid()')} }, json: ${expression(value)} }`;
    return `automation: a\nsteps:\n${[...steps, answer].join('\n').replace(/^/gm, '  ')}\n`;
  });

test('a run that a message started gets the message again', async () => {
  const recording = await record(
    sandbox,
    `automation: a\nsteps:\n  - return: { json: ${expression('event')} }\n`,
  );
  const message = {
    id: `msg_${'0'.repeat(26)}`,
    to: 'a.b',
    data: '{"id":9}',
    createdAt: 5,
    depth: 1,
  };
  const report = await replay(carried({ ...recording, event: topicEvent(message) }), sandbox);
  expect(JSON.parse(String(report.outcome?.answer?.body))).toEqual({
    id: `evt_${'0'.repeat(26)}`,
    received_at: '1970-01-01T00:00:00.005Z',
    topic: 'a.b',
    data: { id: 9 },
  });
});

test('whatever an automation without effects does, its recording replays the same', async () => {
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(automation, async (source) => {
      const recording = await record(sandbox, source);
      ends.add(recording.outcome.status);
      expect(await replay(carried(recording), sandbox)).toMatchObject({
        same: true,
        differences: [],
        warnings: [],
        outcome: recording.outcome,
      });
    }),
    { numRuns: 150 },
  );
  expect([...ends].sort()).toEqual(['failed', 'succeeded']);
});

const EFFECTS = `automation: a
policy:
  http: [ "POST https://api.example.com/**" ]
  hooks: [ "order.*" ]
  state: [ "orders/*" ]
steps:
  - state: { increment: orders/count }
    as: count
  - parallel:
      - - http: { method: POST, url: https://api.example.com/a, json: { id: ${expression('uuid()')} } }
          as: first
        - log: first ${expression('Date.now()').slice(1, -1)}
      - - http: { method: POST, url: https://api.example.com/b, json: { n: ${expression('count')} } }
          as: second
        - log: second ${expression('Date.now()').slice(1, -1)}
  - wait: 5m
  - emit: { topic: order.paid, data: { at: ${expression('Date.now()')} } }
  - return: { json: { count: ${expression('count')}, first: ${expression('first.json')}, at: ${expression('Date.now()')} } }
`;

function outside({ kind, args }: EffectRequest): EffectResult {
  if (kind === 'http') {
    const { url } = JSON.parse(args) as { readonly url: string };
    const headers = { 'content-type': 'application/json' };
    return { ok: true, value: JSON.stringify({ status: 200, headers, body: `{"u":"${url}"}` }) };
  }
  if (kind === 'state') return { ok: true, value: '7' };
  return { ok: true, value: kind === 'emit' ? '{"id":"msg_1"}' : 'null' };
}

describe('a run with effects', () => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await record(sandbox, EFFECTS, outside);
  });

  test('replays the same, with results in the order in which they arrived', async () => {
    expect(recording.journal.map(({ kind }) => kind)).toEqual([
      ...['state', 'http', 'http', 'wait', 'emit'],
    ]);
    expect(recording.outcome.logs.map(({ text }) => text.slice(0, 6))).toEqual([
      'second',
      'first ',
    ]);
    expect(await replay(carried(recording), sandbox)).toEqual({
      same: true,
      differences: [],
      warnings: [],
      outcome: recording.outcome,
    });
  });

  test('differs where one bit of what was recorded is changed', async () => {
    const { outcome, journal } = recording;
    const answer = { ...outcome.answer, status: 201, headers: [], body: 'x' } as const;
    const changed = { ...recording, outcome: { ...outcome, answer, value: '1', logs: [] } };
    const { same, differences } = await replay(changed, sandbox);
    expect(same).toBe(false);
    expect(differences.map(({ at }) => at)).toEqual([
      ...['answer.status', 'answer.headers', 'answer.body', 'value', 'logs[0]', 'logs[1]'],
    ]);
    const reply = {
      ...journal[1]!,
      ended: { ...journal[1]!.ended!, at: journal[1]!.ended!.at + 1 },
    };
    const later = { ...recording, journal: journal.with(1, reply) };
    expect((await replay(later, sandbox)).same).toBe(false);
  });

  test('differs where the journal has other arguments, and says which effect', async () => {
    const { journal } = recording;
    const entry = { ...journal[4]!, args: '{"topic":"order.paid","data":{"at":1}}' };
    const { same, differences } = await replay(
      { ...recording, journal: journal.with(4, entry) },
      sandbox,
    );
    expect(same).toBe(false);
    expect(differences[0]).toEqual({
      at: 'effects[4]',
      recorded: { kind: 'emit', arguments: { topic: 'order.paid', data: { at: 1 } } },
      replayed: {
        kind: 'emit',
        arguments: { topic: 'order.paid', data: { at: expect.any(Number) } },
        line: 17,
      },
    });
    expect(differences.map(({ at }) => at)).toContain('failure');
  });

  test('differs where the journal ends early or goes on too long', async () => {
    const { journal } = recording;
    const short = await replay({ ...recording, journal: journal.slice(0, 4) }, sandbox);
    expect(short.differences.slice(0, 2)).toMatchObject([
      { at: 'effects[4]', recorded: null, replayed: { kind: 'emit' } },
      { at: 'status', recorded: 'succeeded', replayed: 'waits for an effect without a result' },
    ]);
    expect(short.outcome).toBeUndefined();
    const long = await replay(
      { ...recording, journal: [...journal, { ...journal[3]!, number: 5 }] },
      sandbox,
    );
    expect(long.differences[0]).toMatchObject({ at: 'effects[5]', replayed: null });
  });

  test('that was cancelled while it waited replays up to there', async () => {
    const failure = {
      code: 'run.cancelled',
      message: 'The run was cancelled.',
      status: 500,
    } as const;
    const { ended: _, ...waiting } = recording.journal[3]!;
    const cancelled: Recording = {
      ...recording,
      journal: [...recording.journal.slice(0, 3), waiting],
      outcome: { status: 'cancelled', failure, logs: recording.outcome.logs },
    };
    expect(await replay(carried(cancelled), sandbox)).toMatchObject({ same: true });
    const other = {
      ...cancelled,
      outcome: { ...cancelled.outcome, logs: [{ level: 'info', text: 'x', line: 1 }] },
    } as const;
    expect((await replay(other, sandbox)).differences.map(({ at }) => at)).toEqual(['logs[0]']);
  });

  describe('and a changed automation', () => {
    const changed = async (from: string, to: string): ReturnType<typeof replay> =>
      replay(recording, sandbox, { automation: compiled(EFFECTS.replace(from, to)) });

    test('that does the same in other lines is the same', async () => {
      const { same, differences } = await changed(
        'steps:\n',
        'description: moved\nsteps:\n  - set: { z: 1 }\n',
      );
      expect({ same, differences }).toEqual({ same: true, differences: [] });
    });

    test('that answers otherwise differs in its answer alone', async () => {
      const { differences } = await changed('return: {', 'return: { status: 201,');
      expect(differences).toEqual([{ at: 'answer.status', recorded: 200, replayed: 201 }]);
    });

    test('that sends something else is told with both, and goes on with the recorded reply', async () => {
      const { differences } = await changed('json: { n:', 'json: { m:');
      expect(differences).toEqual([
        {
          at: 'effects[2]',
          recorded: { kind: 'http', arguments: expect.objectContaining({ body: '{"n":7}' }) },
          replayed: {
            kind: 'http',
            line: 13,
            arguments: expect.objectContaining({ body: '{"m":7}' }),
          },
        },
      ]);
    });

    test('that no longer asks for an effect is told with what is missing', async () => {
      const { differences } = await changed('  - wait: 5m\n', '');
      expect(differences[0]).toMatchObject({ at: 'effects[4]', recorded: { kind: 'emit' } });
      expect(differences).toContainEqual({
        at: 'effects[3]',
        recorded: { kind: 'wait', arguments: expect.anything() },
        replayed: null,
      });
    });

    test('that sends a message more goes on as if it had been stored', async () => {
      const { differences, outcome } = await changed(
        '  - wait: 5m\n',
        '  - wait: 5m\n  - emit: { topic: order.seen }\n',
      );
      expect(differences).toEqual([
        {
          at: 'effects[4]',
          recorded: null,
          replayed: { kind: 'emit', line: 17, arguments: { topic: 'order.seen', data: null } },
        },
      ]);
      expect(outcome?.status).toBe('succeeded');
    });

    test('that awaits a reply which nobody recorded goes no further', async () => {
      const step = '  - http: { method: POST, url: https://api.example.com/new }\n';
      const { differences, outcome } = await changed('  - wait: 5m\n', step);
      expect(differences).toContainEqual({
        at: 'effects[3]',
        recorded: null,
        replayed: {
          kind: 'http',
          line: 16,
          arguments: expect.objectContaining({ url: 'https://api.example.com/new' }),
        },
      });
      expect(differences).toContainEqual({
        at: 'status',
        recorded: 'succeeded',
        replayed: 'waits for an effect without a result',
      });
      expect(outcome).toBeUndefined();
    });

    test('that needs inputs which were not given fails as the server would fail it', async () => {
      const { differences } = await changed(
        'steps:\n',
        'inputs: { team: { type: string, required: true } }\nsteps:\n',
      );
      expect(differences).toContainEqual({
        at: 'failure',
        recorded: null,
        replayed: {
          code: 'run.inputs',
          message: 'Expected the input `team`, got none',
          status: 500,
        },
      });
    });
  });
});

test('the recorded limits hold, whatever the defaults are now', async () => {
  const source = `automation: a\nsteps:\n  - return: { text: ${expression('"x".repeat(2000)')} }\n`;
  const recording = await record(sandbox, source);
  expect((await replay(recording, sandbox)).same).toBe(true);
  const narrow = { ...recording, limits: { ...recording.limits, outputBytes: 1000 } };
  const { outcome } = await replay(narrow, sandbox);
  expect(outcome?.failure?.code).toBe('limit.output');
  expect((await replay(recording, sandbox)).same).toBe(true);
});

test('a revision that this version does not compile is a difference with its mistakes', async () => {
  const recording = await record(sandbox, 'automation: a\nsteps: []\n');
  const old = { ...recording.revision, source: 'automation: a\nsteps: [ { gone: 1 } ]\n' };
  const { differences } = await replay({ ...recording, revision: old }, sandbox);
  expect(differences).toContainEqual({
    at: 'failure',
    recorded: null,
    replayed: expect.objectContaining({ code: 'run.automation_missing' }),
  });
});

test('another version of the engine is warned of', async () => {
  const recording = await record(sandbox, 'automation: a\nsteps: [ { log: a } ]\n');
  expect((await replay(recording, sandbox, { version: '1.2.3' })).warnings).toEqual([]);
  expect((await replay(recording, sandbox, { version: '1.3.0' })).warnings).toEqual([
    'The run was recorded by Hookwright 1.2.3 and is replayed by 1.3.0; differences may come from that.',
  ]);
});
