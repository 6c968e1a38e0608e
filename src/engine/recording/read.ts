import type {
  EffectFailureCode,
  EffectKind,
  EffectResult,
  JournalEntry,
} from '../../core/effect.ts';
import { digest } from '../../core/ids.ts';
import { RUN_LIMITS_MAX } from '../../core/limits.ts';
import type { RunLimits } from '../../core/program.ts';
import type { Answer, LogLine, RunFailure, RunFailureCode } from '../../core/run.ts';
import type { SecretUse } from '../../core/secret-use.ts';
import type { Captured, Outcome, RecordedEvent, Recording } from '../recording.ts';
import { RECORDING_FORMAT, RECORDING_VERSION } from '../recording.ts';
import { invalid, nestsDeeper, Place } from './place.ts';

/** Bytes of a recording: a hundred effects with the largest arguments and replies, and room. */
const RECORDING_BYTES_MAX: number = 256 * 1024 * 1024;
/** Levels of the document itself; it needs 6. */
const DEPTH_MAX = 16;
/** Levels of JSON inside of texts: half of where writing it again exhausts the stack (tried). */
const INNER_DEPTH_MAX = 2_000;
/** Pairs of headers: Node takes 2,000 of a request by default. */
const HEADERS_MAX = 10_000;
/** Lines of a log of the largest size, each of one byte. */
const LOGS_MAX: number = RUN_LIMITS_MAX.logBytes;

const EFFECT_KINDS: readonly EffectKind[] = ['http', 'state', 'wait', 'call', 'emit', 'hook'];
const EFFECT_CODE = /^[a-z]+\.[a-z_]+$/;
const SAFE = Number.MAX_SAFE_INTEGER;

/**
 * Reads a recording as a stranger may have written it. What it gives can be executed: every member is
 * there and of its type, and no limit is above what the language allows.
 *
 * @param bytesMax see `RECORDING_BYTES_MAX`
 * @throws HookwrightError `recording.invalid`
 */
