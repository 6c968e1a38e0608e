import { HookwrightError } from '../core/errors.ts';
import { type Address, contains, type Network, parseNetwork } from './address.ts';

/** One entry of the operator's allow or deny list. */
export interface EgressEntry {
  readonly text: string;
  /** Absent: every port. */
  readonly port: number | undefined;
  readonly network?: Network;
  /** Plain host name; `subdomains` instead of the name itself where it was written `*.name`. */
  readonly host?: string;
  readonly subdomains?: boolean;
}

const NEXT =
  'Write an address (10.0.0.5), a range (10.0.0.0/8, [fd00::/8]), a host (api.example.com) or all its subdomains (*.example.com), each with or without a port (10.0.0.5:9000, [::1]:9000).';

/**
 * @param setting where the entry comes from, for the message: `HOOKWRIGHT_EGRESS_ALLOW`
 * @throws HookwrightError `config.invalid`
 */
export function parseEgressEntry(text: string, setting: string): EgressEntry {
  const entry = readEntry(text.trim());
  if (entry !== undefined) return { text, ...entry };
  throw new HookwrightError(
    'config.invalid',
    `Expected ${setting} to list addresses, ranges and hosts, got ${JSON.stringify(text)}`,
    { next: NEXT },
  );
}

function readEntry(text: string): Omit<EgressEntry, 'text'> | undefined {
  // More than one colon without brackets is IPv6, which then has no port.
  const [, bracketed, plain, portText] =
    /^(?:\[([^[\]]+)\]|([^:[\]]+|[^[\]]*:[^[\]]*:[^[\]]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const subject = bracketed ?? plain;
  if (subject === undefined) return undefined;
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const network = parseNetwork(subject);
  if (network !== undefined) return { port, network };
  if (bracketed !== undefined) return undefined;
  const subdomains = subject.startsWith('*.');
  const host = plainHost(subdomains ? subject.slice(2) : subject);
  return host === undefined ? undefined : { port, host, subdomains };
}

/** A host name as URLs have it after parsing: lower case, punycode, no trailing dot. */
function plainHost(text: string): string | undefined {
  if (!/^[^\s/\\?#@:*%]+$/.test(text) || !URL.canParse(`http://${text}`)) return undefined;
  const host = new URL(`http://${text}`).hostname.replace(/\.$/, '');
  // `0x7f.1` parses as an address here: what the operator meant must be written plainly.
  return host === '' || parseNetwork(host) !== undefined ? undefined : host;
}

/** @param host as in a parsed URL, without trailing dot */
export function matchesHost(entry: EgressEntry, host: string, port: number): boolean {
  if (entry.host === undefined || !matchesPort(entry, port)) return false;
  return entry.subdomains === true ? host.endsWith(`.${entry.host}`) : host === entry.host;
}

export function matchesAddress(entry: EgressEntry, address: Address, port: number): boolean {
  return (
    entry.network !== undefined && matchesPort(entry, port) && contains(entry.network, address)
  );
}

function matchesPort(entry: EgressEntry, port: number): boolean {
  return entry.port === undefined || entry.port === port;
}
