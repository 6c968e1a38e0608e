import type { StoredEvent } from '../../core/event.ts';
import { decodeBatch } from './batch.ts';
import type { SqliteDatabase } from './database.ts';
import { storeFailed, toFailureData } from './failure.ts';
import type { BatchMessage, Call, Channel, FromThread, PruneCall, ToThread } from './protocol.ts';

/**
 * Answers the messages of one client, in the order in which they come, so that a read sees every commit
 * that was answered before. Pruning alone goes in steps, with other messages in between.
 *
 * @returns the function that takes each message
 */
export function serveStore(
  database: SqliteDatabase,
  channel: Channel<FromThread>,
  onClosed: () => void,
): (message: ToThread) => void {
  const prunes = new Set<() => void>();

  function write(batch: BatchMessage): void {
    const { failures, values } = database.write(decodeBatch(batch));
    channel.postMessage(
      {
        type: 'written',
        id: batch.id,
        failures: failures.map(([position, failure]) => [position, toFailureData(failure)]),
        values,
      },
      [],
    );
  }

  function answer(id: number, action: () => unknown): void {
    try {
      const value = action();
      channel.postMessage({ type: 'returned', id, value }, bodiesOf(value));
    } catch (error) {
      const failure = toFailureData(storeFailed('answer', error));
      channel.postMessage({ type: 'threw', id, failure }, []);
    }
  }

  function call(id: number, what: Call): void {
    if (what.method === 'prune' || what.method === 'pruneMessages') prune(id, what);
    else answer(id, () => database.call(what));
  }

  function prune(id: number, what: PruneCall): void {
    let pruned = 0;
    let last = '';
    let more = true;
    const end = (action: () => unknown): void => {
      prunes.delete(stop);
      clearImmediate(next);
      answer(id, action);
    };
    const stop = () => end(() => pruned);
    const step = () => {
      try {
        if (more) {
          const done = database.step({ ...what, countMax: what.countMax - pruned }, last);
          pruned += done.pruned;
          last = done.last;
          more = done.more;
        } else if (!database.vacuumStep()) return stop();
        next = setImmediate(step);
      } catch (error) {
        end(() => {
          throw error;
        });
      }
    };
    let next = setImmediate(step);
    prunes.add(stop);
  }

  function close(): void {
    for (const stop of prunes) stop();
    try {
      database.close();
      channel.postMessage({ type: 'closed' }, []);
    } catch (error) {
      const failure = toFailureData(storeFailed('close', error));
      channel.postMessage({ type: 'closed', failure }, []);
    }
    onClosed();
  }

  return (message) => {
    switch (message.type) {
      case 'batch':
        return write(message);
      case 'call':
        return call(message.id, message.call);
      case 'close':
        return close();
    }
  };
}

/** The bodies in a call's value, to be moved and not copied: each has memory of its own. */
function bodiesOf(value: unknown): ArrayBuffer[] {
  const events = Array.isArray(value) ? value : [value];
  return events.flatMap((item: Partial<StoredEvent> | undefined) => {
    const body = item?.body;
    return body !== undefined && body.byteLength > 0 && body.byteLength === body.buffer.byteLength
      ? [body.buffer as ArrayBuffer]
      : [];
  });
}