export function readRecording(
  bytes: Uint8Array,
  bytesMax: number = RECORDING_BYTES_MAX,
): Recording {
  if (bytes.length > bytesMax) {
    throw invalid(`Expected a recording of at most ${bytesMax} bytes, got ${bytes.length}.`);
  }
  const document = new Place(parse(bytes));
  checkVersion(document);
  const members = document.object(
    [
      ...(['format', 'version', 'engine', 'run', 'revision', 'limits', 'webhook'] as const),
      ...(['event', 'url', 'inputs', 'journal', 'outcome'] as const),
    ],
    ['secret_use'],
  );
  const { id, seed, attempt } = members.run.object(['id', 'seed', 'attempt']);
  const webhook = members.webhook.object(['id', 'name']);
  const inputs = members.inputs.json(INNER_DEPTH_MAX);
  if (!/^\s*\{/.test(inputs)) throw members.inputs.wrong('a text of JSON of an object');
  return {
    engine: members.engine.text(),
    run: { id: id.text(), seed: seed.text(), attempt: attempt.whole(1, SAFE) },
    revision: readRevision(members.revision),
    limits: readLimits(members.limits),
    webhook: { id: webhook.id.text(), name: webhook.name.text() },
    event: readEvent(members.event),
    url: members.url.text(),
    inputs,
    journal: readJournal(members.journal),
    ...(members.secret_use === undefined ? {} : { secretUse: readSecretUse(members.secret_use) }),
    outcome: readOutcome(members.outcome),
  };
}

/** Reads what `capturedJson` has written. Throws `recording.invalid`. */
export function readCaptured(bytes: Uint8Array): Captured {
  const { webhook, event, url } = new Place(parse(bytes)).object(['webhook', 'event', 'url']);
  const { id, name } = webhook.object(['id', 'name']);
  return {
    webhook: { id: id.text(), name: name.text() },
    event: readEvent(event),
    url: url.text(),
  };
}

function parse(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid('Expected the recording to be UTF-8, got other bytes.', error);
  }
  if (nestsDeeper(text, DEPTH_MAX)) {
    throw invalid(
      `Expected the recording to be nested at most ${DEPTH_MAX} levels deep, got more.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`Expected the recording to be JSON: ${(error as Error).message}.`, error);
  }
}

/** Before all else: of another version, nothing else is known to be a mistake. */
function checkVersion(document: Place): void {
  const { format, version } = (document.value ?? {}) as Readonly<Record<string, unknown>>;
  if (format !== RECORDING_FORMAT) {
    throw new Place(format, 'format').wrong(JSON.stringify(RECORDING_FORMAT));
  }
  if (version !== RECORDING_VERSION) {
    throw new Place(version, 'version').wrong(`${RECORDING_VERSION}, which this version reads`);
  }
}

function readRevision(place: Place): Recording['revision'] {
  const { id, automation, source } = place.object(['id', 'automation', 'source']);
  const revision = { id: id.text(), automation: automation.text(), source: source.text() };
  if (digest(revision.source) !== revision.id) {
    throw id.wrong(`${digest(revision.source)}, the SHA-256 of revision.source`);
  }
  return revision;
}

function readLimits(place: Place): RunLimits {
  const limits = place.object([
    ...(['cpu_ms', 'timeout_ms', 'memory_bytes', 'output_bytes', 'log_bytes', 'effects'] as const),
  ]);
  return {
    cpuMs: limits.cpu_ms.whole(0, RUN_LIMITS_MAX.cpuMs),
    timeoutMs: limits.timeout_ms.whole(0, RUN_LIMITS_MAX.timeoutMs),
    memoryBytes: limits.memory_bytes.whole(0, RUN_LIMITS_MAX.memoryBytes),
    outputBytes: limits.output_bytes.whole(0, RUN_LIMITS_MAX.outputBytes),
    logBytes: limits.log_bytes.whole(0, RUN_LIMITS_MAX.logBytes),
    effects: limits.effects.whole(0, RUN_LIMITS_MAX.effects),
  };
}

function readEvent(place: Place): RecordedEvent {
  const event = place.object([
    ...(['id', 'webhook_id', 'received_at', 'method', 'path', 'query', 'headers'] as const),
    ...(['client_ip', 'body'] as const),
  ]);
  return {
    id: event.id.text(),
    webhookId: event.webhook_id.text(),
    receivedAt: event.received_at.time(),
    method: event.method.text(),
    path: event.path.text(),
    query: event.query.nullable((query) => query.text()) ?? null,
    headers: JSON.stringify(readHeaders(event.headers).flat()),
    clientIp: event.client_ip.text(),
    body: event.body.bytes(),
  };
}

function readHeaders(place: Place): (readonly [name: string, value: string])[] {
  return place.list(HEADERS_MAX).map((pair) => {
    const [name, value, ...rest] = pair.list(2);
    if (name === undefined || value === undefined || rest.length > 0) {
      throw pair.wrong('a pair of name and value');
    }
    return [name.text(), value.text()];
  });
}

function readJournal(place: Place): JournalEntry[] {
  const arrivals = new Set<number>();
  return place.list(RUN_LIMITS_MAX.effects).map((item, index) => {
    const entry = item.object(['number', 'step', 'kind', 'arguments', 'began_at', 'ended']);
    // The guest numbers what it asks for from 0, so a journal with a gap belongs to no run.
    if (entry.number.value !== index) throw entry.number.wrong(`${index}, its place in the list`);
    const ended = entry.ended.nullable(readEnd);
    if (ended !== undefined && arrivals.has(ended.arrival)) {
      throw entry.ended.wrong('the only one with its arrival');
    }
    if (ended !== undefined) arrivals.add(ended.arrival);
    return {
      number: index,
      step: entry.step.whole(0, SAFE),
      kind: entry.kind.choice(EFFECT_KINDS),
      args: readArgs(entry.arguments),
      beganAt: entry.began_at.time(),
      ...(ended === undefined ? {} : { ended }),
    };
  });
}

function readSecretUse(place: Place): SecretUse {
  const { seed, names, digests } = place.object(['seed', 'names', 'digests']);
  return {
    seed: seed.text(),
    names: names.members((member) => member.flag()),
    digests: digests.members((member) => member.nullable((digest) => digest.text()) ?? null),
  };
}

/** Arguments are looked into when effects are shown and compared, so they have to be an object. */
function readArgs(place: Place): string {
  const args = place.json(INNER_DEPTH_MAX);
  if (!/^\s*\{/.test(args)) throw place.wrong('a text of JSON of an object');
  return args;
}

function readEnd(place: Place): NonNullable<JournalEntry['ended']> {
  const { at, arrival, result } = place.object(['at', 'arrival', 'result']);
  return { at: at.time(), arrival: arrival.whole(0, SAFE), result: readResult(result) };
}

function readResult(place: Place): EffectResult {
  const { ok } = place.object(['ok'], ['value', 'code', 'message', 'status']);
  if (ok.flag()) {
    return { ok: true, value: place.object(['ok', 'value']).value.json(INNER_DEPTH_MAX) };
  }
  const { code, message, status } = place.object(['ok', 'code', 'message'], ['status']);
  return {
    ok: false,
    code: code.matching(EFFECT_CODE, 'a code such as effect.failed') as EffectFailureCode,
    message: message.text(),
    ...(status === undefined ? {} : { status: status.whole(0, 999) }),
  };
}

function readOutcome(place: Place): Outcome {
  const outcome = place.object(['status', 'answer', 'value', 'failure', 'logs']);
  const answer = outcome.answer.nullable(readAnswer);
  const value = outcome.value.nullable((json) => json.json(INNER_DEPTH_MAX));
  const failure = outcome.failure.nullable(readFailure);
  const status = outcome.status.choice(['succeeded', 'failed', 'cancelled']);
  if ((status === 'succeeded') !== (failure === undefined)) {
    throw outcome.failure.wrong(
      status === 'succeeded' ? 'null for a run that succeeded' : `an object for a ${status} run`,
    );
  }
  return {
    status,
    ...(answer === undefined ? {} : { answer }),
    ...(value === undefined ? {} : { value }),
    ...(failure === undefined ? {} : { failure }),
    logs: outcome.logs.list(LOGS_MAX).map(readLog),
  };
}

function readAnswer(place: Place): Answer {
  const answer = place.object(['status', 'headers'], ['body', 'base64']);
  if ((answer.body === undefined) === (answer.base64 === undefined)) {
    throw invalid(`Expected ${place.name} to have one of body and base64, got both or none.`);
  }
  return {
    status: answer.status.whole(100, 999),
    headers: readHeaders(answer.headers),
    body: answer.body?.text() ?? answer.base64?.bytes() ?? '',
  };
}

function readFailure(place: Place): RunFailure {
  const { code, message, status, step, line } = place.object(
    ['code', 'message', 'status'],
    ['step', 'line'],
  );
  return {
    code: code.matching(EFFECT_CODE, 'a code such as run.failed') as RunFailureCode,
    message: message.text(),
    status: status.whole(100, 999),
    ...(step === undefined ? {} : { step: step.whole(0, SAFE) }),
    ...(line === undefined ? {} : { line: line.whole(0, SAFE) }),
  };
}

function readLog(place: Place): LogLine {
  const { level, text, line } = place.object(['level', 'text', 'line']);
  return {
    level: level.choice(['debug', 'info', 'warn', 'error']),
    text: text.text(),
    line: line.whole(0, SAFE),
  };
}
