import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceFiles } from '../../src/package/source-files.ts';
import { readSource } from '../../src/source/read/source.ts';
import type { SourceRequest } from '../../src/source/request.ts';
import type { Keys, Source } from '../../src/source/source.ts';
import { type Verdict, verify } from '../../src/source/verify.ts';

export const PRESETS: ReadonlyMap<string, Source> = await shipped();

async function shipped(): Promise<ReadonlyMap<string, Source>> {
  const files = new SourceFiles(['sources']);
  const found = new Map<string, Source>();
  for (const name of await files.names()) {
    const read = await files.get(name);
    if (read?.source !== undefined) found.set(name, read.source);
  }
  return found;
}

/** The time of every test that does not say otherwise. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

export function preset(name: string): Source {
  const found = PRESETS.get(name);
  if (found === undefined) throw new Error(`no preset ${name}`);
  return found;
}

/** A source as a webhook would set it; throws where it has mistakes. */
export function custom(value: Record<string, unknown>): Source {
  const read = readSource({ source: 'custom', description: 'A test', ...value }, PRESETS);
  if (read.ok) return read.source;
  throw new Error(read.mistakes.map(({ message }) => message).join('\n'));
}

export interface Parts {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>> | readonly string[];
  readonly body?: string | Uint8Array;
  readonly clientIp?: string;
  readonly isProxied?: boolean;
}

export function request({
  method = 'POST',
  url = 'https://hooks.example.com/webhooks/abc',
  headers = {},
  body = '',
  clientIp = '192.0.2.7',
  isProxied = false,
}: Parts): SourceRequest {
  const query = url.indexOf('?');
  return {
    method,
    url,
    query: query < 0 ? null : url.slice(query + 1),
    headers: Array.isArray(headers) ? headers : Object.entries(headers).flat(),
    body: typeof body === 'string' ? Buffer.from(body) : body,
    clientIp,
    isProxied,
  };
}

export function judge(source: Source, parts: Parts, keys: Keys = {}, now: number = NOW): Verdict {
  return verify(source, request(parts), keys, now);
}

/** `accepted`, `handshake`, `fetch`, or the code of the refusal. */
export function outcome(verdict: Verdict): string {
  return verdict.is === 'refused' ? verdict.refusal.code : verdict.is;
}

/** A MAC by OpenSSL's command: code that shares nothing with ours. */
export function opensslHmac(
  hash: 'sha1' | 'sha256' | 'sha384' | 'sha512',
  key: string | Uint8Array,
  content: string | Uint8Array,
): Buffer {
  const hex = Buffer.from(key).toString('hex');
  return execFileSync(
    'openssl',
    ['dgst', `-${hash}`, '-mac', 'HMAC', '-macopt', `hexkey:${hex}`, '-binary'],
    { input: content },
  );
}

/** Runs OpenSSL's command with a key and a content as files, named `KEY` and `CONTENT` in its arguments. */
export function openssl(privatePem: string, content: string, command: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'hookwright-source-'));
  try {
    writeFileSync(join(folder, 'KEY'), privatePem);
    writeFileSync(join(folder, 'CONTENT'), content);
    return execFileSync('openssl', command.split(' '), { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
