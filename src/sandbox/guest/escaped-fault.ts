import type { Fault } from '../protocol/failure.ts';
import type { Pointer, QuickJs } from './quickjs.ts';

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
