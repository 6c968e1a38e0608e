import type {
  CallArgs,
  EmitArgs,
  HookArgs,
  HttpArgs,
  JournalEntry,
  StateArgs,
  WaitArgs,
} from '../../core/effect.ts';
import { formatDuration } from '../../core/quantity.ts';
import type { Answer } from '../../core/run.ts';
import type { Trigger } from '../../language/generate/unit.ts';
import type { CaseOutcome } from '../run-case.ts';
import { patternOf } from './target.ts';

type Fields = Record<string, unknown>;

/** What came of a case, as its `expect`. */
export function expectOf({ record, effects }: CaseOutcome, trigger: Trigger): Fields {
  const { answer, failure, logs, value } = record;
  const isSilent = answer === undefined && failure === undefined && trigger === 'webhook';
  return {
    ...(answer === undefined ? {} : { response: responseOf(answer) }),
    ...(isSilent ? { response: { status: 204 } } : {}),
    ...(value === undefined ? {} : { value: JSON.parse(value) as unknown }),
    ...(failure === undefined
      ? {}
      : {
          failure: {
            code: failure.code,
            message: failure.message,
            ...(failure.line === undefined ? {} : { line: failure.line }),
          },
        }),
    effects: effects.map(effectOf),
    ...(logs.length === 0 ? {} : { logs: logs.map(({ level, text }) => ({ level, text })) }),
  };
}

function responseOf({ status, headers, body }: Answer): Fields {
  const bytes = Buffer.from(body as Uint8Array);
  return { status, ...headersOf(headers), ...bodyOf(bytes, isJson(headers), 'json_exact') };
}

type Pairs = readonly (readonly [name: string, value: string])[];

function headersOf(headers: Pairs): Fields {
  const byName = new Map<string, string[]>();
  for (const [name, value] of headers) byName.set(name, [...(byName.get(name) ?? []), value]);
  if (byName.size === 0) return {};
  const shown = [...byName].map(([name, all]) => [name, all.length === 1 ? all[0] : all]);
  return { headers: Object.fromEntries(shown) as Fields };
}

function isJson(headers: Pairs): boolean {
  return headers.some(([name, value]) => /^content-type$/i.test(name) && /\bjson\b/.test(value));
}

/** @param jsonKey where a body that is JSON goes; `json` lets it have more keys */
function bodyOf(bytes: Buffer, mayBeJson: boolean, jsonKey: 'json' | 'json_exact'): Fields {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: bytes.toString('base64') };
  }
  if (mayBeJson) {
    try {
      const value: unknown = JSON.parse(text);
      if (JSON.stringify(value) === text) return { [jsonKey]: value };
    } catch {}
  }
  return { body: text };
}

function effectOf({ kind, args, beganAt }: JournalEntry): Fields {
  const given = JSON.parse(args) as unknown;
  switch (kind) {
    case 'wait': {
      const { until } = given as WaitArgs;
      const ms = until - beganAt;
      const isRound = ms >= 0 && ms % 1000 === 0;
      return { wait: isRound ? formatDuration(ms) : new Date(until).toISOString() };
    }
    case 'http':
      return { http: patternOf(kind, args), ...httpOf(given as HttpArgs) };
    case 'state':
      return { state: patternOf(kind, args), ...stateOf(given as StateArgs) };
    case 'call':
      return { call: patternOf(kind, args), inputs: (given as CallArgs).inputs };
    case 'emit':
    case 'hook':
      return { [kind]: patternOf(kind, args), data: (given as EmitArgs | HookArgs).data };
  }
}

function httpOf({ headers, body, base64 }: HttpArgs): Fields {
  return {
    ...headersOf(headers),
    ...(base64 === undefined ? {} : { base64 }),
    ...(body === undefined ? {} : bodyOf(Buffer.from(body), isJson(headers), 'json')),
  };
}

function stateOf(args: StateArgs): Fields {
  const ttl = 'ttlMs' in args ? { ttl: formatDuration(args.ttlMs as number) } : {};
  if (args.op === 'set') return { value: args.value, ...ttl };
  return args.op === 'increment' ? { by: args.by, ...ttl } : {};
}
