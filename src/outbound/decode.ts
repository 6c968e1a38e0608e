import { Readable } from 'node:stream';
import {
  type BrotliOptions,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  type ZlibOptions,
} from 'node:zlib';
import { Collector } from './collect.ts';

export interface Decoded {
  readonly body: Uint8Array;
  readonly overflowed: boolean;
}

type Decoder = ReturnType<typeof createGunzip>;
type MakeDecoder = (body: Uint8Array, cut: boolean) => Decoder;

const gzip: MakeDecoder = (_body, cut) => createGunzip(zlibOptions(cut));

const DECODERS: ReadonlyMap<string, MakeDecoder> = new Map([
  ['gzip', gzip],
  ['x-gzip', gzip],
  // RFC 9110, section 8.4.1.2, means zlib's format, and notes that some servers send bare deflate.
  [
    'deflate',
    (body, cut) =>
      ((body[0] ?? 0) & 0x0f) === ZLIB_METHOD
        ? createInflate(zlibOptions(cut))
        : createInflateRaw(zlibOptions(cut)),
  ],
  ['br', (_body, cut) => createBrotliDecompress(brotliOptions(cut))],
]);

/** RFC 1950, section 2.2: the low half of the first byte, 8 for deflate, which bare deflate never has. */
const ZLIB_METHOD = 8;

/** With this flush a decoder gives what there is when its input ends early. */
function zlibOptions(cut: boolean): ZlibOptions {
  return cut ? { finishFlush: constants.Z_SYNC_FLUSH } : {};
}

function brotliOptions(cut: boolean): BrotliOptions {
  return cut ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {};
}

/** Whether `decode` knows this `content-encoding`. Lists of several encodings are left as they are. */
export function isDecodable(encoding: string | undefined): encoding is string {
  return encoding !== undefined && DECODERS.has(encoding.trim().toLowerCase());
}

/**
 * Undoes a `content-encoding`, on the thread pool, and stops at the limit: ten kilobytes of gzip can
 * hold ten megabytes of zeros.
 *
 * @param cut the input is the beginning of a longer one, and its end is no mistake
 * @throws the error of node:zlib for what is not in that encoding
 */
export async function decode(
  body: Uint8Array,
  encoding: string,
  bytesMax: number,
  cut: boolean,
): Promise<Decoded> {
  const make = DECODERS.get(encoding.trim().toLowerCase());
  if (make === undefined) return { body, overflowed: false };
  const collector = new Collector(bytesMax);
  const decoder = make(body, cut);
  const input = Readable.from([body]);
  try {
    for await (const chunk of input.pipe(decoder)) {
      if (!collector.add(chunk as Uint8Array)) break;
    }
  } finally {
    input.destroy();
    decoder.destroy();
  }
  return { body: collector.bytes(), overflowed: collector.overflowed };
}
