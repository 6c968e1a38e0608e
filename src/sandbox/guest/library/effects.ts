import type { EffectFailureCode, EffectKind } from '../../../core/effect.ts';
import type { GuestEffects } from '../../../core/guest-runtime.ts';
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
 * @param number the effect's, as text
 * @param value JSON, where it succeeded
 * @param failure JSON of `[code, message, status]` otherwise
 */
export function settleEffect(
  number: string,
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
  const answer = calls.ask(kind, typeof step === 'number' ? stringify(step) : '-1', description);
  // The host has written down why; `caught` lets this code pass, and no `catch` undoes what is written.
  if (answer === false) throw new RunError('limit.effects', '');
  if (answer !== undefined) return rejected(new RunError('effect.invalid', answer, null));
  const number = asked++;
  return new GuestPromise((resolve, reject) => {
    pending[number] = { resolve, reject, read, step: step as number };
  });
}

const effects: GuestEffects = freeze({
  http: (request: unknown) => ask('http', () => describeHttp(request), readReply),
  state: freeze({
    get: (key: unknown, fallback?: unknown) =>
      ask(
        'state',
        () => joined`{"op":"get","key":${json(key, 'a key')}}`,
        (text) => parse(text) ?? fallback ?? null,
      ),
    set: (key: unknown, value: unknown, options?: unknown) =>
      ask(
        'state',
        () =>
          joined`{"op":"set","key":${json(key, 'a key')},"value":${json(value, 'a value')}${ttl(options)}}`,
        parse,
      ),
    delete: (key: unknown) =>
      ask('state', () => joined`{"op":"delete","key":${json(key, 'a key')}}`, parse),
    increment: (key: unknown, by?: unknown, options?: unknown) =>
      ask(
        'state',
        () =>
          joined`{"op":"increment","key":${json(key, 'a key')},"by":${json(by ?? 1, 'a number')}${ttl(options)}}`,
        parse,
      ),
  }),
  wait: (time: unknown) => ask('wait', () => describeWait(time), parse),
  call: (name: unknown, inputs?: unknown) =>
    ask(
      'call',
      () => joined`{"name":${json(name, 'a name')},"inputs":${json(inputs ?? null, 'inputs')}}`,
      parse,
    ),
  emit: (topic: unknown, data?: unknown) => ask('emit', () => describeMessage(topic, data), parse),
  hook: (name: unknown, data?: unknown) => ask('hook', () => describeMessage(name, data), parse),
});

function describeMessage(name: unknown, data: unknown): string {
  return joined`{"name":${json(name, 'a name')},"data":${json(data ?? null, 'data')}}`;
}

function describeWait(time: unknown): string {
  if (typeof time !== 'object' || time === null) return joined`{"for":${json(time, 'a time')}}`;
  return json(time, 'a time');
}

/** `, "ttl": …` from options, which the host checks; other names than `ttl` reach it too. */
function ttl(options: unknown): string {
  if (options === undefined || options === null) return '';
  if (typeof options !== 'object' || isArray(options)) {
    throw new RunError('effect.invalid', 'Expected options such as { ttl: "30d" } for state', null);
  }
  let text = '';
  const names = keys(options);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    // Not a second `key` or `value`.
    const shown = name === 'ttl' ? name : joined`options.${name}`;
    const value = (options as Record<string, unknown>)[name] ?? null;
    text += joined`,${stringify(shown)}:${json(value, 'options')}`;
  }
  return text;
}

function describeHttp(request: unknown): string {
  // A `URL` knows how it is written.
  const isWhole =
    typeof request !== 'object' ||
    request === null ||
    isArray(request) ||
    typeof (request as { toJSON?: unknown }).toJSON === 'function';
  if (isWhole) return joined`{"url":${json(request, 'a url')}}`;
  let text = '{';
  const names = keys(request);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = (request as Record<string, unknown>)[name];
    const described =
      name === 'json' ? stringify(json(value ?? null, 'json')) : member(name, value);
    if (described === undefined) continue;
    text += joined`${text === '{' ? '' : ','}${stringify(name)}:${described}`;
  }
  return joined`${text}}`;
}

/** JSON of what stands under a name of `http`; `undefined` where nothing does. */
function member(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (name === 'body') return body(value);
  const isNamed = name === 'headers' || name === 'query' || name === 'form';
  return json(isNamed ? pairs(value) : value, name);
}

function body(value: unknown): string {
  const bytes = bytesOf(value);
  if (bytes !== undefined) return joined`["base64","${calls.text(copyOf(bytes), 'base64')}"]`;
  if (typeof value === 'object' && value !== null) {
    return joined`["json",${stringify(json(value, 'body'))}]`;
  }
  return joined`["text",${json(value ?? '', 'body')}]`;
}

/** `URLSearchParams`, a `Map` and other iterables of pairs as lists, for JSON knows none of them. */
function pairs(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isArray(value)) return value;
  const isIterable = typeof (value as Iterable<unknown>)[iteratorSymbol] === 'function';
  return isIterable ? [...(value as Iterable<unknown>)] : value;
}

/** @throws RunError where JSON cannot write it */
function json(value: unknown, what: string): string {
  // Before anything joins it: a rope can claim 1 GB while it takes a few bytes.
  if (typeof value === 'string' && value.length > surroundings.lengthMax) throw tooLong();
  let text: string | undefined;
  try {
    text = stringify(value);
  } catch (error) {
    if (prototypeOf(error) !== typeError) throw error; // The author's own, or out of memory or stack.
    const reason = (error as Error).message;
    throw new RunError(
      'effect.invalid',
      joined`Expected ${what} that JSON can write, got one that it cannot: ${reason}`,
      null,
    );
  }
  if (text !== undefined) return text;
  const kind = value === undefined ? 'nothing' : joined`a ${typeof value}`;
  throw new RunError(
    'effect.invalid',
    joined`Expected ${what} that JSON can write, got ${kind}`,
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
