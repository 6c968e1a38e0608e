import { describe, expect, test } from 'vitest';
import type { CapturedEvent, EventSummary } from '../../src/core/event.ts';
import type { Failed } from '../../src/core/run.ts';
import { systemTimer } from '../../src/core/timer.ts';
import { createFeed, type OpenFeed } from '../../src/engine/feed.ts';
import { LiveRuns } from '../../src/engine/live-runs.ts';
import type { Store } from '../../src/engine/ports.ts';
import { Receiver } from '../../src/engine/receive.ts';
import { recover } from '../../src/engine/recover.ts';
import { Runner } from '../../src/engine/run.ts';
import { NO_SECRETS } from '../../src/engine/secret-source.ts';
import {
  answered,
  RememberingLog,
  RememberingStore,
  ScriptedSandbox,
  testEvent,
  testRoute,
  testWebhook,
  valued,
} from './parts.ts';

function setUp(answerDeadlineMs = 10_000): {
  receiver: Receiver;
  store: RememberingStore;
  sandbox: ScriptedSandbox;
  log: RememberingLog;
  feed: OpenFeed;
} {
  const store = new RememberingStore();
  const sandbox = new ScriptedSandbox();
  const log = new RememberingLog();
  const feed = createFeed();
  const clock = (): number => 1_000;
  const receiver = new Receiver({
    store: store as unknown as Store,
    live: new LiveRuns({} as never),
    queue: { full: false, hasRoom: true, wake: () => {} },
    runner: new Runner(sandbox, clock, NO_SECRETS),
    subscriptions: { has: () => false, take: () => {} },
    published: () => {},
    feed,
    log,
    clock,
    timer: systemTimer,
    answerDeadlineMs,
  });
  return { receiver, store, sandbox, log, feed };
}

function failure(code: Failed['failure']['code'], status: number, message = 'why'): Failed {
  return { status: 'failed', failure: { code, message, status }, logs: [], cpuMs: 1 };
}

/** A promise and what settles it. */
function gate(): { opened: Promise<void>; open: () => void; fail: (error: Error) => void } {
  let open: () => void = () => {};
  let fail: (error: Error) => void = () => {};
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open, fail };
}

