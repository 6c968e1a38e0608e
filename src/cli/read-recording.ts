import type { Recording } from '../engine/recording.ts';
import { pathPart } from './path-part.ts';
import { readNamedFile } from './read-file.ts';
import type { Session } from './session.ts';

/** What ids of runs look like; a file of such a name is reached as `./run_…`. */
const RUN_ID = /^run_[0-9A-Z]+$/i;

/** The recording of a run by its id, or of a file that `run export` wrote, which needs no server. */
export async function readRecordingOf(session: Session, run: string): Promise<Recording> {
  const { readRecording } = await import('../engine/recording/read.ts');
  if (!RUN_ID.test(run)) return readRecording(await readNamedFile(run));
  let bytes = new Uint8Array();
  await session.withApi(async (api) => {
    bytes = new Uint8Array(await api.bytes(`/runs/${pathPart(run)}/recording`));
  });
  return readRecording(bytes);
}
