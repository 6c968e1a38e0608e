import { lookup } from 'node:dns/promises';
import { OutboundError } from '../core/outbound.ts';
import { parseAddress } from './address.ts';
import type { Deadline } from './deadline.ts';
import type { EgressRules } from './egress-rules.ts';
import { describe } from './failure.ts';
import type { Destination } from './request-url.ts';

/** The IP addresses of a host's name, best first. Rejects as `dns.lookup` does. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** The system's resolver, so that `/etc/hosts` and search domains work as everywhere on the machine. */
export const systemResolve: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

/**
 * The addresses to dial, best first: those the rules allow, never none.
 *
 * @throws OutboundError `egress.refused`, `egress.name`, or what the deadline says
 */
export async function allowedAddresses(
  destination: Destination,
  rules: EgressRules,
  resolve: Resolve,
  addressesMax: number,
  deadline: Deadline,
): Promise<readonly string[]> {
  const refusal = rules.refusalOfHost(destination);
  if (refusal !== undefined) throw refusal;
  deadline.doing = 'looking up the name';
  const found = destination.literal
    ? [destination.host]
    : await deadline.race(addressesOf(destination, resolve), false);
  const refusals: OutboundError[] = [];
  const allowed: string[] = [];
  for (const text of found.slice(0, addressesMax)) {
    const refusal = rules.refusalOfAddress(destination, text);
    if (refusal !== undefined) refusals.push(refusal);
    // As the rules have read it: what is dialled has no second reading.
    else allowed.push(`${parseAddress(text)}`);
  }
  if (allowed.length === 0 && refusals[0] !== undefined) throw refusals[0];
  return [...new Set(allowed)];
}

async function addressesOf({ host }: Destination, resolve: Resolve): Promise<readonly string[]> {
  let found: readonly string[];
  try {
    found = await resolve(host);
  } catch (cause) {
    if (cause instanceof OutboundError) throw cause;
    const { code, message } = describe(cause);
    throw noAddress(host, code || message, cause);
  }
  if (found.length === 0) throw noAddress(host, 'none', undefined);
  return found;
}

function noAddress(host: string, got: string, cause: unknown): OutboundError {
  return new OutboundError(
    'egress.name',
    `Expected DNS to know an address of ${host}, got ${got}. Look for a mistake in the name.`,
    cause === undefined ? {} : { cause },
  );
}
