/**
 * Does something now and from time to time, never twice at once: a round that is due while one is under way
 * is left out.
 *
 * @param round is given a function that says whether it was ended meanwhile; long work looks at it
 * @param failed is told why a round failed, unless it was ended meanwhile
 * @returns what ends it
 */
export function inRounds(
  intervalMs: number,
  round: (isEnded: () => boolean) => Promise<void>,
  failed: (error: unknown) => void,
): () => void {
  let ended = false;
  let busy = false;
  const isEnded = () => ended;
  const begin = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      await round(isEnded);
    } catch (error) {
      if (!ended) failed(error);
    } finally {
      busy = false;
    }
  };
  void begin();
  const timer = setInterval(() => void begin(), intervalMs);
  timer.unref();
  return () => {
    ended = true;
    clearInterval(timer);
  };
}
