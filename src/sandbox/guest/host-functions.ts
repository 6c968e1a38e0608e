import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { jsonFault } from '../../core/request/json-fault.ts';
import { EFFECT_NUMBERS } from './inside/effect-kinds.ts';
import type { HostCalls } from './inside/host-calls.ts';
import type { UrlParts } from './library/host.ts';
import { GuestMemoryFull, type Pointer, type QuickJs } from './quickjs.ts';
import type { Replay } from './replay.ts';
import { RunSecrets, SecretUnusable } from './secrets.ts';
import type { TraceLog } from './trace-log.ts';

/** What one run shares with its host functions. */
export interface Exchange {
  /** The request's body, then its files. */
  parts: readonly Uint8Array[];
  /** The text of `request.json`. */
  json: string;
  /** Knows the values behind handles. */
  secrets: RunSecrets;
  /** Takes what the guest asks for. */
  replay: Pick<Replay, 'ask'>;
  /** Takes what a traced program tells. */
  trace?: TraceLog | undefined;
  /** Set by the guest: the report of an `async` program. */
  report: string | undefined;
  /** Set by the guest: the bytes of its answer. */
  answer: Uint8Array | undefined;
}

export function emptyExchange(): Exchange {
  // While the guest boots, what it asks for is a trial.
  const replay: Exchange['replay'] = { ask: () => 'asked' };
  const secrets = new RunSecrets(undefined);
  return { parts: [], json: '', secrets, replay, report: undefined, answer: undefined };
}

type Call = (quickjs: QuickJs, exchange: Exchange, list: Pointer) => Pointer;

/** Names of digests that Node knows and the guest may ask for. */
const ALGORITHMS = ['md5', 'sha1', 'sha256', 'sha512'];
const KINDS = new Map(Object.entries(EFFECT_NUMBERS).map(([kind, number]) => [number, kind]));
const ENCODINGS = ['utf8', 'base64', 'base64url', 'hex'] as const;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Thrown here, and shown to the guest as it stands. Any other error shows nothing of the host. */
class Refused extends Error {}

const CALLS: Readonly<Record<keyof HostCalls, Call>> = {
  hash: (quickjs, { secrets }, list) => {
    const name = algorithm(quickjs, list);
    const digest = secrets.compute(`hash ${name}`, [bytes(quickjs, list, 1)], ([data]) =>
      createHash(name)
        .update(data as Buffer)
        .digest(),
    );
    return quickjs.newArrayBuffer(digest);
  },
  hmac: (quickjs, { secrets }, list) => {
    const name = algorithm(quickjs, list);
    const given = [bytes(quickjs, list, 1), bytes(quickjs, list, 2)];
    const digest = secrets.compute(`hmac ${name}`, given, ([key, data]) =>
      createHmac(name, key as Buffer)
        .update(data as Buffer)
        .digest(),
    );
    return quickjs.newArrayBuffer(digest);
  },
  equal: (quickjs, { secrets }, list) => {
    const given = [bytes(quickjs, list, 0), bytes(quickjs, list, 1)];
    const [equal] = secrets.compute('equal', given, compared);
    return equal === 1 ? quickjs.calls.QTS_GetTrue() : quickjs.calls.QTS_GetFalse();
  },
  secret: (quickjs, { secrets }, list) => {
    try {
      return quickjs.newString(secrets.handle(text(quickjs, list, 0)));
    } catch (error) {
      if (!(error instanceof SecretUnusable)) throw error;
      return quickjs.newString(`!${error.message.replaceAll('\0', ' ')}`);
    }
  },
  url: (quickjs, _, list) => quickjs.newString(urlParts(utf8(quickjs, list, 0), undefined)),
  urlBelow: (quickjs, _, list) =>
    quickjs.newString(urlParts(utf8(quickjs, list, 0), utf8(quickjs, list, 1))),
  bytes: (quickjs, _, list) =>
    quickjs.newArrayBuffer(Buffer.from(text(quickjs, list, 0), encoding(quickjs, list, 1))),
  text: (quickjs, _, list) =>
    quickjs.newString(bytes(quickjs, list, 0).toString(encoding(quickjs, list, 1))),
  ask: (quickjs, { replay, trace }, list) => {
    const kind = KINDS.get(quickjs.number(quickjs.argument(list, 0))) ?? '';
    const step = quickjs.number(quickjs.argument(list, 1));
    const answer = replay.ask(kind, step, freed(quickjs, list, 2));
    if (answer === 'asked') trace?.asked(step);
    if (answer === 'asked') return quickjs.undefined;
    return answer === 'ended'
      ? quickjs.calls.QTS_GetFalse()
      : quickjs.newString(answer.invalid.replaceAll('\0', ' '));
  },
  finish: (quickjs, exchange, list) => {
    exchange.report ??= text(quickjs, list, 0);
    return quickjs.undefined;
  },
  answer: (quickjs, exchange, list) => {
    exchange.answer = bytes(quickjs, list, 0);
    return quickjs.undefined;
  },
  part: (quickjs, exchange, list) => quickjs.newArrayBuffer(part(quickjs, exchange, list)),
  partIsPlain: (quickjs, exchange, list) =>
    part(quickjs, exchange, list).includes(0)
      ? quickjs.calls.QTS_GetFalse()
      : quickjs.calls.QTS_GetTrue(),
  partText: (quickjs, exchange, list) => {
    const content = part(quickjs, exchange, list);
    const marked = BYTE_ORDER_MARK.every((byte, at) => content[at] === byte);
    const decoded = content.toString('utf8', marked ? BYTE_ORDER_MARK.length : 0);
    return quickjs.newString(flag(quickjs, list, 1) ? JSON.stringify(decoded) : decoded);
  },
  jsonFault: (quickjs, exchange) =>
    quickjs.newString(`Expected JSON in the body, ${jsonFault(exchange.json)}`),
};

