import { readFileSync } from 'node:fs';

/** The version of this build, from its package.json, which stands two folders above this file. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
