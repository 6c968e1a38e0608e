import { expect, test } from 'vitest';
import type { RunRecord } from '../../src/core/run.ts';
import type { Schedule } from '../../src/core/schedule.ts';
import { scheduleEvent } from '../../src/core/schedule-event.ts';
import { http } from './guest.ts';
import { Process, World } from './world.ts';

const MINUTE = 60_000;
/** The world begins at 00:16:40; this schedule is due at 00:20, 00:30, … */
const EVERY_TEN: Schedule = {
  on: ['*/10 * * * *'],
  timezone: 'UTC',
  missed: 'run',
  overlap: 'skip',
};
const at = (minute: number): number => minute * MINUTE;

/** `report` has one effect, and runs every ten minutes. */
function scheduling(over: Partial<Schedule> = {}): World {
  const world = new World();
  world.sandbox.scripts.report = async ({ effect }) => effect(...http('a'));
  world.schedules.report = { ...EVERY_TEN, ...over };
  return world;
}

async function open(world: World, owner = 'p1'): Promise<Process> {
  const process = new Process(world, owner);
  await process.open();
  await process.settle();
  return process;
}

/** Lets the clock go on to a moment, with every timer before it. */
async function goOn(process: Process, until: number): Promise<void> {
  const { time } = process.world;
  while (time.now < until) {
    const half = MINUTE / 2;
    time.jump(Math.min(until, Math.floor(time.now / half) * half + half));
    await process.settle();
  }
}

/** What each run was scheduled for, in minutes of the day. */
function minutes(world: World): number[] {
  const bodies = [...world.disk.events.values()].map(({ body }) => new TextDecoder().decode(body));
  return bodies.map((body) => Date.parse(JSON.parse(body).scheduled_at) / MINUTE);
}

function runs(world: World): RunRecord[] {
  return [...world.disk.runs.values()];
}

function logged(process: Process, message: string): unknown[] {
  return process.log.lines.filter((line) => line.message === message).map(({ fields }) => fields);
}

test('each due time makes one event and one run, with the time in `event`', async () => {
  const world = scheduling();
  const process = await open(world);
  expect(runs(world)).toEqual([]);
  await goOn(process, at(45));
  expect(minutes(world)).toEqual([20, 30, 40]);
  const [first] = runs(world);
  expect(first).toMatchObject({ status: 'succeeded', automation: 'report', binding: -1 });
  const [event] = [...world.disk.events.values()];
  expect(event).toMatchObject({
    webhookId: '',
    method: 'SCHEDULE',
    path: 'report',
    status: 'done',
    receivedAt: at(20),
  });
  const execution = world.sandbox.executed.find(({ runId }) => runId === first?.id);
  expect(JSON.parse(execution?.event ?? '')).toEqual({
    id: event?.id,
    received_at: '1970-01-01T00:20:00.000Z',
    scheduled_at: '1970-01-01T00:20:00.000Z',
  });
  expect(world.broken).toEqual([]);
});

test('of the times that passed while no process was there, the last one is made up for', async () => {
  const world = scheduling();
  const first = await open(world);
  await goOn(first, at(25));
  first.die();
  world.time.jump(at(57));
  const second = await open(world, 'p2');
  expect(minutes(world)).toEqual([20, 50]);
  expect(logged(second, 'schedule.missed')).toEqual([
    { automation: 'report', from: '1970-01-01T00:30:00.000Z', until: '1970-01-01T00:40:00.000Z' },
  ]);
  await goOn(second, at(61));
  expect(minutes(world)).toEqual([20, 50, 60]);
});

test('ids follow from the time that was due, and sort by when it was taken up', () => {
  const due = { automation: 'a', scheduledAt: at(20) };
  const id = (receivedAt: number): string => scheduleEvent({ ...due, receivedAt }).id;
  expect(id(at(20) + 59_999)).toBe(id(at(20)));
  expect(scheduleEvent({ ...due, automation: 'b', receivedAt: at(20) }).id).not.toBe(id(at(20)));
  // Pruning stops at the first event that is not old enough: one with an old id would hold up all others.
  expect(
    id(at(500)) > scheduleEvent({ ...due, scheduledAt: at(499), receivedAt: at(499) }).id,
  ).toBe(true);
});

test('a missed time is passed over, and told, where the automation says so', async () => {
  const world = scheduling({ missed: 'skip' });
  const first = await open(world);
  await goOn(first, at(25));
  first.die();
  world.time.jump(at(57));
  const second = await open(world, 'p2');
  expect(minutes(world)).toEqual([20]);
  expect(logged(second, 'schedule.skipped')).toEqual([
    {
      automation: 'report',
      scheduled_at: '1970-01-01T00:50:00.000Z',
      reason: 'it was missed, and the automation skips missed times',
    },
  ]);
  await goOn(second, at(61));
  expect(minutes(world)).toEqual([20, 60]);
});

test('a time is not missed where it is taken up within its minute', async () => {
  const world = scheduling({ missed: 'skip' });
  const process = await open(world);
  world.time.jump(at(21) - 1);
  await process.settle();
  expect(minutes(world)).toEqual([20]);
});

