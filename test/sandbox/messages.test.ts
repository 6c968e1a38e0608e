import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../src/core/effect.ts';
import type { ExecutionResult } from '../../src/core/run.ts';
import {
  decodeResults,
  decodeRuns,
  encodeResults,
  encodeRuns,
} from '../../src/sandbox/protocol/messages.ts';
import { anyCharacter } from '../any-character.ts';
import { execution, program } from './executions.ts';

const bytes = fc.uint8Array({ maxLength: 50 });
const header = fc.tuple(
  fc.stringMatching(/^[a-z-]{1,10}$/),
  fc.stringMatching(/^[\x20-\x7e]{0,20}$/),
);
const answer = fc.record({
  status: fc.integer({ min: 200, max: 599 }),
  headers: fc.array(header, { maxLength: 4 }),
  body: fc.oneof(fc.string({ unit: anyCharacter }), bytes),
});
const logs = fc.array(
  fc.record({
    level: fc.constantFrom('debug' as const, 'info' as const, 'warn' as const, 'error' as const),
    text: fc.string({ unit: anyCharacter }),
    line: fc.nat(),
  }),
);
const result: fc.Arbitrary<ExecutionResult> = fc.oneof(
  fc.record(
    { status: fc.constant('finished' as const), answer, value: fc.json(), logs, cpuMs: fc.nat() },
    { requiredKeys: ['status', 'logs', 'cpuMs'] },
  ),
  fc.record(
    {
      status: fc.constant('failed' as const),
      failure: fc.record({
        code: fc.constantFrom('run.failed' as const, 'limit.cpu' as const),
        message: fc.string(),
        status: fc.nat(),
        line: fc.nat(),
      }),
      answer,
      logs,
      cpuMs: fc.nat(),
    },
    { requiredKeys: ['status', 'failure', 'logs', 'cpuMs'] },
  ),
  fc.record(
    {
      status: fc.constant('needs' as const),
      effects: fc.array(
        fc.record({
          number: fc.nat(),
          step: fc.nat(),
          kind: fc.constantFrom('http' as const, 'wait' as const),
          args: fc.json(),
        }),
      ),
      answer,
      logs,
      cpuMs: fc.nat(),
    },
    { requiredKeys: ['status', 'effects', 'logs', 'cpuMs'] },
  ),
);
const failed = { ok: false, code: 'effect.failed', message: '"no"\0', status: 404 } as const;
const journal: fc.Arbitrary<JournalEntry[]> = fc.array(
  fc.record(
    {
      number: fc.nat(),
      step: fc.nat(),
      kind: fc.constantFrom('http' as const, 'wait' as const),
      args: fc.json(),
      beganAt: fc.nat(),
      ended: fc.record({
        at: fc.nat(),
        arrival: fc.nat(),
        result: fc.oneof(
          fc.json().map((value) => ({ ok: true as const, value })),
          fc.constant(failed),
        ),
      }),
    },
    { requiredKeys: ['number', 'step', 'kind', 'args', 'beganAt'] },
  ),
  { maxLength: 3 },
);

test('results cross as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.option(result, { nil: undefined })), (results) => {
      const numbered = results.map((one, i) => ({ number: i + 1, result: one }));
      expect(decodeResults(structuredClone(encodeResults(numbered)))).toEqual(numbered);
    }),
  );
});

const part = fc.record({
  method: fc.string(),
  path: fc.string(),
  query: fc.option(fc.string()),
  headers: fc.constant('["a","b"]'),
  url: fc.string(),
  clientIp: fc.ipV4(),
  body: bytes,
});

test('runs cross as they are where the program can read all of the request', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(part, journal)), (parts) => {
      const runs = parts.map(([request, entries], i) => {
        const of = execution(program(`return ${i}`), { request, journal: entries });
        return { number: i + 1, execution: of };
      });
      const decoded = decodeRuns(structuredClone(encodeRuns(runs)));
      expect(decoded).toEqual(
        runs.map(({ number, execution: { program: of, runId: _, ...input } }) => {
          return { number, programId: of.id, input };
        }),
      );
    }),
  );
});

test('neither body nor headers cross where the program cannot read them', () => {
  const cross = (reach: object) => {
    const runs = [{ number: 1, execution: execution(program('', { reach: reach as never })) }];
    const [run] = decodeRuns(encodeRuns(runs));
    return [run?.input.request.body.length, run?.input.request.headers.length !== 2];
  };
  expect(cross({ method: true })).toEqual([0, false]);
  expect(cross({ headers: { a: true } })).toEqual([0, true]);
  expect(cross({ json: { a: true } })).toEqual([30, false]);
  expect(cross({ params: true })).toEqual([30, true]);
});
