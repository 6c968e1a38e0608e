import { digest } from '../../src/core/ids.ts';
import { LIBRARY_NAMES } from '../../src/core/library.ts';
import { RUN_LIMITS } from '../../src/core/limits.ts';
import type { Program, RunLimits } from '../../src/core/program.ts';
import type { Execution, ExecutionResult } from '../../src/core/run.ts';

/** A program written by hand: step 0 stands in line 10 of a file, step 1 in line 20. */
export function program(
  body: string,
  options: Partial<Omit<Program, 'limits'>> & {
    limits?: Partial<RunLimits>;
    async?: boolean;
  } = {},
): Program {
  const { async: isAsync = false, limits, ...rest } = options;
  const source = `(${isAsync ? 'async ' : ''}($, request, webhook, event, inputs) => {\n${body}\n})`;
  const program = {
    id: '',
    source,
    reach: true as const,
    steps: [
      { kind: 'set', line: 10, column: 5 },
      { kind: 'return', line: 20, column: 5 },
    ],
    lines: [],
    limits: { ...RUN_LIMITS, ...limits },
    library: [...LIBRARY_NAMES].filter((name) => new RegExp(`\\b${name}\\b`).test(body)),
    ...rest,
  };
  return { ...program, id: digest(JSON.stringify(program)) };
}

type Overrides = Partial<Omit<Execution, 'request' | 'program'>> & {
  readonly request?: Partial<Execution['request']>;
};

export function execution(of: Program, overrides: Overrides = {}): Execution {
  const { request, ...rest } = overrides;
  return {
    runId: 'run_01J00000000000000000000001',
    seed: 'run_01J00000000000000000000001',
    now: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    program: of,
    webhook: '{"id":"wh_1","name":"orders"}',
    event: '{"id":"evt_1","received_at":"2026-01-02T03:04:05.678Z"}',
    inputs: '{"warehouse":"main"}',
    journal: [],
    ...rest,
    request: {
      method: 'POST',
      path: '/orders/7',
      query: 'a=1&a=2&b=x%20y',
      headers: '["Content-Type","application/json","X-Two","1","x-two","2"]',
      url: 'https://hooks.example/webhooks/token/orders/7?a=1&a=2&b=x%20y',
      clientIp: '203.0.113.7',
      body: Buffer.from('{"order":{"id":7,"price":9.5}}'),
      ...request,
    },
  };
}

/** A result without what differs from run to run. */
export function stable(result: ExecutionResult): Omit<ExecutionResult, 'cpuMs'> {
  const { cpuMs: _, ...rest } = result;
  return rest;
}

/** `status text` of the answer of a run that must have finished. */
export function answered(result: ExecutionResult): string {
  if (result.status !== 'finished') throw new Error(JSON.stringify(result));
  return `${result.answer?.status} ${result.answer?.body}`;
}
