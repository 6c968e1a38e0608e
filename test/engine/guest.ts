import type { EffectKind, EffectRequest, EffectResult } from '../../src/core/effect.ts';
import type { Answer, Execution, ExecutionResult } from '../../src/core/run.ts';
import type { Sandbox } from '../../src/engine/ports.ts';

/** What a scripted program may do. */
export interface Guest {
  effect(kind: EffectKind, args: unknown): Promise<unknown>;
  respond(body: string): void;
  readonly inputs: unknown;
}

export type Script = (guest: Guest) => Promise<unknown>;

class EffectError extends Error {
  readonly failure: EffectResult & { ok: false };
  constructor(failure: EffectResult & { ok: false }) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Programs are scripts by their source. Replays journals as the real guest does, in order of arrival. */
export class GuestSandbox implements Sandbox {
  readonly scripts: Record<string, Script> = {};
  readonly executed: Execution[] = [];

  async execute(execution: Execution): Promise<ExecutionResult> {
    this.executed.push(execution);
    const { journal, program } = execution;
    const asked: EffectRequest[] = [];
    const pending = new Map<number, (result: EffectResult) => void>();
    let answer: Answer | undefined;
    const guest: Guest = {
      inputs: JSON.parse(execution.inputs),
      effect: (kind, args) =>
        new Promise((resolve, reject) => {
          const number = asked.length;
          asked.push({ number, step: 0, kind, args: JSON.stringify(args) });
          pending.set(number, (result) =>
            result.ok ? resolve(JSON.parse(result.value)) : reject(new EffectError(result)),
          );
        }),
      respond: (body) => {
        answer = { status: 200, headers: [], body };
      },
    };
    let ended: ExecutionResult | undefined;
    const base = (): { logs: []; cpuMs: number; answer?: Answer } => ({
      logs: [],
      cpuMs: 1,
      ...(answer === undefined ? {} : { answer }),
    });
    (this.scripts[program.id] as Script)(guest).then(
      (value) => {
        ended = { status: 'finished', value: JSON.stringify(value ?? null), ...base() };
      },
      (error: unknown) => {
        const failure = error instanceof EffectError ? error.failure : undefined;
        const { code = 'run.failed', message = String(error) } = failure ?? {};
        ended = { status: 'failed', failure: { code, message, status: 500 }, ...base() };
      },
    );
    await turn();
    const arrivals = journal
      .flatMap(({ number, ended: end }) => (end === undefined ? [] : { number, ...end }))
      .sort((a, b) => a.arrival - b.arrival);
    for (const { number, result } of arrivals) {
      pending.get(number)?.(result);
      await turn();
    }
    for (const { number, kind, args } of journal) {
      const same = asked[number];
      if (same?.kind === kind && same.args === args) continue;
      const message = `effect ${number}: ${kind} ${args} is in the journal, got ${same?.args}`;
      const failure = { code: 'run.nondeterministic', message, status: 500 } as const;
      return { status: 'failed', failure, ...base() };
    }
    if (ended !== undefined) return ended;
    const known = new Set(journal.map(({ number }) => number));
    const effects = asked.filter(({ number }) => !known.has(number));
    return { status: 'needs', effects, ...base() };
  }

  async close(): Promise<void> {}
}

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export const http = (path: string, change: object = {}): readonly ['http', object] => [
  'http',
  {
    method: 'POST',
    url: `https://api.example.com/${path}`,
    headers: [],
    expect: '2xx',
    timeoutMs: 15_000,
    attempts: 1,
    inDoubt: 'resend',
    ...change,
  },
];
