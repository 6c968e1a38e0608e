import type { EffectResult, EmitArgs, HookArgs, JournalEntry, StateArgs } from '../core/effect.ts';
import { derivedId } from '../core/ids.ts';
import type { Answer, RunRecord } from '../core/run.ts';
import { answerOf } from '../engine/answers.ts';
import { Drive, type DriveOptions, type DriveParts } from '../engine/drive.ts';
import { httpPerformer } from '../engine/effects/http.ts';
import type { EffectContext, Perform, Performed, Performers } from '../engine/effects/performer.ts';
import { Journal } from '../engine/journal.ts';
import type { Sandbox } from '../engine/ports.ts';
import { endedRecord, newRecord } from '../engine/records.ts';
import type { RunState } from '../engine/subject.ts';
import type { CompiledAutomation } from '../language/compile.ts';
import { resolveInputs } from '../language/inputs.ts';
import { MemoryState } from './memory-state.ts';
import { Script } from './script.ts';
import type { Difference, TestCase } from './suite.ts';
import { VirtualTime } from './time.ts';

/** What came of a case. */
export interface CaseOutcome {
  readonly record: RunRecord;
  /** What the caller would have got. */
  readonly answer: Answer;
  /** All effects that the run asked for, in the order of asking. */
  readonly effects: readonly JournalEntry[];
  /** Effects without a reply; the run was ended there. */
  readonly missing: readonly Difference[];
  /** Replies that no effect took. */
  readonly unused: readonly Difference[];
}

/**
 * Runs a case as the server would, with the same driver, policy, limits and sandbox, but with scripted
 * replies in the network's place, a state of its own, and a clock that waits move. Every id and random
 * number follows from the case's name and time, so that a case always gives the same.
 */
export async function runCase(
  test: TestCase,
  automation: CompiledAutomation,
  sandbox: Pick<Sandbox, 'execute'>,
): Promise<CaseOutcome> {
  const time = new VirtualTime(test.now);
  const state = stateOf(test, automation);
  let drive: Drive | undefined;
  const script = new Script(test, automation.program.steps, () => drive?.stop('cancel'));
  const parts = partsOf(test, time, script, sandbox);
  let record = state.record;
  for (;;) {
    drive = new Drive(parts, { ...state, record }, optionsOf(time));
    const end = await drive.run();
    record = end.record;
    if (end.how === 'resting') {
      time.advanceTo(end.dueAt);
      continue;
    }
    const effects = [...state.journal.entries()].sort((a, b) => a.number - b.number);
    const { missing } = script;
    const answer = end.how === 'ended' ? answerOf(end.result, record.id) : NOTHING;
    return { record, answer, effects, missing, unused: script.unused() };
  }
}

const NOTHING: Answer = { status: 204, headers: [], body: '' };

function stateOf(test: TestCase, automation: CompiledAutomation): RunState {
  const { now, name, request, data } = test;
  const { program, policy, retry } = automation;
  const eventId = derivedId('evt', now, name);
  const { inputs } = resolveInputs(automation.inputs, test.inputs);
  const webhookId = derivedId('wh', now, name);
  const record = newRecord({
    id: derivedId('run', now, name),
    eventId,
    webhookId,
    automation: automation.name,
    revision: '',
    binding: 0,
    inputs: JSON.stringify(inputs),
    startedAt: now,
  });
  const webhookJson = JSON.stringify({ id: webhookId, name: 'test', account: null });
  const received_at = new Date(now).toISOString();
  const eventJson = JSON.stringify({ id: eventId, received_at, data });
  const subject = { program, policy, retry, request, webhookJson, eventJson, now };
  return { record, subject, journal: new Journal() };
}

function optionsOf(time: VirtualTime): DriveOptions {
  return {
    depth: 0,
    lease: () => ({ owner: 'test', until: Number.MAX_SAFE_INTEGER }),
    rest: (record, dueAt) => ({ ...record, dueAt }),
    end: (record, result) => endedRecord(record, result, time.clock()),
  };
}

function partsOf(
  test: TestCase,
  time: VirtualTime,
  script: Script,
  sandbox: Pick<Sandbox, 'execute'>,
): DriveParts {
  return {
    sandbox: {
      execute: (execution) => time.hold(sandbox.execute(execution)),
      close: async () => {},
    },
    store: { advance: async () => {} },
    cancelCalled: async () => {},
    performers: performersOf(test, time, script),
    clock: time.clock,
    timer: time.timer,
    log: { write: () => {} },
  };
}

function performersOf(test: TestCase, time: VirtualTime, script: Script): Performers {
  const { clock, timer } = time;
  const state = new MemoryState();
  for (const [key, value] of test.state) state.operate({ op: 'set', key, value }, test.now);
  const http: Perform = (context) =>
    httpPerformer({
      outbound: { send: async (request) => script.send(context.entry, request) },
      clock,
      timer,
      random: () => 1, // The longest waits between tries.
    })(context);
  const scripted =
    (otherwise: (context: EffectContext) => EffectResult | undefined): Perform =>
    async (context): Promise<Performed> => {
      const result = script.result(context.entry) ?? otherwise(context);
      if (result !== undefined) return { how: 'result', result };
      script.miss(context.entry);
      return { how: 'stopped' };
    };
  const message = scripted(({ entry, run }) => {
    const args = JSON.parse(entry.args) as EmitArgs | HookArgs;
    const to = 'topic' in args ? args.topic : args.hook;
    const id = derivedId('msg', entry.beganAt, `${run.id}/${entry.number}/${to}`);
    return { ok: true, value: JSON.stringify({ id }) };
  });
  return {
    http,
    call: scripted(() => undefined),
    state: scripted(({ entry }) => state.operate(JSON.parse(entry.args) as StateArgs, clock())),
    emit: message,
    hook: message,
  };
}