describe('an event', () => {
  test('is answered by its run and settled with it', async () => {
    const { receiver, store } = setUp();
    const event = testEvent();
    const { answer } = await receiver.receive(testRoute([{ automation: 'a' }]), event);
    await receiver.drained();
    expect(answer).toEqual({ status: 200, headers: [], body: 'a' });
    expect(store.steps).toEqual(['captured pending', 'settled done']);
    expect(store.runs).toMatchObject([{ eventId: event.id, automation: 'a', status: 'succeeded' }]);
  });

  test('is not answered before it is stored, though its run has ended', async () => {
    const { receiver, store, sandbox } = setUp();
    const commit = gate();
    store.commit = commit.opened;
    let sent = false;
    const received = receiver.receive(testRoute([{ automation: 'a' }]), testEvent());
    const answer = received.then((value) => {
      sent = true;
      return value;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(sandbox.executed).toEqual(['a']);
    expect(sent).toBe(false);
    commit.open();
    expect((await answer).answer.status).toBe(200);
  });

  test('that could not be stored is an error, not an answer, and nothing is settled', async () => {
    const { receiver, store } = setUp();
    const commit = gate();
    store.commit = commit.opened;
    const received = receiver.receive(testRoute([{ automation: 'a' }]), testEvent());
    commit.fail(new Error('disk full'));
    await expect(received).rejects.toThrow('disk full');
    await receiver.drained();
    expect(store.steps).toEqual([]);
  });

  test('without bindings is captured and acknowledged', async () => {
    const { receiver, store } = setUp();
    const event = testEvent();
    const route = testRoute([]);
    const reply = await receiver.receive(route, event);
    expect(reply).toEqual({
      answer: {
        status: 202,
        headers: [['content-type', 'application/json']],
        body: `{"id":"${event.id}"}`,
      },
      eventId: event.id,
    });
    expect(store.steps).toEqual(['captured captured']);
  });

  test('whose bindings are all disabled is filtered, not acknowledged', async () => {
    const { receiver, store } = setUp();
    const webhook = testWebhook({ bindings: [{ automation: 'a', disabled: true }] });
    const route = { ...testRoute([]), webhook };
    expect((await receiver.receive(route, testEvent())).answer.status).toBe(204);
    await receiver.drained();
    expect(store.steps).toEqual(['captured pending', 'settled filtered']);
  });

  test('is answered by the first binding whose condition holds; later ones do not run', async () => {
    const { receiver, sandbox, store } = setUp();
    sandbox.results['when 1'] = valued(false);
    sandbox.results['when 2'] = valued(true);
    const route = testRoute([
      { automation: 'a', condition: 'when 1' },
      { automation: 'b', condition: 'when 2' },
      { automation: 'c' },
    ]);
    expect((await receiver.receive(route, testEvent())).answer.body).toBe('b');
    await receiver.drained();
    expect(store.runs.map((run) => run.automation)).toEqual(['b']);
  });

  test('runs bindings marked `also` besides, wherever they stand', async () => {
    const { receiver, store } = setUp();
    const route = testRoute([
      { automation: 'first', also: true },
      { automation: 'answer' },
      { automation: 'last', also: true },
    ]);
    expect((await receiver.receive(route, testEvent())).answer.body).toBe('answer');
    await receiver.drained();
    expect(store.runs.map((run) => run.automation).sort()).toEqual(['answer', 'first', 'last']);
  });

  test('that no condition lets through is filtered and gets 204', async () => {
    const { receiver, sandbox, store } = setUp();
    sandbox.results.when = valued(false);
    const route = testRoute([{ automation: 'a', condition: 'when' }]);
    expect((await receiver.receive(route, testEvent())).answer.status).toBe(204);
    await receiver.drained();
    expect(store.steps).toContain('settled filtered');
  });

  test('whose condition throws fails with it, instead of passing it over', async () => {
    const { receiver, sandbox, store } = setUp();
    sandbox.results.when = failure('run.script_error', 500, 'TypeError: x is null');
    const route = testRoute([{ automation: 'a', condition: 'when' }, { automation: 'b' }]);
    expect((await receiver.receive(route, testEvent())).answer.status).toBe(500);
    await receiver.drained();
    expect(store.runs).toMatchObject([
      { automation: 'a', status: 'failed', failure: { message: 'TypeError: x is null' } },
    ]);
  });

  test('of a webhook that acknowledges is answered once stored, and runs besides', async () => {
    const { receiver, store, sandbox } = setUp();
    const run = gate();
    sandbox.results.slow = run.opened.then(() => answered('late'));
    const route = testRoute([{ automation: 'slow' }], { respond: 'ack' });
    expect((await receiver.receive(route, testEvent())).answer.status).toBe(202);
    expect(store.steps).toEqual(['captured pending']);
    expect(receiver.eventsUnderWay).toBe(1);
    run.open();
    await receiver.drained();
    expect(store.steps).toEqual(['captured pending', 'settled done']);
  });

  test('is acknowledged at the deadline, and its run goes on', async () => {
    const { receiver, store, sandbox } = setUp(1);
    const run = gate();
    sandbox.results.slow = run.opened.then(() => answered('late'));
    const { answer } = await receiver.receive(testRoute([{ automation: 'slow' }]), testEvent());
    expect(answer.status).toBe(202);
    run.open();
    await receiver.drained();
    expect(store.runs).toMatchObject([{ status: 'succeeded', answer: { body: 'late' } }]);
  });

  test('is told to who watches: when it is stored with its runs', async () => {
    const { receiver, feed } = setUp();
    const seen: [EventSummary['status'], number][] = [];
    feed.subscribe((event, runs) => seen.push([event.status, runs.length]));
    await receiver.receive(testRoute([{ automation: 'a' }]), testEvent());
    await receiver.drained();
    expect(seen).toEqual([['done', 1]]);
  });
});

describe('a run that fails', () => {
  test.each([
    [
      'run.script_error',
      500,
      'The automation failed. Its operator finds the reason under this run.',
    ],
    ['run.failed', 422, 'the author’s words'],
    ['request.json_invalid', 400, 'the author’s words'],
    [
      'limit.cpu',
      504,
      'The automation went over one of its limits. Its operator finds the reason under this run.',
    ],
  ] as const)(
    'with %s answers %i and says no more than callers may know',
    async (code, status, message) => {
      const { receiver, sandbox, store } = setUp();
      sandbox.results.a = failure(code, status, 'the author’s words');
      const { answer } = await receiver.receive(testRoute([{ automation: 'a' }]), testEvent());
      await receiver.drained();
      expect(answer.status).toBe(status);
      expect(JSON.parse(String(answer.body))).toEqual({
        error: { code, message, run: store.runs[0]?.id },
      });
    },
  );

  test('after it answered keeps its answer', async () => {
    const { receiver, sandbox, store } = setUp();
    sandbox.results.a = {
      ...failure('run.script_error', 500),
      answer: { status: 201, headers: [], body: 'made' },
    };
    const { answer } = await receiver.receive(testRoute([{ automation: 'a' }]), testEvent());
    await receiver.drained();
    expect(answer).toMatchObject({ status: 201, body: 'made' });
    expect(store.runs[0]?.status).toBe('failed');
  });

  test('in the log: one line with run, event, automation and reason', async () => {
    const { receiver, sandbox, log } = setUp();
    sandbox.results.a = failure('limit.memory', 503, 'too much');
    await receiver.receive(testRoute([{ automation: 'a' }]), testEvent());
    await receiver.drained();
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      message: 'run',
      fields: { automation: 'a', status: 'failed', code: 'limit.memory', reason: 'too much' },
    });
  });
});

