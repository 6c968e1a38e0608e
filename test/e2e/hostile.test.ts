import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Program } from './program.ts';

/** Scripts that try to take the server down, and how their own run must end. */
const HOSTILE: Readonly<Record<string, readonly [script: string, code: string, status: number]>> = {
  'an endless loop': ['for (;;) {}', 'limit.cpu', 504],
  'a native loop that ignores interrupts': ["new Array(1e9) + ''", 'limit.cpu', 504],
  recursion: ['const f = () => f() + 1; f();', 'limit.stack', 503],
  'a typed-array bomb': [
    'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1));',
    'limit.memory',
    503,
  ],
  'a string bomb': ["let s = 'x'; for (;;) s = s + s + '.'; ", 'limit.memory', 503],
  'a catastrophic regular expression': ["/^(a+)+$/.test('a'.repeat(40) + 'b')", 'limit.cpu', 504],
  'a flood of promises': [
    'const f = () => Promise.resolve().then(f); await f();',
    'limit.cpu',
    504,
  ],
  'a flood of output': ["return 'x'.repeat(3e6)", 'limit.output', 503],
  'a way out by the constructor chain': [
    "[].constructor.constructor('return process')().exit()",
    'run.script_error',
    500,
  ],
  'a promise that never settles': ['await new Promise(() => {})', 'run.stuck', 500],
};

/** Not a script, because only steps write to the log. */
const LOG_FLOOD = `automation: log.flood
steps:
  - for: i
    in: "\${{ Array.from({ length: 5000 }, (_, n) => n) }}"
    do:
      - log: this line is number \${{ i }} of a great many that nobody will ever read
`;

function automation(index: number, script: string): string {
  return `automation: hostile.${index}
steps:
  - run: |
      ${script}
    as: result
  - return: { text: "\${{ result }}" }
`;
}

const POLLUTER = `automation: polluter
steps:
  - run: |
      Object.prototype.polluted = 'yes';
      Array.prototype.map = () => 'mine';
      JSON.stringify = () => '"mine"';
  - return: { status: 204 }
`;
const GOOD = `automation: good
steps:
  - return:
      json:
        sum: \${{ [1, 2, 3].map((n) => n * 2).reduce((a, b) => a + b, 0) }}
        polluted: \${{ ({}).polluted ?? null }}
`;

let program: Program;
let good: string;

beforeAll(async () => {
  const automations: Record<string, string> = {
    'good.yaml': GOOD,
    'polluter.yaml': POLLUTER,
    'log-flood.yaml': LOG_FLOOD,
  };
  for (const [index, [script]] of Object.values(HOSTILE).entries()) {
    automations[`hostile-${index}.yaml`] = automation(index, script);
  }
  program = await Program.start({ automations });
  good = await program.webhook('good');
});

afterAll(() => program[Symbol.asyncDispose]());

async function answersRightly(): Promise<void> {
  const response = await fetch(good);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ sum: 12, polluted: null });
}

/** Calls a hostile webhook three times at once, with a good one before the end and after it. */
async function attack(automation: string): Promise<{ code: string; status: number }[]> {
  const url = await program.webhook(automation);
  const hostile = [fetch(url), fetch(url), fetch(url)];
  await answersRightly();
  const ends = await Promise.all(
    hostile.map(async (pending) => {
      const response = await pending;
      const { error } = (await response.json()) as { error: { code: string; run: string } };
      expect(error.run).toMatch(/^run_/);
      return { code: error.code, status: response.status };
    }),
  );
  await answersRightly();
  return ends;
}

describe('a second webhook keeps answering beside', () => {
  test.each(
    Object.entries(HOSTILE).map(([name, [, code, status]], index) => ({
      name,
      code,
      status,
      index,
    })),
  )('$name', async ({ code, status, index }) => {
    for (const end of await attack(`hostile.${index}`)) expect(end).toEqual({ code, status });
  });

  test('a flood of log lines', async () => {
    for (const end of await attack('log.flood'))
      expect(end).toEqual({ code: 'limit.log', status: 503 });
  });

  test('pollution of prototypes, which reaches no other run', async () => {
    const url = await program.webhook('polluter');
    for (let round = 0; round < 5; round++) {
      await fetch(url);
      await answersRightly();
    }
  });
});
