import { OutboundError } from '../core/outbound.ts';
import { type Address, embeddedAddresses, parseAddress, specialRange } from './address.ts';
import { type EgressEntry, matchesAddress, matchesHost, parseEgressEntry } from './egress-entry.ts';
import { type ListenerAddress, reachesListener } from './own-listener.ts';
import type { Destination } from './request-url.ts';

export interface EgressOptions {
  /** Opens special ranges: addresses, CIDR ranges, hosts, `*.host`, each with or without a port. */
  readonly allow: readonly string[];
  /** Same forms; wins over `allow`, and closes public addresses too. */
  readonly deny: readonly string[];
  /** Read at each request, because listeners come and go. */
  readonly ownListeners: () => readonly ListenerAddress[];
  readonly localAddresses: () => readonly string[];
}

/**
 * Where requests may go, whoever sends them. Order of the rules: this process's own listeners are
 * refused, then what `deny` names, then special ranges that `allow` does not open. An IPv6 address that
 * stands for IPv4 addresses must pass with each of them.
 */
export class EgressRules {
  readonly #allow: readonly EgressEntry[];
  readonly #deny: readonly EgressEntry[];
  readonly #options: EgressOptions;

  /** @throws HookwrightError `config.invalid` for an entry that cannot be read */
  constructor(options: EgressOptions) {
    this.#options = options;
    this.#allow = options.allow.map((text) => parseEgressEntry(text, 'HOOKWRIGHT_EGRESS_ALLOW'));
    this.#deny = options.deny.map((text) => parseEgressEntry(text, 'HOOKWRIGHT_EGRESS_DENY'));
  }

  /** Whether the host's name is refused, before DNS is asked. */
  refusalOfHost({ host, port, origin }: Destination): OutboundError | undefined {
    const denied = this.#deny.find((entry) => matchesHost(entry, host, port));
    return denied && refused(`${origin}, which is denied. ${howToUndeny(denied)}`);
  }

  /** Whether the destination is refused at this address; the text is what DNS or the socket said. */
  refusalOfAddress(destination: Destination, text: string): OutboundError | undefined {
    const address = parseAddress(text);
    if (address === undefined) {
      return refused(`${JSON.stringify(text)} for ${destination.origin}, which is no IP address`);
    }
    return (
      this.#refusalOf(destination, address, '') ??
      embeddedAddresses(address)
        .map((inner) => this.#refusalOf(destination, inner, ` inside ${address}`))
        .find((refusal) => refusal !== undefined)
    );
  }

  #refusalOf(
    { host, port, origin }: Destination,
    address: Address,
    inside: string,
  ): OutboundError | undefined {
    const { ownListeners, localAddresses } = this.#options;
    const got = `${address}${inside} for ${origin}`;
    if (reachesListener(address, port, ownListeners(), localAddresses)) {
      return refused(
        `${got}, where this server itself listens. Use a function and \`call\` instead of a request`,
      );
    }
    const denied = this.#deny.find((entry) => matchesAddress(entry, address, port));
    if (denied !== undefined) return refused(`${got}, which is denied. ${howToUndeny(denied)}`);
    const special = specialRange(address);
    if (special === undefined) return undefined;
    const allowed = this.#allow.some(
      (entry) => matchesAddress(entry, address, port) || matchesHost(entry, host, port),
    );
    if (allowed) return undefined;
    const literal = address.kind() === 'ipv4' ? `${address}` : `[${address}]`;
    return refused(`${got} (${special}). Allow it with HOOKWRIGHT_EGRESS_ALLOW=${literal}:${port}`);
  }
}

function refused(got: string): OutboundError {
  return new OutboundError('egress.refused', `Expected an address that may be called, got ${got}.`);
}

function howToUndeny(entry: EgressEntry): string {
  return `Take ${entry.text} out of HOOKWRIGHT_EGRESS_DENY`;
}
