import { networkInterfaces } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Outbound } from '../core/outbound.ts';
import { OutboundClient } from './client.ts';
import { Connections } from './connections.ts';
import { type Connect, lazyTlsContext, systemConnect } from './dial.ts';
import { type EgressOptions, EgressRules } from './egress-rules.ts';
import { OUTBOUND_LIMITS, type OutboundLimits } from './limits.ts';
import { sharedLookups } from './lookups.ts';
import { type Resolve, systemResolve } from './resolve.ts';

export interface OutboundOptions
  extends Omit<EgressOptions, 'localAddresses'>,
    Partial<Pick<EgressOptions, 'localAddresses'>> {
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
  /** Default: `net.connect`. */
  readonly connect?: Connect;
  /** Monotonic milliseconds, for `OutboundResponse.ms`. */
  readonly stopwatch?: () => number;
  /** PEM certificates of authorities to trust besides those that Node brings. */
  readonly authorities?: readonly string[];
  /** Where a request names none. Some receivers (GitHub) refuse requests without. */
  readonly userAgent?: string;
  readonly limits?: Partial<OutboundLimits>;
}

/**
 * Opens the one client for all that leaves the process. Proxy settings in the environment are ignored:
 * behind a proxy the rules could not see where a request goes.
 *
 * @throws HookwrightError `config.invalid` for an entry of `allow` or `deny` that cannot be read
 */
export function openOutbound(options: OutboundOptions): Outbound {
  const limits = { ...OUTBOUND_LIMITS, ...options.limits };
  const stopwatch = options.stopwatch ?? (() => performance.now());
  return new OutboundClient({
    rules: new EgressRules({ localAddresses: machineAddresses, ...options }),
    resolve: sharedLookups(options.resolve ?? systemResolve, stopwatch, limits.lookups),
    connect: options.connect ?? systemConnect,
    tlsContext: lazyTlsContext(options.authorities ?? []),
    stopwatch,
    userAgent: options.userAgent ?? 'Hookwright',
    connections: new Connections(limits),
    limits,
  });
}

function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((infos) =>
    (infos ?? []).map(({ address }) => address),
  );
}
