import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Program } from '../../core/program.ts';
import {
  type BatchMessage,
  decodeRuns,
  encodeResults,
  type NumberedResult,
  type NumberedRun,
  type ThreadData,
  type ThreadMessage,
} from '../protocol/messages.ts';
import { type Base, makeBase } from './boot.ts';
import { Executor } from './executor.ts';
import { freezeClock } from './frozen-clock.ts';
import { type KnownProgram, Programs } from './programs.ts';

/** Entry of a sandbox thread: takes batches of runs, one after another, and posts their results. */

const { base: given, progress, snapshotsBytesMax } = workerData as ThreadData;
const running = new Int32Array(progress);
const programs = new Programs(snapshotsBytesMax);
/** Not yet posted. */
let results: NumberedResult[] = [];
let batches: Promise<void> = Promise.resolve();

const base = (given as Base | undefined) ?? (await makeBase());
const executor = new Executor({
  base,
  programs,
  setClock: freezeClock(),
  random: randomUUID(),
  // Those who are done need not wait for one that takes its time.
  onSlow: () => {
    if (results.length > 0) post(false);
  },
});
parentPort?.on('message', (batch: BatchMessage) => {
  batches = batches.then(() => work(batch));
});
await executor.prepare();
send({ type: 'ready', ...(given === undefined ? { base } : {}) });

async function work(batch: BatchMessage): Promise<void> {
  const sent = new Map<string, Program>();
  for (const text of batch.programs) {
    const program = JSON.parse(text) as Program;
    sent.set(program.id, program);
  }
  for (const run of decodeRuns(batch)) {
    const known = lookUp(run, sent);
    if (!executor.isReady) await executor.prepare();
    Atomics.store(running, 0, run.number);
    const result = known && executor.execute(known, run.input);
    Atomics.store(running, 0, 0);
    results.push({ number: run.number, result });
  }
  post(true);
  // Now, rather than when the next run waits for it.
  if (!executor.isReady) await executor.prepare();
}

/** A program enters the cache when it is used, so that one batch cannot push out its own. */
function lookUp(
  { programId }: NumberedRun,
  sent: ReadonlyMap<string, Program>,
): KnownProgram | undefined {
  const known = programs.get(programId);
  if (known !== undefined) return known;
  const program = sent.get(programId);
  if (program === undefined) return undefined;
  programs.add(program);
  return programs.get(programId);
}

function post(ended: boolean): void {
  const { results: fields, bodies } = encodeResults(results);
  results = [];
  send({ type: 'results', results: fields, bodies, ended }, [bodies.buffer as ArrayBuffer]);
}

function send(message: ThreadMessage, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