/** In this order they are numbered in the guest. */
const NAMES = Object.keys(CALLS) as (keyof HostCalls)[];

/** The object that `boot` in the guest is given. */
export function makeHostObject(quickjs: QuickJs): Pointer {
  const { calls, context } = quickjs;
  const host = calls.QTS_NewObject(context);
  NAMES.forEach((name, id) => {
    const fn = calls.QTS_NewFunction(context, name, 0, false, id);
    calls.QTS_SetProp(context, host, quickjs.newString(name), fn);
  });
  return host;
}

/** The function by which a traced program tells what it does; no other is given it. */
export function makeTraceFunction({ calls, context }: QuickJs): Pointer {
  return calls.QTS_NewFunction(context, 'tell', 0, false, NAMES.length);
}

const tell: Call = (quickjs, { trace }, list) =>
  trace?.tell(freed(quickjs, list, 0)) === true
    ? quickjs.calls.QTS_GetTrue()
    : quickjs.calls.QTS_GetFalse();

/** Answers the guest's calls. No error of the host leaves with its own text or stack. */
export function connect(quickjs: QuickJs, exchange: Exchange): void {
  quickjs.callbacks.call = (id, _count, list) => {
    try {
      const name = NAMES[id];
      return (name === undefined ? tell : CALLS[name])(quickjs, exchange, list);
    } catch (error) {
      if (error instanceof GuestMemoryFull) return quickjs.throwError('out of memory');
      const isShown = error instanceof Refused || error instanceof SecretUnusable;
      const message = isShown ? error.message : 'The host refused the call';
      return quickjs.throwError(message);
    }
  };
}

/** One byte, 1 where they are equal. */
function compared([a, b]: readonly Buffer[]): Buffer {
  const [left, right] = [a as Buffer, b as Buffer];
  const alike = left.length === right.length;
  // Of unequal lengths, one is compared with itself, so that the time says nothing but the length.
  return Buffer.of(timingSafeEqual(left, alike ? right : left) && alike ? 1 : 0);
}

function urlParts(address: string, base: string | undefined): string {
  if (!URL.canParse(address, base)) return '';
  const url = new URL(address, base);
  const { href, origin, protocol, username, password, host, hostname } = url;
  const { port, pathname, search, hash } = url;
  const parts: UrlParts = {
    href,
    origin,
    protocol,
    username,
    password,
    host,
    hostname,
    port,
    pathname,
    search,
    hash,
  };
  return JSON.stringify(parts);
}

function text(quickjs: QuickJs, list: Pointer, index: number): string {
  const value = quickjs.string(quickjs.argument(list, index));
  if (value === undefined) throw new GuestMemoryFull('Expected a text from the guest, got none');
  return value;
}

/** A text whose copy, made for the host, leaves the guest's memory at once: a run may ask for many. */
function freed(quickjs: QuickJs, list: Pointer, index: number): string {
  const value = quickjs.takeString(quickjs.argument(list, index));
  if (value === undefined) throw new GuestMemoryFull('Expected a text from the guest, got none');
  return value;
}

function flag(quickjs: QuickJs, list: Pointer, index: number): boolean {
  return text(quickjs, list, index) === 'true';
}

function bytes(quickjs: QuickJs, list: Pointer, index: number): Buffer {
  const found = quickjs.arrayBuffer(quickjs.argument(list, index));
  if (found === undefined) throw new Refused('Expected bytes');
  return found;
}

function utf8(quickjs: QuickJs, list: Pointer, index: number): string {
  return bytes(quickjs, list, index).toString('utf8');
}

function algorithm(quickjs: QuickJs, list: Pointer): string {
  const name = text(quickjs, list, 0);
  if (!ALGORITHMS.includes(name)) throw new Refused('Expected a digest that is offered');
  return name;
}

function encoding(quickjs: QuickJs, list: Pointer, index: number): (typeof ENCODINGS)[number] {
  const name = text(quickjs, list, index);
  const found = ENCODINGS.find((known) => known === name);
  if (found === undefined) throw new Refused('Expected an encoding that is offered');
  return found;
}

function part(quickjs: QuickJs, exchange: Exchange, list: Pointer): Buffer {
  const found = exchange.parts[Number(text(quickjs, list, 0)) + 1];
  if (found === undefined) throw new Refused('Expected a part of the request that is there');
  return Buffer.from(found.buffer, found.byteOffset, found.byteLength);
}
