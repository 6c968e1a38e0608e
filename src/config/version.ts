import { readFileSync } from 'node:fs';
import { installedFile } from '../core/installation.ts';

/** The version of this build, from its package.json. */
export function readVersion(): string {
  const text = readFileSync(installedFile(import.meta.url, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
