import type { HttpReply } from '../../../core/effect.ts';
import { lazily } from '../inside/lazy.ts';
import { cut, joined, parse, setPrototypeOf, stringify } from '../inside/primordials.ts';
import { RunError } from '../inside/thrown.ts';
import { decodeUtf8, encodeUtf8 } from './bytes.ts';
import type { Host } from './host.ts';

/** Characters of a body that is no JSON which the message quotes. */
const QUOTED_MAX = 60;

const prototypeOf: (value: unknown) => unknown = Object.getPrototypeOf;
const syntaxError: object = SyntaxError.prototype;

/**
 * What `http` gives to authors: `status`, `headers`, `body` (text), `bytes` and `json`; the last two are
 * made when they are first read, and do not show in the JSON of the reply.
 *
 * @returns makes one of the JSON of an `HttpReply`
 */
export function httpReplies(host: Host): (text: string) => unknown {
  const prototype = {};
  lazily(prototype, 'json', (self) => readJson(self as HttpReply), false);
  lazily(prototype, 'bytes', (self) => encodeUtf8(host, bodyOf(self as HttpReply)), false);
  return (text) => {
    const reply = parse(text) as Record<string, unknown>;
    const { base64 } = reply;
    setPrototypeOf(reply, prototype);
    if (typeof base64 !== 'string') return reply;
    delete reply.base64;
    const bytes = (): Uint8Array => new Uint8Array(host.bytes(base64, 'base64'));
    lazily(reply, 'bytes', bytes, false);
    lazily(reply, 'body', () => decodeUtf8(host, bytes()));
    return reply;
  };
}

function bodyOf({ body }: HttpReply): string {
  return typeof body === 'string' ? body : '';
}

function readJson(reply: HttpReply): unknown {
  const body = bodyOf(reply);
  try {
    return parse(body);
  } catch (error) {
    if (prototypeOf(error) !== syntaxError) throw error; // Out of memory or stack.
    const start = body.length > QUOTED_MAX ? joined`${cut(body, 0, QUOTED_MAX)}…` : body;
    const message = joined`Expected JSON in the body of the reply with status ${reply.status}, got ${stringify(start)}`;
    throw new RunError('effect.failed', message, reply.status);
  }
}
