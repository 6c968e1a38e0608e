import type { GuestEffects, GuestRuntime } from '../../../core/guest-runtime.ts';
import { harden } from '../inside/harden.ts';
import { type HostCalls, libraryHost } from '../inside/host-calls.ts';
import { joined, parse, stringify } from '../inside/primordials.ts';
import { random, seed } from '../inside/random-source.ts';
import { makeRequest, prepareRequests } from '../inside/request.ts';
import { describe, type GuestFailureCode, RunError } from '../inside/thrown.ts';
import { prepareEffects, settleEffect } from './effects.ts';
import type { Host } from './host.ts';
import { type Provision, provide } from './provide.ts';
import { makeRuntime, type ProgramFacts, type Progress } from './runtime.ts';
import { secretHandles } from './secrets.ts';

type Program = (...values: unknown[]) => unknown;

const asyncPrototype: unknown = Object.getPrototypeOf(async () => {});

/** Authors have no name for it. */
const world: object = globalThis;

let calls: HostCalls;
let host: Host;
let facts: ProgramFacts;
let program: Program;
let asynchronous: boolean;
let effects: GuestEffects;
let secrets: object;
let runtime: ReturnType<typeof makeRuntime>;

/**
 * Makes the guest's world, once; the host keeps a picture of the memory after it.
 *
 * @param keep JSON of the names of JavaScript's own globals that stay
 */
export function boot(hostCalls: HostCalls, keep: string): void {
  calls = hostCalls;
  prepareRequests(hostCalls);
  Math.random = random;
  host = libraryHost(hostCalls);
  effects = prepareEffects(calls, host);
  secrets = secretHandles(calls);
  harden(JSON.parse(keep) as string[]);
}

/** Gives the program that is loaded next what a module of the library has for authors. */
export function define(provision: Provision): void {
  provide(world, provision(host, random));
}

/**
 * Takes a program's function and what the runtime must know of it; the host then keeps a picture of
 * the memory for this program.
 *
 * @param text JSON of `ProgramFacts`
 * @param trace makes the runtime one that traces (`tracing/trace.ts`), and `tell` is what it tells by
 */
export function load(
  loaded: Program,
  text: string,
  trace?: (runtime: GuestRuntime, tell: (line: string) => boolean) => void,
  tell?: (line: string) => boolean,
): void {
  program = loaded;
  asynchronous = Object.getPrototypeOf(loaded) === asyncPrototype;
  facts = parse(text) as ProgramFacts;
  runtime = makeRuntime(facts, effects, secrets);
  if (tell !== undefined) trace?.(runtime.runtime, tell);
}

/**
 * Runs the loaded program. All parameters are JSON texts; those that the program cannot
 * read are `undefined`.
 *
 * @returns the report (see `report`), or `undefined` for an `async` program, which hands it to
 *   `HostCalls.finish`
 */
export function run(
  request: string | undefined,
  json: string | undefined,
  errors: string | undefined,
  webhook: string | undefined,
  event: string | undefined,
  inputs: string | undefined,
  seedState: string,
): string | undefined {
  seed(seedState);
  try {
    const value = program(
      runtime.runtime,
      makeRequest({ text: request, json, errors }),
      parsed(webhook),
      parsed(event),
      parsed(inputs),
    );
    if (asynchronous) {
      void awaited(value);
      return undefined;
    }
    return conclude(value);
  } catch (error) {
    return failed(error);
  }
}

/**
 * What the host is told: a line of JSON, `{ step, logs, answer, value, failure }`, then the answer's body
 * and the JSON of the value, of the lengths that the first line says. The parts are put together from
 * texts only, so that nothing the author has put on a prototype takes part.
 */
export function report(): string {
  return write(undefined, undefined);
}

/** Hands the result of an effect to the program; see there. */
export const settle: typeof settleEffect = settleEffect;

async function awaited(value: unknown): Promise<void> {
  let text: string;
  try {
    text = conclude(await value);
  } catch (error) {
    text = failed(error);
  }
  calls.finish(text);
}

function conclude(value: unknown): string {
  const text = value === undefined ? undefined : stringify(value);
  if (text !== undefined && text.length > facts.outputBytes) {
    return write(undefined, failure('limit.output', '', 500, ''));
  }
  const { broken } = runtime.progress();
  return write(text, broken === undefined ? undefined : failure(broken, '', 500, ''));
}

function failed(error: unknown): string {
  const { broken } = runtime.progress();
  if (broken !== undefined) return write(undefined, failure(broken, '', 500, ''));
  const { code, message, name, status, stack } = describe(error);
  const named = name === '' ? message : joined`${name}: ${message}`;
  return write(undefined, failure(code, named, status, stack, RunError.step(error)));
}

function failure(
  code: GuestFailureCode,
  message: string,
  status: number | null,
  stack: string,
  step?: number,
): string {
  return joined`[${stringify(code)},${stringify(message)},${json(status)},${stringify(stack)},${json(step)}]`;
}

function write(value: string | undefined, failed: string | undefined): string {
  const { step } = runtime.runtime;
  const { logs, answer }: Progress = runtime.progress();
  if (answer?.bytes !== undefined) calls.answer(answer.bytes);
  // Put together by `+`: every run comes here, and `joined` makes a list and a loop of it.
  const shown = answer === undefined ? 'null' : '[' + json(answer.step) + ',' + answer.head + ']';
  const length = value === undefined ? '-1' : json(value.length);
  const head = '{"step":' + json(step) + ',"logs":[' + logs + '],"answer":' + shown;
  const tail = ',"value":' + length + ',"failure":' + (failed ?? 'null') + '}\n';
  return head + tail + (answer?.body ?? '') + (value ?? '');
}

/** JSON of what should be a whole number and may be anything; `stringify` takes three times as long. */
function json(number: unknown): string {
  return typeof number === 'number' && number % 1 === 0 ? '' + number : '-1';
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : parse(text);
}
