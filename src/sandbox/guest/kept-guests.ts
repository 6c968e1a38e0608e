import type { Program } from '../../core/program.ts';
import type { Execution } from '../../core/run.ts';
import type { Exchange } from './host-functions.ts';
import type { Pointer, QuickJs } from './quickjs.ts';
import type { Replay } from './replay.ts';

/** What an execution brings beside its program. */
export type ExecutionInput = Omit<Execution, 'program' | 'runId'>;

/** QuickJS on a memory of its own. */
export interface Instance {
  readonly quickjs: QuickJs;
  readonly exchange: Exchange;
  /** How deep its stack can have been used since it was restored. */
  stackStart: Pointer;
}

/** A run in an instance. */
export interface Guest {
  readonly instance: Instance;
  readonly program: Program;
  readonly input: ExecutionInput;
  readonly replay: Replay;
  /** What it carries of its request; see `CarriedJson`. */
  carried: string | undefined;
}

/**
 * Entries of the journal from which a guest is kept. With fewer, executing from the start costs no more than that each
 * guest has a memory of its own, which is in no cache when its turn comes.
 */
const ENTRIES_MIN = 4;
/**
 * Guests that a thread keeps while their effects are under way: as many as such runs that usually are at once.
 * Each takes half a megabyte, and 3 MB at most (`HEAP_BYTES_MAX`).
 */
const KEPT_MAX = 32;
/** Milliseconds after which a guest makes room: most effects that end at all have ended. */
const STALE_MS = 5000;
/** Bytes of heap above what every run begins with. */
const HEAP_BYTES_MAX = 2 * 1024 * 1024;
/** Bytes of a request's body, which is kept beside its guest. */
const BODY_BYTES_MAX = 64 * 1024;

interface Kept {
  readonly guest: Guest;
  readonly at: number;
}

/**
 * Long runs that await effects, by seed. Such a run goes on where it stopped instead of being executed from its
 * start, as it otherwise is for each effect, which takes a square of their number: with 50 effects 38 ms in all,
 * and 5 ms so. Nothing depends on it: a guest that is gone, or in another thread, is executed again from the
 * journal, to the same end.
 */
export class KeptGuests {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * @param heapBytes of the guest above the picture
   * @returns an instance that nothing needs any more: the guest's own where it is not kept
   */
  keep(guest: Guest, heapBytes: number): Instance | undefined {
    const { instance, input, program, replay } = guest;
    if (replay.size < ENTRIES_MIN) return instance;
    const { body } = input.request;
    const isLarge = heapBytes > HEAP_BYTES_MAX || body.length > BODY_BYTES_MAX;
    if (isLarge || program.trace === true || input.secrets !== undefined) return instance;
    const freed = this.#kept.size < KEPT_MAX ? undefined : this.#stale();
    if (this.#kept.size >= KEPT_MAX) return instance;
    this.#kept.set(input.seed, { guest: owning(guest), at: this.#now() });
    return freed;
  }

  /** The guest of that seed, which is not kept any longer. */
  take(seed: string): Guest | undefined {
    const kept = this.#kept.get(seed);
    if (kept !== undefined) this.#kept.delete(seed);
    return kept?.guest;
  }

  /** The instance of the oldest, where that is stale. */
  #stale(): Instance | undefined {
    const [oldest] = this.#kept.values();
    if (oldest === undefined || this.#now() - oldest.at < STALE_MS) return undefined;
    const { guest } = oldest;
    this.#kept.delete(guest.input.seed);
    return guest.instance;
  }
}

/** With bytes of its own, where it has views of the buffer that holds the bodies of a whole batch. */
function owning(guest: Guest): Guest {
  const { input, instance } = guest;
  const { body } = input.request;
  if (body.length === body.buffer.byteLength) return guest;
  const { exchange } = instance;
  exchange.parts = exchange.parts.map((part) => new Uint8Array(part));
  return {
    ...guest,
    input: { ...input, request: { ...input.request, body: new Uint8Array(body) } },
  };
}

/**
 * Whether an execution goes on with a guest; the guest's journal is then the execution's. An empty journal is that
 * of a run which begins.
 */
export function goesOn(guest: Guest, program: Program, input: ExecutionInput): boolean {
  return (
    input.journal.length > 0 &&
    guest.program.id === program.id &&
    isSameRun(guest.input, input) &&
    guest.replay.goOn(input.journal)
  );
}

function isSameRun(a: ExecutionInput, b: ExecutionInput): boolean {
  const { request: one } = a;
  const { request: other } = b;
  return (
    a.now === b.now &&
    b.secrets === undefined &&
    a.webhook === b.webhook &&
    a.event === b.event &&
    a.inputs === b.inputs &&
    one.method === other.method &&
    one.path === other.path &&
    one.query === other.query &&
    one.headers === other.headers &&
    one.url === other.url &&
    one.clientIp === other.clientIp &&
    Buffer.compare(one.body, other.body) === 0
  );
}
