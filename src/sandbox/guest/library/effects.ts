import type { EffectFailureCode, EffectKind } from '../../../core/effect.ts';
import type { GuestEffects } from '../../../core/guest-runtime.ts';
import { EFFECT_NUMBERS } from '../inside/effect-kinds.ts';
import type { HostCalls } from '../inside/host-calls.ts';
import {
  bytesOf,
  copyOf,
  isArray,
  iteratorSymbol,
  joined,
  keys,
  parse,
  stringify,
} from '../inside/primordials.ts';
import { RunError } from '../inside/thrown.ts';
import type { Host } from './host.ts';
import { httpReplies } from './http-reply.ts';

/** An effect that was asked for: what settles its promise, and what makes its value of the result. */
interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly read: (text: string) => unknown;
  readonly step: number;
}

/** What effects need to know of the program. */
interface Surroundings {
  /** The step under way. */
  readonly step: () => unknown;
  /** Characters of one effect's arguments; the host counts the bytes. */
  readonly lengthMax: number;
}

// Those of boot: the author's own `Promise` is no business of these.
const GuestPromise = Promise;
const create: (prototype: object | null) => object = Object.create;
const freeze: <T>(value: T) => T = Object.freeze;
const prototypeOf: (value: unknown) => unknown = Object.getPrototypeOf;
const typeError: object = TypeError.prototype;

/** What JSON writes a third longer: a text of quotes, or bytes as base64. */
const DESCRIPTION_FACTOR = 3;

let calls: HostCalls;
let readReply: (text: string) => unknown;
let surroundings: Surroundings;
/** By number; without a prototype, so that no setter of the author's sees what goes in. */
let pending: Record<string, Pending>;
let asked = 0;

/** Once, at boot: a program's own picture need not hold these functions. */
export function prepareEffects(hostCalls: HostCalls, host: Host): GuestEffects {
  calls = hostCalls;
  readReply = httpReplies(host);
  return effects;
}

/** Once for each program. */
export function beginEffects(of: Surroundings): void {
  surroundings = of;
  pending = create(null) as Record<string, Pending>;
  asked = 0;
}

/**
 * Settles the promise of an effect; called by the host, which alone decides on which and when.
 *
 * @param number the effect's
 * @param value JSON, where it succeeded
 * @param failure JSON of `[code, message, status]` otherwise
 */
export function settleEffect(
  number: number,
  value: string | undefined,
  failure: string | undefined,
): void {
  const { resolve, reject, read, step } = pending[number] as Pending;
  delete pending[number];
  if (failure !== undefined) {
    const [code, message, status] = parse(failure) as [EffectFailureCode, string, number | null];
    reject(new RunError(code, message, status, step));
  } else {
    resolve(read(value as string));
  }
}

/**
 * Describes an effect to the host, which checks and numbers it (`effects/effect-args.ts`, `replay.ts`).
 *
 * @throws RunError where the run is at its end, because of this effect or an earlier one
 */
function ask(
  kind: EffectKind,
  describe: () => string,
  read: (text: string) => unknown,
): Promise<unknown> {
  const step = surroundings.step();
  let description: string;
  try {
    description = describe();
    if (description.length > surroundings.lengthMax * DESCRIPTION_FACTOR) throw tooLong();
  } catch (error) {
    return rejected(error);
  }
  const answer = calls.ask(EFFECT_NUMBERS[kind], typeof step === 'number' ? step : -1, description);
  // The host has written down why; `caught` lets this code pass, and no `catch` undoes what is written.
  if (answer === false) throw new RunError('limit.effects', '');
  if (answer !== undefined) return rejected(new RunError('effect.invalid', answer, null));
  const number = asked++;
  return new GuestPromise((resolve, reject) => {
    pending[number] = { resolve, reject, read, step: step as number };
  });
}

