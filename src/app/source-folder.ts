import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installedFile } from '../core/installation.ts';
import type { SourceFolder } from '../engine/callers/source-folder.ts';
import { SourceFiles } from '../package/source-files.ts';

/** What ships. */
const SHIPPED = fileURLToPath(installedFile(import.meta.url, 'sources'));
/** Where an operator's own are looked for, as automations are. */
const OWN = './sources';

/** The sources that ship and the operator's own. @param own the folder that is set, which has to be there */
export function sourceFolder(own: string | undefined): SourceFolder {
  const second = own ?? (existsSync(OWN) ? OWN : undefined);
  // In a checkout both are one.
  const isOther =
    second !== undefined && !(existsSync(second) && realpathSync(second) === realpathSync(SHIPPED));
  return new SourceFiles(isOther ? [SHIPPED, second] : [SHIPPED]);
}
