import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running server leaves in its data folder, so that commands find it. */
export interface ServerNote {
  /** Where it listens. */
  readonly url: string;
  readonly pid: number;
  /** The API's token: the file is readable to its owner only. */
  readonly token: string;
}

const NAME = 'server.json';

export function noteServer(dataDir: string, note: ServerNote): void {
  const file = join(dataDir, NAME);
  rmSync(file, { force: true }); // `mode` counts only when the file is made.
  writeFileSync(file, `${JSON.stringify(note)}\n`, { mode: 0o600 });
}

export function forgetServer(dataDir: string): void {
  rmSync(join(dataDir, NAME), { force: true });
}

/** The note, which a killed server leaves behind too; `undefined` where there is none to read. */
export function readServerNote(dataDir: string): ServerNote | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, NAME), 'utf8')) as ServerNote;
  } catch {
    return undefined;
  }
}
