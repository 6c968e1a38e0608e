import type {
  CallArgs,
  EffectKind,
  EmitArgs,
  HookArgs,
  StateArgs,
  WaitArgs,
} from '../../../core/effect.ts';
import { formatSize } from '../../../core/quantity.ts';
import { NAME_LENGTH_MAX, TOPIC } from '../../../core/topic.ts';
import { parseDate } from '../library/date-parsing.ts';
import {
  InvalidEffect,
  invalid,
  readChoice,
  readDuration,
  readFields,
  readText,
} from './fields.ts';
import { httpArgs } from './http-args.ts';

/** A year: what waits longer belongs into a schedule. */
const WAIT_MS_MAX = 365 * 86_400_000;
/** Characters of a key, as of a file's name in most systems, twice. */
const KEY_LENGTH_MAX = 512;
const NAME = /^[A-Za-z0-9._-]+$/;

const KINDS: Readonly<Record<EffectKind, (described: unknown, now: number) => object>> = {
  http: httpArgs,
  state: stateArgs,
  wait: waitArgs,
  call: callArgs,
  emit: emitArgs,
  hook: hookArgs,
};

export function isEffectKind(text: string): text is EffectKind {
  return Object.hasOwn(KINDS, text);
}

/**
 * `EffectRequest.args` from what the guest describes. This half stands on the host, because the guest
 * shares its prototypes with the author: a replaced `RegExp.prototype.exec` must not let a line break into
 * a header.
 *
 * @param described JSON, see `library/effects.ts`
 * @param now the time inside, in milliseconds since the epoch
 * @throws InvalidEffect
 */
export function effectArgs(
  kind: EffectKind,
  described: string,
  now: number,
  bytesMax: number,
): string {
  const args = JSON.stringify(KINDS[kind](JSON.parse(described), now));
  if (Buffer.byteLength(args) > bytesMax) {
    throw new InvalidEffect(
      `Expected at most ${formatSize(bytesMax)} for one effect, got more. Raise \`limits.output\` or send less`,
    );
  }
  return args;
}

function stateArgs(described: unknown): StateArgs {
  const given = readFields(described, ['op', 'key', 'value', 'by', 'options'], 'state');
  const op = readChoice(given.op, ['get', 'set', 'delete', 'increment'], 'state');
  const key = readText(given.key, `the key of state.${op}`);
  if (key === '' || key.length > KEY_LENGTH_MAX || /\p{Cc}/u.test(key)) {
    throw invalid(
      `a key of 1 to ${KEY_LENGTH_MAX} characters without control characters for state.${op}`,
      key,
    );
  }
  const ttl = readTtl(given.options);
  switch (op) {
    case 'get':
    case 'delete':
      return { op, key };
    case 'set':
      if (given.value === undefined) throw invalid('a value for state.set', undefined);
      return { op, key, value: given.value, ...ttl };
    case 'increment': {
      const { by } = given;
      if (typeof by !== 'number') throw invalid('a number to add for state.increment', by);
      return { op, key, by, ...ttl };
    }
  }
}

function readTtl(options: unknown): { ttlMs?: number } {
  const { ttl } = readFields(options ?? {}, ['ttl'], 'options of state');
  if (ttl === undefined || ttl === null) return {};
  const ttlMs = readDuration(ttl, WAIT_MS_MAX, 'ttl of state');
  if (ttlMs === 0) throw invalid('a ttl of state over 0', ttl);
  return { ttlMs };
}

function waitArgs(described: unknown, now: number): WaitArgs {
  const given = readFields(described, ['for', 'until'], 'wait');
  if (given.until === undefined) {
    return { until: now + readDuration(given.for, WAIT_MS_MAX, 'wait') };
  }
  const until = parseDate(given.until);
  if (until === undefined) throw invalid('a date and time as until of wait', given.until);
  if (until > now + WAIT_MS_MAX) {
    throw invalid('a time within 365 days as until of wait', given.until);
  }
  return { until };
}

function callArgs(described: unknown): CallArgs {
  const given = readFields(described, ['name', 'inputs'], 'call');
  const inputs = given.inputs ?? {};
  if (typeof inputs !== 'object' || Array.isArray(inputs)) {
    throw invalid('inputs by name for call', inputs);
  }
  return {
    function: readName(given.name, NAME, 'the name of a function for call'),
    inputs: inputs as Record<string, unknown>,
  };
}

function emitArgs(described: unknown): EmitArgs {
  const given = readFields(described, ['name', 'data'], 'emit');
  const topic = readName(given.name, TOPIC, 'a topic such as order.paid for emit');
  return { topic, data: given.data ?? null };
}

function hookArgs(described: unknown): HookArgs {
  const given = readFields(described, ['name', 'data'], 'hook');
  const hook = readName(given.name, NAME, 'the name of a hook for hook');
  return { hook, data: given.data ?? null };
}

function readName(value: unknown, form: RegExp, of: string): string {
  if (typeof value === 'string' && value.length <= NAME_LENGTH_MAX && form.test(value)) {
    return value;
  }
  throw invalid(of, value);
}
