import type { Recording } from '../engine/recording.ts';
import { openSandbox } from '../sandbox/pool.ts';
import { type ExportedCase, exportCase } from '../testing/export/run.ts';
import { readTestRequest } from './read-test-request.ts';
import { writeTestFile } from './test-file.ts';

/** Makes a case of a recording, in a sandbox of its own. */
export async function exportTest(recording: Recording, name: string): Promise<ExportedCase> {
  const sandbox = await openSandbox({ threads: 1 });
  try {
    const parts = { sandbox, readRequest: readTestRequest, write: writeTestFile };
    return await exportCase(recording, name, parts);
  } finally {
    await sandbox.close();
  }
}