// Objects without a prototype: what the author puts on `Object.prototype` is in no description.
const effects: GuestEffects = freeze({
  http: (request: unknown) => ask('http', () => describeHttp(request), readReply),
  state: freeze({
    get: (key: unknown, fallback?: unknown) =>
      ask(
        'state',
        () => json({ __proto__: null, op: 'get', key }, 'a key'),
        (text) => parse(text) ?? fallback ?? null,
      ),
    set: (key: unknown, given: unknown, options?: unknown) => {
      const describe = (): string => {
        const value = writable(given, 'a value');
        return json({ __proto__: null, op: 'set', key, value, options }, 'a value');
      };
      return ask('state', describe, parse);
    },
    delete: (key: unknown) =>
      ask('state', () => json({ __proto__: null, op: 'delete', key }, 'a key'), parse),
    increment: (key: unknown, by: unknown = 1, options?: unknown) =>
      ask(
        'state',
        () => json({ __proto__: null, op: 'increment', key, by, options }, 'a number'),
        parse,
      ),
  }),
  wait: (time: unknown) => ask('wait', () => describeWait(time), parse),
  call: (name: unknown, given?: unknown) => {
    const describe = (): string => {
      const inputs = writable(given, 'inputs');
      return json({ __proto__: null, name, inputs }, 'inputs');
    };
    return ask('call', describe, parse);
  },
  emit: (topic: unknown, data?: unknown) => ask('emit', () => describeMessage(topic, data), parse),
  hook: (name: unknown, data?: unknown) => ask('hook', () => describeMessage(name, data), parse),
});

function describeMessage(name: unknown, given: unknown): string {
  const data = writable(given, 'data');
  return json({ __proto__: null, name, data }, 'data');
}

function describeWait(time: unknown): string {
  const isTime = typeof time === 'object' && time !== null;
  return json(isTime ? time : { __proto__: null, for: time }, 'a time');
}

/** JSON would leave these out without a word. */
function writable(value: unknown, what: string): unknown {
  if (typeof value !== 'function' && typeof value !== 'symbol') return value;
  throw new RunError(
    'effect.invalid',
    joined`Expected ${what} that JSON can write, got a ${typeof value}`,
    null,
  );
}

function describeHttp(request: unknown): string {
  // A `URL` knows how it is written.
  const isWhole =
    typeof request !== 'object' ||
    request === null ||
    isArray(request) ||
    typeof (request as { toJSON?: unknown }).toJSON === 'function';
  if (isWhole) return json({ __proto__: null, url: request }, 'a url');
  const described = create(null) as Record<string, unknown>;
  const names = keys(request);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = (request as Record<string, unknown>)[name];
    if (typeof value === 'string' && value.length > surroundings.lengthMax) throw tooLong();
    if (name === 'json') described.json = json(value ?? null, 'json');
    else if (value !== undefined) described[name] = member(name, value);
  }
  return json(described, 'http');
}

function member(name: string, value: unknown): unknown {
  if (name === 'headers' || name === 'query' || name === 'form') return pairs(value);
  return name === 'body' ? body(value) : value;
}

/** The form of a body and its text, see `effects/http-args.ts`. */
function body(value: unknown): readonly [form: string, text: unknown] {
  const bytes = bytesOf(value);
  if (bytes !== undefined) return ['base64', calls.text(copyOf(bytes), 'base64')];
  if (typeof value === 'object' && value !== null) return ['json', json(value, 'body')];
  return ['text', value ?? ''];
}

/** `URLSearchParams`, a `Map` and other iterables of pairs as lists, for JSON knows none of them. */
function pairs(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isArray(value)) return value;
  const isIterable = typeof (value as Iterable<unknown>)[iteratorSymbol] === 'function';
  return isIterable ? [...(value as Iterable<unknown>)] : value;
}

/** @throws RunError where JSON cannot write it */
function json(value: unknown, what: string): string {
  let reason: string;
  try {
    const text = stringify(value);
    if (text !== undefined) return text;
    reason = value === undefined ? 'nothing' : joined`a ${typeof value}`;
  } catch (error) {
    if (prototypeOf(error) !== typeError) throw error; // The author's own, or out of memory or stack.
    reason = joined`one that it cannot: ${(error as Error).message}`;
  }
  throw new RunError(
    'effect.invalid',
    joined`Expected ${what} that JSON can write, got ${reason}`,
    null,
  );
}

function tooLong(): RunError {
  const message =
    'Expected arguments of an effect within `limits.output`, got longer ones. Raise it or send less';
  return new RunError('effect.invalid', message, null);
}

function rejected(error: unknown): Promise<never> {
  return new GuestPromise((_, reject) => reject(error));
}
