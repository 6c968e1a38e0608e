import type { HostCalls } from '../inside/host-calls.ts';
import { cut } from '../inside/primordials.ts';
import { RunError } from '../inside/thrown.ts';

/** What a message of the host begins with; a handle never does. */
const REFUSED = '!';

/**
 * `secrets`: each member is a handle, a text that stands for the value. The value never comes here: the
 * host puts it in where it leaves, and where it is hashed or compared.
 */
export function secretHandles(calls: Pick<HostCalls, 'secret'>): object {
  const nothing = Object.freeze(Object.create(null) as object);
  // Without a prototype: what the author puts on `Object.prototype` is no trap of it.
  const handler = {
    __proto__: null,
    get: (_: object, name: string | symbol) => {
      if (typeof name !== 'string') return undefined;
      const answer = calls.secret(name);
      if (answer === '') return undefined;
      if (answer[0] !== REFUSED) return answer;
      throw new RunError('effect.refused', cut(answer, REFUSED.length), null);
    },
  };
  return new Proxy(nothing, handler as ProxyHandler<object>);
}
