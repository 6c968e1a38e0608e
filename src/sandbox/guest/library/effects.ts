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
  setPrototypeOf,
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
  /** Knows the step under way. */
  readonly runtime: { readonly step: unknown };
  /** Characters of one effect's arguments; the host counts the bytes. */
  readonly lengthMax: number;
}

// Those of boot: the author's own `Promise` is no business of these.
const GuestPromise = Promise;
const freeze: <T>(value: T) => T = Object.freeze;
/** Members of most requests as JSON begins them. */
const HTTP_NAMES = {
  __proto__: null,
  method: '"method":',
  url: '"url":',
  headers: '"headers":',
  query: '"query":',
  json: '"json":',
  expect: '"expect":',
} as unknown as Readonly<Record<string, string | undefined>>;
const prototypeOf: (value: unknown) => unknown = Object.getPrototypeOf;
const typeError: object = TypeError.prototype;

/** What JSON writes a third longer: a text of quotes, or bytes as base64. */
const DESCRIPTION_FACTOR = 3;

let calls: HostCalls;
let readReply: (text: string) => unknown;
let surroundings: Surroundings;
/** By number; without a prototype, so that no setter of the author's sees what goes in. */
let pending: (Pending | undefined)[];
let asked = 0;
/** Those of the promise that was made last: taking them here saves a function for each effect. */
let resolveLast: Pending['resolve'];
let rejectLast: Pending['reject'];

/** Once, at boot: a program's own picture need not hold these functions. */
export function prepareEffects(hostCalls: HostCalls, host: Host): GuestEffects {
  calls = hostCalls;
  readReply = httpReplies(host);
  return effects;
}

/** Once for each program. */
export function beginEffects(of: Surroundings): void {
  surroundings = of;
  pending = [];
  setPrototypeOf(pending, null);
  asked = 0;
}

function takeLast(resolve: Pending['resolve'], reject: Pending['reject']): void {
  resolveLast = resolve;
  rejectLast = reject;
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
  pending[number] = undefined;
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
 * @param read makes the effect's value of its result
 * @param describe is given the arguments that follow it
 * @throws RunError where the run is at its end, because of this effect or an earlier one
 */
function ask(
  kind: EffectKind,
  read: (text: string) => unknown,
  describe: (a: unknown, b: unknown, c: unknown) => string,
  a?: unknown,
  b?: unknown,
  c?: unknown,
): Promise<unknown> {
  const { runtime, lengthMax } = surroundings;
  const { step } = runtime;
  let description: string;
  try {
    description = describe(a, b, c);
    if (description.length > lengthMax * DESCRIPTION_FACTOR) throw tooLong();
  } catch (error) {
    return rejected(error);
  }
  const answer = calls.ask(EFFECT_NUMBERS[kind], typeof step === 'number' ? step : -1, description);
  // The host has written down why; `caught` lets this code pass, and no `catch` undoes what is written.
  if (answer === false) throw new RunError('limit.effects', '');
  if (answer !== undefined) return rejected(new RunError('effect.invalid', answer, null));
  const promise = new GuestPromise(takeLast);
  const settling = { resolve: resolveLast, reject: rejectLast, read, step: step as number };
  pending[asked++] = settling;
  return promise;
}

// Objects without a prototype: what the author puts on `Object.prototype` is in no description.
const effects: GuestEffects = freeze({
  http: (request: unknown) => ask('http', readReply, describeHttp, request),
  state: freeze({
    get: (key: unknown, fallback?: unknown) =>
      ask('state', (text) => parse(text) ?? fallback ?? null, describeGet, key),
    set: (key: unknown, value: unknown, options?: unknown) =>
      ask('state', parse, describeSet, key, value, options),
    delete: (key: unknown) => ask('state', parse, describeDelete, key),
    increment: (key: unknown, by: unknown = 1, options?: unknown) =>
      ask('state', parse, describeIncrement, key, by, options),
  }),
  wait: (time: unknown) => ask('wait', parse, describeWait, time),
  call: (name: unknown, inputs?: unknown) => ask('call', parse, describeCall, name, inputs),
  emit: (topic: unknown, data?: unknown) => ask('emit', parse, describeMessage, topic, data),
  hook: (name: unknown, data?: unknown) => ask('hook', parse, describeMessage, name, data),
});

function describeGet(key: unknown): string {
  return json({ __proto__: null, op: 'get', key }, 'a key');
}

function describeSet(key: unknown, given: unknown, options: unknown): string {
  const value = writable(given, 'a value');
  return json({ __proto__: null, op: 'set', key, value, options }, 'a value');
}

function describeDelete(key: unknown): string {
  return json({ __proto__: null, op: 'delete', key }, 'a key');
}

function describeIncrement(key: unknown, by: unknown, options: unknown): string {
  return json({ __proto__: null, op: 'increment', key, by, options }, 'a number');
}

function describeCall(name: unknown, given: unknown): string {
  const inputs = writable(given, 'inputs');
  return json({ __proto__: null, name, inputs }, 'inputs');
}

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
  // Put together by `+`: an object that JSON then writes takes twice as long.
  let text = '';
  const names = keys(request);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = (request as Record<string, unknown>)[name];
    const isText = typeof value === 'string';
    if (isText && value.length > surroundings.lengthMax) throw tooLong();
    const isPlain = isText && name !== 'json' && name !== 'body';
    const shown = isPlain ? stringify(value) : memberOf(name, value);
    if (shown === undefined) continue;
    text += (text === '' ? '{' : ',') + (HTTP_NAMES[name] ?? stringify(name) + ':') + shown;
  }
  return text === '' ? '{}' : text + '}';
}

function memberOf(name: string, value: unknown): string | undefined {
  if (name === 'json') return stringify(json(value ?? null, 'json'));
  if (value === undefined) return undefined;
  if (name === 'body') return written(body(value), 'http');
  return written(typeof value === 'object' ? pairs(name, value) : value, 'http');
}

/** The form of a body and its text, see `effects/http-args.ts`. */
function body(value: unknown): readonly [form: string, text: unknown] {
  const bytes = bytesOf(value);
  if (bytes !== undefined) return ['base64', calls.text(copyOf(bytes), 'base64')];
  if (typeof value === 'object' && value !== null) return ['json', json(value, 'body')];
  return ['text', value ?? ''];
}

/** `URLSearchParams`, a `Map` and other iterables of pairs as lists, for JSON knows none of them. */
function pairs(name: string, value: object | null): unknown {
  if (value === null || isArray(value)) return value;
  if (name !== 'headers' && name !== 'query' && name !== 'form') return value;
  const isIterable = typeof (value as Iterable<unknown>)[iteratorSymbol] === 'function';
  return isIterable ? [...(value as Iterable<unknown>)] : value;
}

/** @throws RunError where JSON cannot write it */
function json(value: unknown, what: string): string {
  const text = written(value, what);
  if (text !== undefined) return text;
  throw unwritable(what, value === undefined ? 'nothing' : joined`a ${typeof value}`);
}

/**
 * @returns `undefined` for what JSON leaves out of an object
 * @throws RunError for what it refuses
 */
function written(value: unknown, what: string): string | undefined {
  try {
    return stringify(value);
  } catch (error) {
    if (prototypeOf(error) !== typeError) throw error; // The author's own, or out of memory or stack.
    throw unwritable(what, joined`one that it cannot: ${(error as Error).message}`);
  }
}

function unwritable(what: string, got: string): RunError {
  return new RunError(
    'effect.invalid',
    joined`Expected ${what} that JSON can write, got ${got}`,
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
