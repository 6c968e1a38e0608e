import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import type { Attach } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

/** A recording holds a request as received, and the URL with its token. */
const OWNER_ONLY = 0o600;

export function addRunExport(parent: Command, attach: Attach): void {
  const command = parent
    .command('export')
    .description('Write all that a run depended on as one JSON file, which replay reads anywhere.')
    .argument('<run>', 'its id')
    .option('--output <file>', 'where to write it; standard output where absent');
  addDataSettings(command);
  addExamples(
    command,
    'hookwright run export run_01KS… --output run.json',
    'hookwright run replay run.json',
  );
  attach(command, async (session, id) => {
    await session.withApi(async (api) => {
      const bytes = await api.bytes(`/runs/${pathPart(id)}/recording`);
      const { output } = session.options;
      if (typeof output !== 'string') {
        session.surroundings.out.write(bytes);
        session.surroundings.out.write('\n');
        return;
      }
      await write(output, bytes);
      session.show({ file: output, size: bytes.length }, () => `${output}: ${bytes.length} bytes`);
    });
  });
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { mode: OWNER_ONLY });
  } catch (error) {
    const { message } = error as Error;
    throw new HookwrightError(
      'usage.invalid',
      `Expected a file that can be written at ${file}: ${message}.`,
      { cause: error },
    );
  }
}
