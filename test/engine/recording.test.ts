import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../src/core/effect.ts';
import { digest } from '../../src/core/ids.ts';
import { RUN_LIMITS } from '../../src/core/limits.ts';
import { readRecording } from '../../src/engine/recording/read.ts';
import { type Outcome, type Recording, recordingJson } from '../../src/engine/recording.ts';
import { anyCharacter } from '../any-character.ts';
import { EVENT } from './recorded.ts';

const { webhookName: _, webhookUrl: __, webhookAccount: ___, ...RECEIVED } = EVENT;
const NEXT = 'A recording is what `hookwright run export` writes, unchanged.';
const SOURCE = 'automation: a\nsteps: []\n';

const entry: JournalEntry = {
  number: 0,
  step: 2,
  kind: 'state',
  args: '{"op":"get","key":"a"}',
  beganAt: 5,
  ended: { at: 7, arrival: 0, result: { ok: true, value: '{"__proto__":1,"2":0,"1":-0}' } },
};

const RECORDING: Recording = {
  engine: '1.2.3',
  run: { id: 'run_1', seed: 'run_1', attempt: 2 },
  revision: { id: digest(SOURCE), automation: 'a', source: SOURCE },
  limits: RUN_LIMITS,
  webhook: { id: EVENT.webhookId, name: 'orders', account: 'shop' },
  event: RECEIVED,
  url: 'https://hooks.example/webhooks/abc',
  inputs: '{"b":1,"a":[2]}',
  journal: [entry],
  outcome: { status: 'succeeded', logs: [{ level: 'info', text: 'a\ud800', line: 3 }] },
};

/** The document as JSON, for tests to break. */
function document(recording: Recording = RECORDING): any {
  return JSON.parse(JSON.stringify(recordingJson(recording)));
}

function read(value: unknown): Recording {
  return readRecording(Buffer.from(JSON.stringify(value)));
}

const pair = fc.tuple(fc.string(), fc.string());
const json = fc.jsonValue().map((value) => JSON.stringify(value));
const outcome: fc.Arbitrary<Outcome> = fc.record(
  {
    status: fc.constant('failed' as const),
    answer: fc.record({
      status: fc.integer({ min: 100, max: 599 }),
      headers: fc.array(pair),
      body: fc.oneof(
        fc.string({ unit: anyCharacter }),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
    }),
    value: json,
    failure: fc.record({
      code: fc.constant('run.script_error' as const),
      message: fc.string({ unit: anyCharacter }),
      status: fc.constant(500),
    }),
    logs: fc.array(
      fc.record({
        level: fc.constantFrom('debug', 'info', 'warn', 'error'),
        text: fc.string({ unit: anyCharacter }),
        line: fc.nat(),
      }),
    ),
  },
  { requiredKeys: ['status', 'failure', 'logs'] },
);
const result = fc.oneof(
  fc.record({ ok: fc.constant(true as const), value: json }),
  fc.record(
    {
      ok: fc.constant(false as const),
      code: fc.constant('effect.failed' as const),
      message: fc.string(),
      status: fc.integer({ min: 100, max: 599 }),
    },
    { requiredKeys: ['ok', 'code', 'message'] },
  ),
);
const journal = fc.array(fc.tuple(fc.dictionary(fc.string(), json), fc.option(result))).map((all) =>
  all.map(
    ([args, given], number): JournalEntry => ({
      number,
      step: number + 1,
      kind: 'emit',
      args: ` ${JSON.stringify(args)}`,
      beganAt: number,
      ...(given === null
        ? {}
        : { ended: { at: number, arrival: all.length - number, result: given } }),
    }),
  ),
);

test('what is written is read as it was, to the last bit', () => {
  fc.assert(
    fc.property(
      outcome,
      journal,
      fc.uint8Array(),
      fc.array(pair),
      (end, entries, bytes, headers) => {
        const event = {
          ...RECEIVED,
          body: Buffer.from(bytes),
          headers: JSON.stringify(headers.flat()),
        };
        const recording = { ...RECORDING, event, journal: entries, outcome: end };
        expect(read(document(recording))).toEqual(recording);
        const digests = { ab: 'AA==', cd: null };
        const secretUse = { seed: end.status, names: { A: true, B: false }, digests };
        const withUse = { ...recording, secretUse };
        expect(read(document(withUse))).toEqual(withUse);
      },
    ),
    { numRuns: 200 },
  );
});

test('a recording of before there was data or an account is read without them', () => {
  const old = document();
  delete old.event.data;
  delete old.webhook.account;
  expect(read(old).event.data).toBeNull();
  expect(read(old).webhook).toEqual({ id: EVENT.webhookId, name: 'orders', account: null });
});

test('a broken recording throws recording.invalid and nothing else', () => {
  const text = JSON.stringify(document());
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 5 }), (at, gone, put) => {
      const bytes = Buffer.from(text.slice(0, at) + put + text.slice(at + gone));
      try {
        readRecording(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: 'recording.invalid', next: NEXT });
      }
    }),
    { numRuns: 1000 },
  );
});

test('no JSON in the place of a member makes the reader fail otherwise', () => {
  const places = ['run', 'revision', 'limits', 'webhook', 'event', 'journal', 'outcome'];
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue(), (place, value) => {
      if (place === 'journal' && Array.isArray(value) && value.length === 0) return;
      expect(() => read({ ...document(), [place]: value })).toThrow(
        expect.objectContaining({ code: 'recording.invalid', next: NEXT }),
      );
    }),
  );
});

describe.each<
  [what: string, change: (broken: ReturnType<typeof document>) => void, message: string]
