import type { Socket } from 'node:net';

/** The beginning of a "100 Continue", as far as there are bytes. */
const CONTINUE = 'HTTP/1.x 100';
const END = '\r\n\r\n';

/**
 * Takes each "100 Continue" away that stands before an answer. Nobody asks for one, but servers send it all the same
 * to a POST (RFC 2068 let them), clients have to read over it (RFC 9110, section 15.2), and undici gives up the
 * connection: the receiver would have a message, and it would count as a failure.
 *
 * undici reads from a socket by `read` alone.
 *
 * @param bytesMax of one such answer; a longer one is left for undici to refuse
 * @returns what is to be called before each request
 */
export function passOverContinue(socket: Socket, bytesMax: number): () => void {
  const read = socket.read.bind(socket);
  let isBefore = false;
  let held = Buffer.alloc(0);

  /** What is to be read of the bytes that are held; `null` where more have to come first. */
  function taken(): Buffer | null {
    while (startsWithContinue(held)) {
      const end = held.indexOf(END);
      if (end === -1 && held.length <= bytesMax) return null;
      if (end === -1) break;
      held = held.subarray(end + END.length);
    }
    if (held.length === 0) return null;
    const bytes = held;
    isBefore = false;
    held = Buffer.alloc(0);
    return bytes;
  }

  socket.read = (size?: number): Buffer | null => {
    // To its end, so that the socket tells when there is more.
    for (;;) {
      const chunk = read(size) as Buffer | null;
      if (chunk === null || !isBefore) return chunk;
      held = Buffer.concat([held, chunk]);
      const bytes = taken();
      if (bytes !== null) return bytes;
    }
  };
  return () => {
    isBefore = true;
  };
}

/** Whether all that there is may be, or is, the beginning of one. */
function startsWithContinue(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, CONTINUE.length);
  if (text.length === 0) return false;
  const version = text.replace(/^(HTTP\/1\.)[01]/, '$1x');
  return version.length < CONTINUE.length
    ? CONTINUE.startsWith(version)
    : version === CONTINUE &&
        !/\d/.test(bytes.toString('latin1', CONTINUE.length, CONTINUE.length + 1));
}
