import type { HostCalls } from './host-calls.ts';
import { lazily } from './lazy.ts';
import {
  asString,
  defineProperty,
  hasOwn,
  lowerCase,
  parse,
  setPrototypeOf,
} from './primordials.ts';
import { RunError } from './thrown.ts';

/** What the host sends of a request; see `BuiltRequest` in `request/build.ts`. */
export interface RequestSource {
  /** JSON of the plain members; absent where the program reads nothing of the request. */
  readonly text: string | undefined;
  readonly json: string | undefined;
  /** JSON of `{ json, form }`: messages to be thrown when those members are read. */
  readonly errors: string | undefined;
}

const BODY = -1;
const prototypeOf: (value: unknown) => unknown = Object.getPrototypeOf;
/** As `request/json-body.ts` says it. */
const TOO_DEEP = 'Expected JSON in the body, got one that is nested too deep';
const FORM_MEMBERS = ['form', 'params', 'files'] as const;

let calls: HostCalls;
let source: RequestSource;
let errors: { json?: string; form?: string };
let headers: Record<string, unknown>;
let prototype: object;
let filePrototype: object;
let syntaxError: object;

/** Once, at boot: the getters stand on prototypes, so that a run pays for those that it uses. */
export function prepareRequests(host: HostCalls): void {
  calls = host;
  syntaxError = SyntaxError.prototype;
  prototype = {
    header(name: unknown): unknown {
      const key = lowerCase(asString(name));
      return hasOwn(headers, key) ? headers[key] : null;
    },
  };
  lazily(prototype, 'json', readJson);
  lazily(prototype, 'body', () => decoded(BODY));
  lazily(prototype, 'bytes', () => new Uint8Array(calls.part(BODY)));
  filePrototype = {};
  lazily(filePrototype, 'text', (file) => decoded(place(file)));
  lazily(filePrototype, 'bytes', (file) => new Uint8Array(calls.part(place(file))));
}

/** `request` of one run. */
export function makeRequest(from: RequestSource): object {
  source = from;
  const request = (from.text === undefined ? {} : parse(from.text)) as Record<string, unknown>;
  headers = (request.headers ?? {}) as Record<string, unknown>;
  errors = from.errors === undefined ? {} : (parse(from.errors) as { json?: string });
  setPrototypeOf(request, prototype);
  if (errors.form !== undefined) refuseForm(request, errors.form);
  else if (request.files !== undefined) placeFiles(request.files as object[]);
  return request;
}

function readJson(): unknown {
  if (source.json === undefined) {
    throw new RunError('request.json_invalid', errors.json ?? 'Expected JSON in the body', 400);
  }
  try {
    return parse(source.json);
  } catch (error) {
    throw isSyntaxError(error) ? invalidJson(error) : error; // Out of memory or stack.
  }
}

/** The message is the host's: QuickJS names a position and nothing that stands there. */
function invalidJson(cause: unknown): RunError {
  const deep = (cause as Error).message === 'stack overflow';
  const message = deep ? TOO_DEEP : calls.jsonFault();
  const error = new RunError('request.json_invalid', message, 400);
  error.cause = cause;
  return error;
}

function isSyntaxError(error: unknown): boolean {
  return prototypeOf(error) === syntaxError;
}

function refuseForm(request: object, message: string): void {
  for (let i = 0; i < FORM_MEMBERS.length; i++) {
    const get = (): never => {
      throw new RunError('request.form_invalid', message, 400);
    };
    const name = FORM_MEMBERS[i] as string;
    if (hasOwn(request, name)) defineProperty(request, name, { get, configurable: true });
  }
}

const places = new WeakMap<object, number>();

function placeFiles(files: object[]): void {
  for (let i = 0; i < files.length; i++) {
    const file = files[i] as object;
    setPrototypeOf(file, filePrototype);
    places.set(file, i);
  }
}

function place(file: object): number {
  const index = places.get(file);
  if (index === undefined) throw new TypeError('Expected one of request.files, got another value');
  return index;
}

function decoded(index: number): string {
  if (calls.partIsPlain(index)) return calls.partText(index, false);
  return parse(calls.partText(index, true)) as string;
}