>([
  [
    'of another format',
    (broken) => (broken.format = 'har'),
    'Expected format to be "hookwright.recording", got "har".',
  ],
  [
    'of a later version',
    (broken) => (broken.version = 2),
    'Expected version to be 1, which this version reads, got 2.',
  ],
  [
    'with a misspelt key',
    (broken) => (broken.event.methud = 'POST'),
    'Expected event to have only the keys id, webhook_id, received_at, method, path, query, headers, client_ip, body, data, got "methud". Did you mean "method"?',
  ],
  [
    'without a key',
    (broken) => delete broken.run.seed,
    'Expected run to have the key seed, got none.',
  ],
  [
    'with a list for an object',
    (broken) => (broken.run = []),
    'Expected run to be an object, got a list.',
  ],
  [
    'whose source was changed',
    (broken) => (broken.revision.source += '#'),
    `Expected revision.id to be ${digest(`${SOURCE}#`)}, the SHA-256 of revision.source, got "${digest(SOURCE).slice(0, 60)}"….`,
  ],
  [
    'that asks for more than the language allows',
    (broken) => (broken.limits.memory_bytes = 2 ** 40),
    'Expected limits.memory_bytes to be a whole number from 0 to 268435456, got 1099511627776.',
  ],
  [
    'whose body is no base64',
    (broken) => (broken.event.body = 'a b'),
    'Expected event.body to be base64, got "a b".',
  ],
  [
    'whose time is none',
    (broken) => (broken.event.received_at = '2026-05-04'),
    'Expected event.received_at to be a time such as 2026-05-04T03:02:01.000Z, got "2026-05-04".',
  ],
  [
    'with half a header',
    (broken) => (broken.event.headers = [['a']]),
    'Expected event.headers[0] to be a pair of name and value, got a list.',
  ],
  [
    'whose journal has a gap',
    (broken) => (broken.journal[0].number = 1),
    'Expected journal[0].number to be 0, its place in the list, got 1.',
  ],
  [
    'whose journal has too many effects',
    (broken) => (broken.journal = Array(10_001).fill(0)),
    'Expected journal to have at most 10000 items, got 10001.',
  ],
  [
    'with an unknown kind of effect',
    (broken) => (broken.journal[0].kind = 'exec'),
    'Expected journal[0].kind to be one of http, state, wait, call, emit, hook, got "exec".',
  ],
  [
    'whose arguments are no JSON',
    (broken) => (broken.journal[0].arguments = '{'),
    'Expected journal[0].arguments to be a text of JSON, got "{".',
  ],
  [
    'whose arguments are no object',
    (broken) => (broken.journal[0].arguments = '7'),
    'Expected journal[0].arguments to be a text of JSON of an object, got "7".',
  ],
  [
    'with two results that arrived at once',
    (broken) => broken.journal.push({ ...broken.journal[0], number: 1 }),
    'Expected journal[1].ended to be the only one with its arrival, got an object.',
  ],
  [
    'whose result is neither one',
    (broken) => (broken.journal[0].ended.result = { ok: 'yes' }),
    'Expected journal[0].ended.result.ok to be true or false, got "yes".',
  ],
  [
    'whose inputs are a list',
    (broken) => (broken.inputs = '[1]'),
    'Expected inputs to be a text of JSON of an object, got "[1]".',
  ],
  [
    'that succeeded with a failure',
    (broken) => (broken.outcome.failure = { code: 'run.failed', message: '', status: 500 }),
    'Expected outcome.failure to be null for a run that succeeded, got an object.',
  ],
  [
    'whose answer has two bodies',
    (broken) => (broken.outcome.answer = { status: 200, headers: [], body: '', base64: '' }),
    'Expected outcome.answer to have one of body and base64, got both or none.',
  ],
])('a recording %s', (_what, change, message) => {
  test('is refused with its place', () => {
    const broken = document();
    change(broken);
    expect(() => read(broken)).toThrow(
      expect.objectContaining({ code: 'recording.invalid', message, next: NEXT }),
    );
  });
});

describe('a hostile file', () => {
  const refused = (text: string | Uint8Array, message: RegExp, bytesMax?: number): void => {
    expect(() => readRecording(Buffer.from(text as string), bytesMax)).toThrow(message);
  };

  test('that is too large is refused before it is looked into', () => {
    refused('x'.repeat(101), /^Expected a recording of at most 100 bytes, got 101\.$/, 100);
  });

  test('of nothing but brackets costs nothing', () => {
    const message = /^Expected the recording to be nested at most 16 levels deep, got more\.$/;
    refused('['.repeat(10_000_000), message);
    refused('{"a":'.repeat(17), message);
  });

  test('with brackets inside of its texts is refused likewise', () => {
    const inputs = `{"a":${'['.repeat(1_000_000)}`;
    expect(() => read({ ...document(), inputs })).toThrow(
      'Expected inputs to be nested at most 2000 levels deep, got more.',
    );
    const quoted = JSON.stringify({ a: '['.repeat(5000) });
    expect(read({ ...document(), inputs: quoted }).inputs).toBe(quoted);
  });

  test('that is no JSON, no UTF-8 or no object is told so', () => {
    refused('', /^Expected the recording to be JSON: /);
    refused('null', /^Expected format to be "hookwright.recording", got nothing\.$/);
    refused('[]', /^Expected format to be /);
    refused(
      new Uint8Array([0x22, 0xff, 0x22]),
      /^Expected the recording to be UTF-8, got other bytes\.$/,
    );
  });

  test('cannot reach prototypes', () => {
    const text = JSON.stringify(document()).replace('"run":{', '"run":{"__proto__":{"x":1},');
    refused(text, /^Expected run to have only the keys id, seed, attempt, got "__proto__"\.$/);
  });
});
