import { isDeepStrictEqual } from 'node:util';
import type { Reach } from '../../core/program.ts';
import type { RecordedEvent } from '../../engine/recording.ts';

type Pair = readonly [name: string, value: string];

/**
 * A captured request in the keys of request files. Headers that the automation does not read are left out:
 * nobody wants a caller's credentials in a test.
 */
export function requestFields(event: RecordedEvent, reach: Reach): Record<string, unknown> {
  const { method, path, query, clientIp } = event;
  const headers = headersOf(event, reach);
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const repeats = new Set(headers.map(([name]) => name.toLowerCase())).size < headers.length;
  return {
    method,
    ...(path === '' ? {} : { path }),
    ...(query === null ? {} : { query: query.startsWith('?') ? `?${query}` : query }),
    ...(headers.length === 0 ? {} : { headers: repeats ? headers : Object.fromEntries(headers) }),
    ...(reaches(reach, ['client']) ? { ip: clientIp } : {}),
    ...bodyField(event.body, type, reach),
  };
}

function headersOf({ headers }: RecordedEvent, reach: Reach): readonly Pair[] {
  const flat = JSON.parse(headers) as string[];
  const pairs = flat.flatMap((name, index): Pair[] =>
    index % 2 === 0 ? [[name, flat[index + 1] as string]] : [],
  );
  if (reaches(reach, ['headers', 'header'])) return pairs;
  return pairs.filter(([name]) => name.toLowerCase() === 'content-type').slice(0, 1);
}

function bodyField(
  bytes: Uint8Array,
  type: string | undefined,
  reach: Reach,
): Readonly<Record<string, unknown>> {
  if (bytes.length === 0) return {};
  const text = textOf(bytes);
  if (text !== undefined) {
    // Any other form than bytes gets a content type of its own where there is none.
    const isSeen = reaches(reach, ['headers', 'header', 'form', 'files', 'params']);
    const json = type !== undefined || !isSeen ? jsonOf(text, reach) : undefined;
    if (json !== undefined) return { json };
    const form = type?.startsWith('application/x-www-form-urlencoded') ? formOf(text) : undefined;
    if (form !== undefined) return { form };
    if (type !== undefined) return { text };
  }
  return { base64: Buffer.from(bytes).toString('base64') };
}

/** `undefined` where writing it again gives other bytes that the automation could tell. */
function jsonOf(text: string, reach: Reach): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const again = JSON.stringify(value);
  const isSame = again === text || !reaches(reach, ['body', 'bytes']);
  // A number that is too large is infinite when it is read, and `null` when it is written.
  return isSame && isDeepStrictEqual(JSON.parse(again), value) ? value : undefined;
}

function formOf(text: string): Readonly<Record<string, string | readonly string[]>> | undefined {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  const pairs = [...fields].flatMap(([name, values]) => values.map((value) => [name, value]));
  if (new URLSearchParams(pairs as [string, string][]).toString() !== text) return undefined;
  const entries = [...fields].map(([name, values]) => [
    name,
    values.length === 1 ? (values[0] as string) : values,
  ]);
  return Object.fromEntries(entries) as Record<string, string | string[]>;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function reaches(reach: Reach, members: readonly string[]): boolean {
  return reach === true || members.some((member) => Object.hasOwn(reach, member));
}