describe('after a crash', () => {
  test('an event goes on with the bindings that were not recorded', async () => {
    const { receiver, store, sandbox } = setUp();
    const event = testEvent();
    const route = testRoute([{ automation: 'a' }, { automation: 'b', also: true }]);
    await store.capture(event, 'pending');
    await receiver.resume(testRoute([{ automation: 'a' }]), event);
    await receiver.resume(route, event);
    expect(sandbox.executed).toEqual(['a', 'b']);
    expect(store.events.get(event.id)?.status).toBe('done');
  });

  test.each([
    ['moved', ['b', 'a'], ['b']],
    ['taken away', ['b'], ['b']],
    ['put in its place', ['c', 'b'], ['c', 'b']],
    ['put before it', ['c', 'a', 'b'], ['c', 'b']],
  ])('what was recorded is known when a binding was %s meanwhile', async (_, now, executed) => {
    const also = (names: readonly string[]) =>
      testRoute(names.map((automation) => ({ automation, also: true })));
    const { receiver, store, sandbox } = setUp();
    const event = testEvent();
    await store.capture(event, 'pending');
    await receiver.resume(also(['a']), event);
    sandbox.executed.length = 0;
    await receiver.resume(also(now), event);
    expect(sandbox.executed.sort()).toEqual([...executed].sort());
    expect(new Set(store.runs.map(({ automation }) => automation))).toEqual(
      new Set(['a', ...executed]),
    );
  });

  test('what has answered is not answered again by another binding in its place', async () => {
    const { receiver, store, sandbox } = setUp();
    const event = testEvent();
    await store.capture(event, 'pending');
    await receiver.resume(testRoute([{ automation: 'a' }]), event);
    await receiver.resume(testRoute([{ automation: 'b' }, { automation: 'a' }]), event);
    expect(sandbox.executed).toEqual(['a']);
  });

  test('a run that was not recorded is computed again under the same id, from the same random source', async () => {
    const bindings = [
      { automation: 'a', when: '${{ request.method }}' },
      { automation: 'b', also: true },
    ];
    const route = testRoute(bindings);
    const event = testEvent();
    const [before, after] = [setUp(), setUp()];
    await before.receiver.receive(route, event);
    await before.receiver.drained();
    await after.receiver.resume(route, event);
    const told = before.sandbox.executions;
    expect(after.sandbox.executions).toEqual(told);
    expect(new Set(told.map(({ seed }) => seed)).size).toBe(told.length);
    expect(after.store.runs.map(({ id }) => id)).toEqual(before.store.runs.map(({ id }) => id));
  });

  test('an event is worked on from its commit to its end, whoever is answered when', async () => {
    for (const respond of ['run', 'ack'] as const) {
      const { receiver, store } = setUp();
      const commit = gate();
      store.commit = commit.opened;
      const event = testEvent();
      const received = receiver.receive(testRoute([{ automation: 'a' }], { respond }), event);
      const watched: boolean[] = [];
      const settled = store.settle.bind(store);
      store.settle = async (...args) => {
        watched.push(receiver.worksOn(event.id));
        await settled(...args);
      };
      expect(receiver.worksOn(event.id)).toBe(true);
      commit.open();
      await received;
      await receiver.drained();
      expect(watched).toEqual([true]);
      expect(receiver.worksOn(event.id)).toBe(false);
    }
  });
});

describe('recovery', () => {
  test('takes up what a failing store left pending, once, and nothing that is being worked on', async () => {
    const { receiver, store, sandbox, log } = setUp();
    const route = testRoute([{ automation: 'a' }]);
    const [left, under] = [testEvent(), testEvent()];
    const { settle } = store;
    store.settle = () => Promise.reject(new Error('disk full'));
    await receiver.receive(route, left);
    await receiver.drained();
    store.settle = settle;
    const result = gate();
    sandbox.results.b = result.opened.then(() => answered('b'));
    const answer = receiver.receive(testRoute([{ automation: 'b' }]), under);
    await new Promise((resolve) => setImmediate(resolve));
    const parts = {
      store: store as unknown as Store,
      receiver,
      log,
      route: () => route,
      seen: (event: CapturedEvent) => event,
    };
    expect(await recover(parts, 2_000)).toBe(1);
    expect(store.runs.map(({ eventId }) => eventId)).toEqual([left.id]);
    result.open();
    await answer;
    await receiver.drained();
    expect(store.runs.map(({ automation }) => automation)).toEqual(['a', 'b']);
    expect(await recover(parts, 2_000)).toBe(0);
  });
});
