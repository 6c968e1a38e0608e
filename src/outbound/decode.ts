import { Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createUnzip } from 'node:zlib';
import { Collector } from './collect.ts';

export interface Decoded {
  readonly body: Uint8Array;
  readonly overflowed: boolean;
}

type Decoder = ReturnType<typeof createGunzip>;

/** Decoders that give what there is when the input ends early, because `truncate` cuts it. */
const DECODERS: ReadonlyMap<string, (cut: boolean) => Decoder> = new Map([
  ['gzip', (cut) => createGunzip(cut ? { finishFlush: constants.Z_SYNC_FLUSH } : {})],
  ['x-gzip', (cut) => createGunzip(cut ? { finishFlush: constants.Z_SYNC_FLUSH } : {})],
  ['deflate', (cut) => createUnzip(cut ? { finishFlush: constants.Z_SYNC_FLUSH } : {})],
  [
    'br',
    (cut) => createBrotliDecompress(cut ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {}),
  ],
]);

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
  const decoder = make(cut);
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
