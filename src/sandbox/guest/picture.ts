import type { Layout } from './layout.ts';
import type { Pointer, QuickJs } from './quickjs.ts';

/**
 * A picture of an instance's memory after boot: all that a run starts from. Each thread has its own copy:
 * out of shared memory V8 copies in small steps, 15 µs rather than 4.
 */
export interface Picture {
  readonly layout: Layout;
  /** The static data, from address 0. */
  readonly low: Uint8Array;
  /** From `layout.heapStart` to `top`. */
  readonly heap: Uint8Array;
  readonly top: Pointer;
  /** Where `QuickJs.begin` has put things. */
  readonly addresses: readonly [runtime: Pointer, context: Pointer, list: Pointer];
}

/** How a memory differs from the picture once something is loaded. */
export interface Difference {
  readonly places: readonly Pointer[];
  /** What stands at each place: views of one buffer, which to make anew for each run takes 2 µs. */
  readonly parts: readonly Uint8Array[];
  /** Memory that it takes on the host. */
  readonly size: number;
}

/**
 * Bytes that are compared and kept as one. Measured for a small program: blocks of 256 bytes keep 20 kB in 44
 * places, of 512 bytes 31 kB, of 1 kB 51 kB, at the same speed; the smallest make room for most programs.
 */
const BLOCK_BYTES = 256;
/** What a place takes beside its bytes: mostly V8's view of a buffer. */
const PLACE_BYTES = 128;

/**
 * Takes the picture. Only of a state between calls: all of C's stack is dead then, and is cleared
 * rather than kept.
 */
export function takePicture(quickjs: QuickJs, layout: Layout): Picture {
  const { bytes, words } = quickjs;
  const top = words[layout.topAt / 4] as number;
  bytes.fill(0, layout.stackStart, layout.heapStart);
  return {
    layout,
    low: new Uint8Array(bytes.subarray(0, layout.staticEnd)),
    heap: new Uint8Array(bytes.subarray(layout.heapStart, top)),
    top,
    addresses: quickjs.addresses,
  };
}

/**
 * Puts an instance back into the pictured state, whatever the last run has left: nothing of it stays
 * behind, not even where the guest could only read it through a fault in QuickJS.
 *
 * Costs 13 µs of a run's 55 µs (a JSON event of 1 kB echoed): 9 µs for the picture (356 kB), 2 µs for the program's
 * difference, and 2 µs for the stack, which is cleared as deep as the last run can have used it (looking how deep
 * it was costs more): 7 µs more after a program that is not shallow, and 6 µs for each MB that the last run took
 * above the picture. In a server whose threads share caches it is twice that: what counts is how many bytes are
 * touched. Looking for changed blocks instead of copying all was not faster: comparing takes as long. A fresh
 * context with the library takes 2,500 µs, one with nothing in it 160 µs (`bench/isolation.js`).
 *
 * @param differences what to put on top of the picture, in this order
 * @param stackStart how deep the last run can have used the stack
 */
export function restore(
  quickjs: QuickJs,
  picture: Picture,
  differences: readonly Difference[] = [],
  stackStart: Pointer = picture.layout.stackStart,
): void {
  const { bytes, words } = quickjs;
  const { layout } = picture;
  const top = words[layout.topAt / 4] as number;
  if (top > picture.top) bytes.fill(0, picture.top, top);
  bytes.fill(0, stackStart, layout.heapStart);
  bytes.set(picture.low, 0);
  bytes.set(picture.heap, layout.heapStart);
  for (const { places, parts } of differences) {
    for (let i = 0; i < places.length; i++) {
      bytes.set(parts[i] as Uint8Array, places[i] as Pointer);
    }
  }
}

/** The picture with a difference on top of it. */
export function withDifference(picture: Picture, { places, parts }: Difference): Picture {
  const { staticEnd, heapStart } = picture.layout;
  const ends = places.map((at, i) => at + (parts[i] as Uint8Array).length);
  const top = ends.reduce((highest, end) => Math.max(highest, end), picture.top);
  const low = picture.low.slice();
  const heap = new Uint8Array(top - heapStart);
  heap.set(picture.heap);
  parts.forEach((part, i) => {
    const at = places[i] as Pointer;
    if (at < staticEnd) low.set(part, at);
    else heap.set(part, at - heapStart);
  });
  return { ...picture, low, heap, top };
}

/** What was changed since the picture was restored. */
export function takeDifference(quickjs: QuickJs, picture: Picture): Difference {
  const { bytes, words } = quickjs;
  const { layout } = picture;
  const top = words[layout.topAt / 4] as number;
  const places: Pointer[] = [];
  const sizes: number[] = [];
  const compare = (from: Pointer, to: Pointer, known: Buffer, knownFrom: Pointer): void => {
    for (let at = from; at < to; at += BLOCK_BYTES) {
      const end = Math.min(at + BLOCK_BYTES, to);
      if (bytes.compare(known, at - knownFrom, end - knownFrom, at, end) === 0) continue;
      const last = places.length - 1;
      if (last >= 0 && (places[last] as Pointer) + (sizes[last] as number) === at) {
        (sizes[last] as number) += end - at;
      } else {
        places.push(at);
        sizes.push(end - at);
      }
    }
  };
  compare(0, layout.staticEnd, view(picture.low), 0);
  compare(layout.heapStart, picture.top, view(picture.heap), layout.heapStart);
  compare(picture.top, top, Buffer.alloc(top - picture.top), picture.top);
  const kept = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let filled = 0;
  const parts = places.map((at, i) => {
    const part = kept.subarray(filled, filled + (sizes[i] as number));
    part.set(bytes.subarray(at, at + part.length));
    filled += part.length;
    return part;
  });
  return { places, parts, size: kept.length + places.length * PLACE_BYTES };
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
