import type {
  EffectResult,
  EmitArgs,
  HookArgs,
  HttpArgs,
  JournalEntry,
  StateArgs,
} from '../core/effect.ts';
import { type CapturedEvent, isRequest } from '../core/event.ts';
import { derivedId } from '../core/ids.ts';
import type { OutboundRequest } from '../core/outbound.ts';
import type { Answer, RunRecord } from '../core/run.ts';
import { scheduleEvent } from '../core/schedule-event.ts';
import { topicEvent } from '../core/topic-event.ts';
import { answerOf } from '../engine/answers.ts';
import { Drive, type DriveOptions, type DriveParts } from '../engine/drive.ts';
import { httpPerformer } from '../engine/effects/http.ts';
import type { EffectContext, Perform, Performed, Performers } from '../engine/effects/performer.ts';
import { Journal } from '../engine/journal.ts';
import type { Sandbox } from '../engine/ports.ts';
import { endedRecord, newRecord } from '../engine/records.ts';
import type { SecretSource } from '../engine/secret-source.ts';
import { seenOf } from '../engine/seen.ts';
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
  /** All effects that the run asked for, in the order of asking; requests as they were sent. */
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
  const time = new VirtualTime(test.now, test.lateWaits);
  const state = stateOf(test, automation);
  let drive: Drive | undefined;
  const script = new Script(
    test,
    automation.program.steps,
    () => drive?.stop('cancel'),
    (at) => time.until(at),
  );
  const sent = new Map<number, OutboundRequest>();
  const parts = partsOf(test, { time, script, sandbox, sent });
  let record = state.record;
  for (;;) {
    drive = new Drive(parts, { ...state, record }, optionsOf(time));
    const end = await drive.run();
    record = end.record;
    if (end.how === 'resting') {
      time.advanceTo(end.dueAt);
      continue;
    }
    const entries = [...state.journal.entries()].sort((a, b) => a.number - b.number);
    const effects = entries.map((entry) => asSent(entry, sent.get(entry.number)));
    const { missing } = script;
    const answer = end.how === 'ended' ? answerOf(end.result, record.id) : NOTHING;
    return { record, answer, effects, missing, unused: script.unused() };
  }
}

const NOTHING: Answer = { status: 204, headers: [], body: '' };

function stateOf(test: TestCase, automation: CompiledAutomation): RunState {
  const { now, name, webhook } = test;
  const { program, policy, retry } = automation;
  const { inputs } = resolveInputs(automation.inputs, test.inputs);
  const event = eventOf(test, automation);
  const record = newRecord({
    id: test.runId ?? derivedId('run', now, name),
    eventId: event.id,
    webhookId: event.webhookId,
    automation: automation.name,
    revision: '',
    binding: isRequest(event) ? 0 : -1,
    inputs: JSON.stringify(inputs),
    startedAt: now,
  });
  // The URL of request files, unless the case says which one it is.
  const { request, webhookJson, eventJson } = seenOf(event);
  const isOwn = isRequest(event) && webhook.url === undefined;
  const url = isOwn ? test.request.url : request.url;
  const seen = { request: { ...request, url }, webhookJson, eventJson };
  const subject = { program, policy, retry, seen, now };
  return { record, subject, journal: new Journal() };
}

/** The event of a request, a message or a schedule, as the automation's trigger has it. */
function eventOf(
  { now, name, event, webhook, request }: TestCase,
  { name: automation, trigger, on = '' }: CompiledAutomation,
): CapturedEvent {
  const id = event.id ?? derivedId('evt', now, name);
  if (trigger === 'schedule') {
    const { scheduledAt = now } = event;
    return scheduleEvent({ automation, scheduledAt, receivedAt: now }, id);
  }
  if (trigger === 'topic') {
    const data = JSON.stringify(event.data ?? null);
    const message = { id: derivedId('msg', now, name), to: event.topic ?? on, data };
    return { ...topicEvent({ ...message, createdAt: now, depth: 1 }), id };
  }
  const { method, path, query, headers, clientIp, body } = request;
  const webhookId = webhook.id ?? derivedId('wh', now, name);
  const data = event.data === undefined ? null : JSON.stringify(event.data);
  const {
    name: webhookName = 'test',
    url: webhookUrl = '',
    account: webhookAccount = null,
  } = webhook;
  const kept = { webhookName, webhookUrl, webhookAccount };
  const facts = { id, webhookId, receivedAt: now, ...kept };
  return { ...facts, method, path, query, headers, clientIp, body, data };
}