test('a time that was missed for longer than the limit is passed over', async () => {
  const world = scheduling({ on: ['0 0 1 * *'] });
  const first = await open(world);
  first.die();
  world.time.jump(Date.UTC(1970, 1, 2, 0, 0, 1));
  const second = await open(world, 'p2');
  expect(world.disk.events.size).toBe(0);
  expect(logged(second, 'schedule.skipped')).toMatchObject([
    { scheduled_at: '1970-02-01T00:00:00.000Z', reason: 'it was missed for too long' },
  ]);
  second.die();
});

test('a new schedule begins now, and a changed one anew, without times of the past', async () => {
  const world = scheduling();
  const first = await open(world);
  await goOn(first, at(25));
  world.schedules.report = { ...EVERY_TEN, on: ['*/4 * * * *'] };
  first.schedules.refresh();
  await first.settle();
  expect(minutes(world)).toEqual([20]);
  await goOn(first, at(33));
  expect(minutes(world)).toEqual([20, 28, 32]);
  delete world.schedules.report;
  first.schedules.refresh();
  await goOn(first, at(45));
  world.schedules.report = { ...EVERY_TEN, on: ['*/4 * * * *'] };
  first.schedules.refresh();
  await goOn(first, at(47));
  expect(minutes(world)).toEqual([20, 28, 32]);
});

test('a time at which the earlier run is still open is passed over, and told', async () => {
  const world = scheduling();
  world.sandbox.scripts.report = async ({ effect }) => effect('wait', { until: at(34) });
  const process = await open(world);
  await goOn(process, at(45));
  expect(minutes(world)).toEqual([20, 40]);
  expect(logged(process, 'schedule.skipped')).toEqual([
    {
      automation: 'report',
      scheduled_at: '1970-01-01T00:30:00.000Z',
      reason: 'an earlier run is still open',
    },
  ]);
});

test('runs overlap where the automation allows it', async () => {
  const world = scheduling({ overlap: 'allow' });
  world.sandbox.scripts.report = async ({ effect }) => effect('wait', { until: at(90) });
  const process = await open(world);
  await goOn(process, at(45));
  expect(minutes(world)).toEqual([20, 30, 40]);
  expect(runs(world).map(({ status }) => status)).toEqual(['waiting', 'waiting', 'waiting']);
});

test('two processes on the same times run each of them once', async () => {
  const world = scheduling();
  const [first, second] = [await open(world), await open(world, 'p2')];
  await goOn(first, at(35));
  await second.settle();
  expect(minutes(world)).toEqual([20, 30]);
  expect(runs(world)).toHaveLength(2);
  expect(world.sent).toHaveLength(2);
});

test('a clock that is put back repeats nothing', async () => {
  const world = scheduling();
  const process = await open(world);
  await goOn(process, at(45));
  world.time.now = at(28);
  await goOn(process, at(51));
  expect(minutes(world)).toEqual([20, 30, 40, 50]);
  process.die();
  world.time.now = at(15);
  await goOn(await open(world, 'p2'), at(61));
  expect(minutes(world)).toEqual([20, 30, 40, 50, 60]);
});

test('a store that fails costs no time, and is not asked without pause', async () => {
  const world = scheduling();
  const process = await open(world);
  const { store } = process;
  const claim = store.claimDueTime.bind(store);
  let asked = 0;
  store.claimDueTime = async () => {
    asked++;
    throw new Error('disk full');
  };
  await goOn(process, at(22));
  expect(asked).toBeLessThanOrEqual(3);
  expect(logged(process, 'schedules.failed').length).toBe(asked);
  store.claimDueTime = claim;
  await goOn(process, at(24));
  expect(minutes(world)).toEqual([20]);
});

test('a due time survives a crash at every moment, and is run once', async () => {
  const whole = scheduling();
  await goOn(await open(whole), at(25));
  const moments = whole.sequence.length;
  expect(moments).toBeGreaterThan(8);
  for (let moment = 1; moment <= moments; moment++) {
    const world = scheduling();
    world.killAfter = moment;
    const opening = new Process(world);
    void opening.open();
    await opening.settle();
    await goOn(opening, at(25));
    if (opening.alive) opening.die();
    world.time.jump(at(25.5));
    await goOn(await open(world, 'p2'), at(28));
    // Where the first process died before it had its schedules on disk, they began with the second.
    expect(minutes(world)).toEqual(moment <= 1 ? [] : [20]);
    expect(runs(world).map(({ status }) => status)).toEqual(moment <= 1 ? [] : ['succeeded']);
    expect(new Set(world.sent.map(({ key }) => key)).size).toBe(moment <= 1 ? 0 : 1);
    expect(world.broken).toEqual([]);
  }
});

test('a closed process leaves due times to the next one', async () => {
  const world = scheduling();
  const first = await open(world);
  await first.schedules.close();
  await goOn(first, at(25));
  expect(minutes(world)).toEqual([]);
  await goOn(await open(world, 'p2'), at(26));
  expect(minutes(world)).toEqual([20]);
});

test('an event whose automation has another trigger by now fails, and says why', async () => {
  const world = scheduling();
  world.killAfter = 4; // The event is on disk.
  const first = new Process(world);
  void first.open();
  await goOn(first, at(25));
  delete world.schedules.report;
  const second = new Process(world, 'p2');
  await second.open();
  await second.settle();
  expect(runs(world)[0]?.failure).toMatchObject({
    code: 'run.automation_missing',
    message:
      'Expected an automation with `trigger: schedule`, got "report", which has `trigger: webhook`.',
  });
});
