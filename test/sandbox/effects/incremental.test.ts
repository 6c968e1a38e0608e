import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EffectRequest, EffectResult, JournalEntry } from '../../../src/core/effect.ts';
import type { Execution, ExecutionResult } from '../../../src/core/run.ts';
import { openSandbox, type Sandbox } from '../../../src/sandbox/pool.ts';
import { execution, program, stable } from '../executions.ts';
import { ended, ok } from './journals.ts';

/** One thread, which keeps the guests that wait and goes on with them. */
let sandbox: Sandbox;
/** One that knows nothing of the runs, and executes them from their start. */
let other: Sandbox;
beforeAll(async () => {
  [sandbox, other] = await Promise.all([openSandbox({ threads: 1 }), openSandbox({ threads: 1 })]);
});
afterAll(() => Promise.all([sandbox.close(), other.close()]));

/** A program: effects one after another, side by side, racing, caught, and un-awaited. */
type Tree =
  | { readonly is: 'effect'; readonly name: string }
  | { readonly is: 'all' | 'race' | 'in turn'; readonly of: readonly Tree[] }
  | { readonly is: 'caught' | 'left'; readonly tree: Tree };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => {
  const trees = fc.array(tie('tree'), { minLength: 1, maxLength: 4, depthIdentifier: 'tree' });
  const effect = fc.record({
    is: fc.constant('effect' as const),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
  });
  return {
    tree: fc.oneof(
      // Large: small trees hardly ever have two branches that go on beside each other.
      { maxDepth: 4, depthSize: 'max', depthIdentifier: 'tree' },
      { weight: 2, arbitrary: effect },
      {
        weight: 4,
        arbitrary: fc.record({
          is: fc.constantFrom('all' as const, 'race' as const, 'in turn' as const),
          of: trees,
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          is: fc.constantFrom('caught' as const, 'left' as const),
          tree: tie('tree'),
        }),
      },
    ),
  };
});

/** An expression that gives a promise. Effects carry what was seen so far, so that any difference shows. */
function code(of: Tree): string {
  switch (of.is) {
    case 'effect':
      return `effect('${of.name}')`;
    case 'all':
      return `Promise.all([${of.of.map(code).join(', ')}])`;
    case 'race':
      return `Promise.race([${of.of.map(code).join(', ')}])`;
    case 'in turn':
      return `(async () => { const list = []; ${of.of.map((one) => `list.push(await ${code(one)});`).join(' ')} return list; })()`;
    case 'caught':
      return `(async () => { try { return await ${code(of.tree)} } catch (error) { $.log('warn', error.message); return 'caught' } })()`;
    case 'left':
      return `(async () => { void ${code(of.tree)}.catch(() => {}); return Math.random() })()`;
  }
}

function programOf(of: Tree): Execution {
  return execution(
    program(
      `$.step = 0; const seen = [];
      const effect = async (name) => {
        const value = await $.effects.call(name, { seen: seen.join(), random: Math.random(), now: Date.now() });
        seen.push(value); $.log('info', value + Date.now());
        return value;
      };
      return [await ${code(of)}, seen, uuid()];`,
      { async: true, limits: { effects: 1000 } },
    ),
  );
}

function resultOf({ number }: EffectRequest, fails: boolean): EffectResult {
  return fails
    ? { ok: false, code: 'effect.failed', message: `no ${number}` }
    : ok(`yes ${number}`);
}

test('a run that goes on entry by entry is the run that replays its whole journal', async () => {
  const script = fc.record({
    tree: fc.record({
      is: fc.constantFrom('all' as const, 'race' as const, 'in turn' as const),
      of: fc.array(tree, { minLength: 3, maxLength: 6 }),
    }),
    /** Which of those under way ends next. */
    order: fc.infiniteStream(fc.nat()),
    fails: fc.infiniteStream(fc.integer({ min: 0, max: 9 }).map((n) => n === 0)),
    /** How many end before the run is executed again. */
    together: fc.infiniteStream(fc.integer({ min: 1, max: 3 })),
  });
  await fc.assert(
    fc.asyncProperty(script, async ({ tree: of, order, fails, together }) => {
      const first = programOf(of);
      const journal: JournalEntry[] = [];
      const underWay: EffectRequest[] = [];
      const steps: { journal: readonly JournalEntry[]; result: ExecutionResult }[] = [];
      let arrivals = 0;
      for (;;) {
        const result = await sandbox.execute({ ...first, journal });
        steps.push({ journal: [...journal], result });
        if (result.status !== 'needs') break;
        for (const request of result.effects) {
          // Numbered in the order of asking, without gaps.
          expect(request.number).toBe(journal.length);
          journal.push({ ...request, beganAt: 0 });
          underWay.push(request);
        }
        expect(underWay.length).toBeGreaterThan(0);
        const count = Math.min(underWay.length, together.next().value);
        for (let i = 0; i < count; i++) {
          const [request] = underWay.splice(order.next().value % underWay.length, 1);
          if (request === undefined) throw new Error('Expected an effect under way');
          const result = resultOf(request, fails.next().value);
          journal[request.number] = ended(request, arrivals++, result);
        }
      }
      const last = steps.at(-1)?.result as ExecutionResult;
      expect(last.status === 'failed' ? last.failure.code : 'finished').toMatch(
        /^(finished|effect.failed)$/,
      );
      // The same again from the whole journal, and from each of its states, from the start: no guest goes on
      // with a journal that is shorter than its own.
      const again: ExecutionResult[] = [];
      for (const step of steps.toReversed()) {
        again.unshift(await other.execute({ ...first, journal: step.journal }));
      }
      expect(again.map(stable)).toEqual(steps.map(({ result }) => stable(result)));
      // Reading the journal backwards must not matter: arrivals alone say what comes when.
      const whole = await other.execute({ ...first, journal: journal.toReversed() });
      expect(stable(whole)).toEqual(stable(last));
      // Without its last result the run is where it was before it.
      const asked = steps.flatMap(({ result }) =>
        result.status === 'needs' ? result.effects : [],
      );
      expect(asked.map(({ args }) => args)).toEqual(journal.map(({ args }) => args));
    }),
    { numRuns: 200 },
  );
});
