import type { ExecutionResult } from '../../core/run.ts';
import type { Fault } from '../protocol/failure.ts';
import { GuestMemoryFull, type Pointer, type QuickJs } from './quickjs.ts';

/** Characters of a message that are kept: what a person reads of it. */
const MESSAGE_LENGTH_MAX = 2000;

/** What an exception means that the guest's own half could not catch. */
export function escapedFault(quickjs: QuickJs, error: Pointer): Fault {
  const message = quickjs.string(error) ?? '';
  if (message.includes('stack overflow')) return { code: 'limit.stack', step: -1 };
  // Out of memory, QuickJS may not even have the room for an error: it throws `null`.
  if (message === '' || message === 'null' || message.includes('out of memory')) {
    return { code: 'limit.memory', step: -1 };
  }
  const stack = quickjs.string(quickjs.property(error, 'stack')) ?? '';
  const shown = message.slice(0, MESSAGE_LENGTH_MAX);
  return { code: 'run.script_error', message: shown, step: -1, stack };
}

/**
 * What a host error means: a trap, an abort, the host's own stack, or a guest without room.
 *
 * @param isFull whether the guest's heap may be what stood in the way
 */
export function hostFault(error: unknown, isFull: boolean): Fault {
  if (error instanceof GuestMemoryFull || isFull) return { code: 'limit.memory', step: -1 };
  if (error instanceof RangeError) return { code: 'limit.stack', step: -1 };
  return { code: 'sandbox.lost', step: -1 };
}

const INSTANCE_ENDS: ReadonlySet<string> = new Set([
  'limit.cpu',
  'limit.time',
  'limit.memory',
  'limit.stack',
  'sandbox.lost',
]);

/** Whether an instance is not used again after such a run. */
export function endsInstance(result: ExecutionResult): boolean {
  return result.status === 'failed' && INSTANCE_ENDS.has(result.failure.code);
}

/** With a full heap, `null` was thrown by QuickJS itself, which had no room for an error. */
export function isNothingThrown(report: string): boolean {
  return report.includes('"null was thrown"');
}
