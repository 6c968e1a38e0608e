import { SHALLOW_STACK_BYTES_MAX, STACK_BYTES_MAX } from '../protocol/failure.ts';
import type { Pointer, QuickJs } from './quickjs.ts';

/**
 * Where things lie in the memory of this build of QuickJS, low to high: C's static data, C's stack (5 MB,
 * growing down, QuickJS uses at most `STACK_BYTES_MAX` of it), the heap up to its top.
 */
export interface Layout {
  /** End of the static data. */
  readonly staticEnd: Pointer;
  /** No byte below this and above the static data is ever written. */
  readonly stackStart: Pointer;
  /** The same while a shallow program runs. */
  readonly shallowStackStart: Pointer;
  /** Start of the heap; a few bytes of the stack may lie behind it. */
  readonly heapStart: Pointer;
  /** The word in the static data that holds the heap's top (`sbrk_val`). No byte above it is written. */
  readonly topAt: Pointer;
}

const BLOCK_BYTES = 4096;
const PROBE_BYTES = 4 * 1024 * 1024;
const STATIC_BYTES_MAX = 1024 * 1024;
/** C functions below the interpreter (regular expressions, sorting) go deeper than QuickJS checks. */
const STACK_MARGIN_BYTES = 64 * 1024;

/**
 * Finds the layout by trying, because the package does not export it. Uses the instance up: its heap has
 * grown. Takes about 5 ms, once for a process.
 *
 * @param quickjs fresh: nothing has begun in it
 * @throws Error where the package's build differs from what is understood here
 */
export function findLayout(quickjs: QuickJs): Layout {
  const { staticEnd, heapStart } = findGap(quickjs.words);
  const topAt = findTop(quickjs, staticEnd);
  const stackStart = heapStart - STACK_BYTES_MAX - STACK_MARGIN_BYTES;
  const shallowStackStart = heapStart - SHALLOW_STACK_BYTES_MAX - STACK_MARGIN_BYTES;
  if (stackStart < staticEnd) throw new Error('Expected a C stack of 5 MB in QuickJS, got less');
  return { staticEnd, stackStart, shallowStackStart, heapStart, topAt };
}

/** Fresh memory: static data, 5 MB of nothing, the first blocks of the heap. */
function findGap(words: Int32Array): { staticEnd: Pointer; heapStart: Pointer } {
  let staticEnd = 0;
  while (!isZero(words, staticEnd, staticEnd + BLOCK_BYTES)) staticEnd += BLOCK_BYTES;
  let heapStart = staticEnd;
  while (heapStart < words.length * 4 && isZero(words, heapStart, heapStart + BLOCK_BYTES)) {
    heapStart += BLOCK_BYTES;
  }
  return { staticEnd, heapStart };
}

/**
 * The heap's top is the word that moves with each allocation by its size, lies above what was given out, and
 * stays when it is given back. That it stays means that it marks the highest byte ever used.
 */
function findTop(quickjs: QuickJs, staticEnd: Pointer): Pointer {
  const count = Math.min(staticEnd, STATIC_BYTES_MAX) / 4;
  const before = quickjs.words.slice(0, count);
  const at = quickjs.malloc(PROBE_BYTES);
  const between = quickjs.words.slice(0, count);
  const last = quickjs.malloc(PROBE_BYTES);
  const after = quickjs.words.slice(0, count);
  quickjs.free(last);
  quickjs.free(at);
  const candidates: Pointer[] = [];
  for (let i = 0; i < count; i++) {
    const [a, b, c] = [before[i], between[i], after[i]] as [number, number, number];
    // By a little less where the heap had room below its top.
    const least = PROBE_BYTES / 2;
    const moves = b - a >= least && c - b >= least && c % BLOCK_BYTES === 0;
    const above = c >= last + PROBE_BYTES && quickjs.words[i] === c;
    if (moves && above) candidates.push(i * 4);
  }
  const [found] = candidates;
  if (found === undefined || candidates.length > 1) {
    throw new Error(`Expected one word with the top of QuickJS's heap, got ${candidates.length}`);
  }
  return found;
}

/**
 * Whether nothing was written where the layout says that nothing ever is: between the static data and the
 * stack, and above the heap. For tests, after runs that went as deep and as far as they could.
 *
 * @param stackStart of the layout: that of all programs, or that of shallow ones
 */
export function isUntouched(
  { words }: QuickJs,
  layout: Layout,
  stackStart: Pointer = layout.stackStart,
): boolean {
  const top = words[layout.topAt / 4] as number;
  return isZero(words, layout.staticEnd, stackStart) && isZero(words, top, words.length * 4);
}

function isZero(words: Int32Array, from: Pointer, to: Pointer): boolean {
  for (let at = from / 4; at < to / 4; at++) if (words[at] !== 0) return false;
  return true;
}