function optionsOf(time: VirtualTime): DriveOptions {
  return {
    depth: 0,
    lease: () => ({ owner: 'test', until: Number.MAX_SAFE_INTEGER }),
    rest: (record, dueAt) => ({ ...record, dueAt }),
    end: (record, result) => endedRecord(record, result, time.clock()),
  };
}

/** What stands in for the server around one case. */
interface Stage {
  readonly time: VirtualTime;
  readonly script: Script;
  readonly sandbox: Pick<Sandbox, 'execute'>;
  /** Requests by the number of their effect, the last of each. */
  readonly sent: Map<number, OutboundRequest>;
}

function partsOf(test: TestCase, stage: Stage): DriveParts {
  const { time, sandbox } = stage;
  const secrets = secretsOf(test);
  return {
    sandbox: {
      execute: (execution) => time.hold(sandbox.execute(execution)),
      close: async () => {},
    },
    secrets,
    store: { advance: async () => {} },
    cancelCalled: async () => {},
    performers: performersOf(test, stage, secrets),
    clock: time.clock,
    timer: time.timer,
    log: { write: () => {} },
  };
}

function secretsOf({ secrets, name }: TestCase): SecretSource {
  return {
    value: (secret) => secrets.get(secret),
    values: (secret) => [secrets.get(secret) ?? []].flat(),
    mayGoTo: () => true,
    seed: () => name, // The same each time, and nobody to guess it.
  };
}

/** The entry of an `http` effect with the made-up values of secrets where they were sent. */
function asSent(entry: JournalEntry, request: OutboundRequest | undefined): JournalEntry {
  if (request === undefined) return entry;
  // In the order of what was asked for, which an export compares as text.
  const { basic: _, ...args } = JSON.parse(entry.args) as HttpArgs;
  const { url, body } = request;
  const own = args.headers.some(([name]) => name === 'idempotency-key');
  const headers = request.headers.filter(([name]) => own || name !== 'idempotency-key');
  // What is absent is left out as JSON, and the rest keeps its order: arguments are compared as texts.
  const sent = {
    ...args,
    url,
    headers,
    basic: undefined,
    body: typeof body === 'string' ? body : undefined,
    base64: body instanceof Uint8Array ? Buffer.from(body).toString('base64') : undefined,
  };
  return { ...entry, args: JSON.stringify(sent) };
}

function performersOf(test: TestCase, stage: Stage, secrets: SecretSource): Performers {
  const { time, script, sent } = stage;
  const { clock, timer } = time;
  const state = new MemoryState();
  for (const [key, value] of test.state) state.operate({ op: 'set', key, value }, test.now);
  const tried: Perform = (context) =>
    httpPerformer({
      outbound: {
        send: async (request) => {
          sent.set(context.entry.number, request);
          return script.send(context.entry, request);
        },
      },
      secrets,
      clock,
      timer,
      random: () => 1, // The longest waits between tries.
    })(context);
  const scripted =
    (otherwise: (context: EffectContext) => EffectResult | undefined): Perform =>
    async (context): Promise<Performed> => {
      const result = (await script.result(context.entry)) ?? otherwise(context);
      if (result !== undefined) return { how: 'result', result };
      script.miss(context.entry);
      return { how: 'stopped' };
    };
  const http: Perform = async (context) => {
    const result = await script.result(context.entry);
    return result === undefined ? tried(context) : { how: 'result', result };
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
