import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { HookwrightError } from '../../core/errors.ts';
import type { Recording } from '../../engine/recording.ts';
import { addExamples } from '../examples.ts';
import { pathPart } from '../path-part.ts';
import { readRecordingOf } from '../read-recording.ts';
import type { Attach, Session } from '../session.ts';
import { addDataSettings } from '../settings-options.ts';

/** A recording holds a request as received, and the URL with its token. */
const OWNER_ONLY = 0o600;

export function addRunExport(parent: Command, attach: Attach): void {
  const command = parent
    .command('export')
    .description('Write all that a run depended on as one file, for replay anywhere or as a test.')
    .argument('<run>', 'its id; with --as-test also a file that export wrote')
    .option('--as-test', 'write a case for `hookwright test` instead, as YAML')
    .option('--name <text>', 'with --as-test: what the case shows')
    .option(
      '--output <file>',
      'where to write it, a case besides those there; else standard output',
    );
  addDataSettings(command);
  addExamples(
    command,
    'hookwright run export run_01KS… --output run.json',
    'hookwright run replay run.json',
    'hookwright run export run_01KS… --as-test --output automations/orders.test.yaml',
  );
  attach(command, async (session, id = '') => {
    if (session.options.asTest === true) return exportTest(session, id);
    if (session.options.name !== undefined) {
      throw new HookwrightError('usage.invalid', 'Expected --as-test beside --name, got it alone.');
    }
    await session.withApi(async (api) => {
      await put(session, await api.bytes(`/runs/${pathPart(id)}/recording`), OWNER_ONLY);
    });
  });
}

async function exportTest(session: Session, id: string): Promise<void> {
  const recording = await readRecordingOf(session, id);
  const [{ exportTest: makeCase }, { withCase, writeTestFile }] = await Promise.all([
    import('../export-test.ts'),
    import('../test-file.ts'),
  ]);
  const { name, output } = session.options;
  const { fields, strays, features } = await makeCase(
    recording,
    typeof name === 'string' ? name : nameOf(recording),
  );
  if (strays.length > 0) {
    session.note(`the case gives something else than the run in ${strays.join(', ')}.`);
  }
  if (features.url) session.note('the case holds the URL of the webhook with its token.');
  const { automation } = recording.revision;
  const text =
    typeof output === 'string'
      ? await withCase(output, automation, fields)
      : writeTestFile({ automation, cases: [fields] });
  await put(session, Buffer.from(text), undefined);
}

function nameOf({ run, event }: Recording): string {
  return `as ${run.id} of ${new Date(event.receivedAt).toISOString().slice(0, 10)}`;
}

async function put(session: Session, bytes: Uint8Array, mode: number | undefined): Promise<void> {
  const { output } = session.options;
  const { out } = session.surroundings;
  if (typeof output !== 'string') {
    out.write(bytes);
    if (bytes.at(-1) !== '\n'.charCodeAt(0)) out.write('\n');
    return;
  }
  try {
    await writeFile(output, bytes, mode === undefined ? {} : { mode });
  } catch (error) {
    const { message } = error as Error;
    throw new HookwrightError(
      'usage.invalid',
      `Expected a file that can be written at ${output}: ${message}.`,
      { cause: error },
    );
  }
  session.show({ file: output, size: bytes.length }, () => `${output}: ${bytes.length} bytes`);
}
