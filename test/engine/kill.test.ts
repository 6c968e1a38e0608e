import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Guest, http, type Script } from './guest.ts';
import { ended, Process, World } from './world.ts';

/** A program as data: steps in a row, some of them at the same time. */
type Step =
  | { readonly kind: 'http' | 'increment' | 'wait' | 'emit' | 'respond' | 'refused' }
  | { readonly kind: 'parallel' | 'call'; readonly steps: readonly Step[] };

const { program } = fc.letrec<{ step: Step; program: readonly Step[] }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constantFrom('http', 'increment', 'wait', 'emit', 'respond', 'refused'),
    }),
    fc.record({ kind: fc.constantFrom('parallel', 'call'), steps: tie('program') }),
  ) as fc.Arbitrary<Step>,
  program: fc.array(tie('step'), { minLength: 1, maxLength: 4 }) as fc.Arbitrary<readonly Step[]>,
}));

/** Makes scripts of a program; called functions get their place in it as name. */
function compile(world: World, name: string, steps: readonly Step[]): void {
  world.sandbox.scripts[name] = scriptOf(world, name, steps);
}

function scriptOf(world: World, name: string, steps: readonly Step[]): Script {
  const places = steps.map((step, i) => {
    const place = `${name}.${i}`;
    if (step.kind === 'call') compile(world, `f${place}`, step.steps);
    const inner = step.kind === 'parallel' ? step.steps.map((s, k) => [s, `${place}.${k}`]) : [];
    for (const [s, p] of inner as [Step, string][]) {
      if (s.kind === 'call') compile(world, `f${p}`, s.steps);
    }
    return place;
  });
  return async (guest) => {
    const results: unknown[] = [];
    for (const [i, step] of steps.entries()) results.push(await play(guest, step, places[i] ?? ''));
    return results;
  };
}

async function play(guest: Guest, step: Step, place: string): Promise<unknown> {
  switch (step.kind) {
    case 'http':
      return guest.effect(...http(place));
    case 'refused':
      return guest.effect(...http(place, { url: 'http://no.example' })).catch(String);
    case 'increment':
      await guest.effect('state', { op: 'increment', key: place, by: 1 });
      return place;
    case 'wait':
      return guest.effect('wait', { until: 1_000_000 + place.length * 5_000 });
    case 'emit':
      await guest.effect('emit', { topic: place, data: 1 });
      return place;
    case 'respond':
      guest.respond(place);
      return place;
    case 'call':
      return guest.effect('call', { function: `f${place}`, inputs: {} });
    case 'parallel':
      // Not deeper: a parallel inside is played in order, which is as good.
      return Promise.all(step.steps.map((inner, k) => play(guest, flat(inner), `${place}.${k}`)));
  }
}

function flat(step: Step): Step {
  return step.kind === 'parallel' ? { kind: 'http' } : step;
}

function worldOf(steps: readonly Step[]): World {
  const world = new World();
  compile(world, 'main', steps);
  return world;
}

/** What a run did and how it ended; ids differ from world to world. */
function outcome(world: World): unknown {
  const run = world.run();
  return {
    status: run?.status,
    value: run?.value,
    failure: run?.failure,
    answer: run?.answer,
    state: [...world.disk.state].sort(),
    messages: world.disk.messages.map(({ to }) => to).sort(),
    asked: [...new Set(world.sent.map(({ url }) => url))].sort(),
    event: world.disk.events.get(world.event.id)?.status,
  };
}

async function unharmed(steps: readonly Step[]): Promise<World> {
  const world = worldOf(steps);
  const process = new Process(world);
  await process.open();
  process.receive();
  await process.until(() => ended(world));
  return world;
}

/** Kills the process after a number of steps, then as often again, and lets another one finish. */
async function killed(steps: readonly Step[], points: readonly number[]): Promise<World> {
  const world = worldOf(steps);
  for (const [i, point] of [...points, Number.POSITIVE_INFINITY].entries()) {
    const process = new Process(world, `p${i}`);
    world.killAfter = world.sequence.length + point;
    await process.open();
    if (i === 0 || world.disk.events.size === 0) process.receive();
    await process.until(() => ended(world));
    if (process.alive) break;
    world.time.jump(world.time.now + 20_000);
  }
  return world;
}

function check(world: World, whole: World): void {
  expect(world.broken).toEqual([]);
  expect(outcome(world)).toEqual(outcome(whole));
  const keys = new Map<string, Set<string>>();
  for (const { url, key } of world.sent) keys.set(url, (keys.get(url) ?? new Set()).add(key));
  for (const [url, used] of keys) expect([url, used.size]).toEqual([url, 1]);
}

test('a run that is killed at any step ends as if it had not been', async () => {
  const steps: Step[] = [
    { kind: 'http' },
    { kind: 'parallel', steps: [{ kind: 'increment' }, { kind: 'http' }, { kind: 'wait' }] },
    { kind: 'call', steps: [{ kind: 'http' }, { kind: 'wait' }, { kind: 'emit' }] },
    { kind: 'refused' },
    { kind: 'emit' },
  ];
  const whole = await unharmed(steps);
  for (let point = 1; point <= whole.sequence.length; point++) {
    check(await killed(steps, [point]), whole);
  }
});

test('any program that is killed several times ends as if it had not been', async () => {
  const points = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(program, points, async (steps, kills) => {
      check(await killed(steps, kills), await unharmed(steps));
    }),
    { numRuns: 500 },
  );
});
