import { type Address, parseAddress, sameAddress } from './address.ts';

/** Where this process listens, as `server.address()` says it. */
export interface ListenerAddress {
  readonly address: string;
  readonly port: number;
}

/**
 * Whether a connection to the address would come back to this process: a run that calls its own webhook
 * is a loop, and the console and API trust what comes from this machine.
 *
 * @param localAddresses the addresses of this machine's interfaces, read only where a port matches
 */
export function reachesListener(
  address: Address,
  port: number,
  listeners: readonly ListenerAddress[],
  localAddresses: () => readonly string[],
): boolean {
  return listeners.some((listener) => {
    if (listener.port !== port) return false;
    const bound = parseAddress(listener.address);
    // Connecting to 0.0.0.0 or :: goes to this machine.
    if (isUnspecified(address)) return true;
    if (bound !== undefined && !isUnspecified(bound)) return sameAddress(address, bound);
    return isLoopback(address) || isOneOf(address, localAddresses());
  });
}

function isOneOf(address: Address, locals: readonly string[]): boolean {
  return locals.some((text) => {
    // Link-local addresses carry their zone: `fe80::1%eth0`.
    const local = parseAddress(text.replace(/%.*$/, ''));
    return local !== undefined && sameAddress(address, local);
  });
}

function isUnspecified(address: Address): boolean {
  return address.toByteArray().every((byte) => byte === 0);
}

function isLoopback(address: Address): boolean {
  return address.range() === 'loopback';
}
