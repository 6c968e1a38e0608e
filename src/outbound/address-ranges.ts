/** A range of addresses that requests may not enter unless the operator allows it. */
export interface AddressRange {
  readonly cidr: string;
  /** What it is, for the error message. */
  readonly name: string;
}

/**
 * IPv4 ranges that are not the public Internet: IANA's special-purpose registry (RFC 6890), and the one
 * public address behind which a cloud keeps its machines' credentials.
 */
export const IPV4_RANGES: readonly AddressRange[] = [
  { cidr: '0.0.0.0/8', name: 'this host, RFC 791' },
  { cidr: '10.0.0.0/8', name: 'private, RFC 1918' },
  { cidr: '100.64.0.0/10', name: 'carrier-grade NAT, RFC 6598' },
  { cidr: '127.0.0.0/8', name: 'loopback, RFC 1122' },
  { cidr: '168.63.129.16/32', name: 'Azure platform' },
  { cidr: '169.254.0.0/16', name: 'link-local and cloud metadata, RFC 3927' },
  { cidr: '172.16.0.0/12', name: 'private, RFC 1918' },
  { cidr: '192.0.0.0/24', name: 'protocol assignments, RFC 6890' },
  { cidr: '192.0.2.0/24', name: 'documentation, RFC 5737' },
  { cidr: '192.88.99.0/24', name: '6to4 relay, RFC 7526' },
  { cidr: '192.168.0.0/16', name: 'private, RFC 1918' },
  { cidr: '198.18.0.0/15', name: 'benchmarking, RFC 2544' },
  { cidr: '198.51.100.0/24', name: 'documentation, RFC 5737' },
  { cidr: '203.0.113.0/24', name: 'documentation, RFC 5737' },
  { cidr: '224.0.0.0/4', name: 'multicast, RFC 5771' },
  { cidr: '255.255.255.255/32', name: 'broadcast, RFC 919' },
  { cidr: '240.0.0.0/4', name: 'reserved, RFC 1112' },
];

/**
 * IPv6 ranges; the first match names the address. The last four rows are all that is not global
 * unicast (2000::/3), so that a range assigned tomorrow is refused before this table knows it.
 */
export const IPV6_RANGES: readonly AddressRange[] = [
  { cidr: '::/128', name: 'unspecified, RFC 4291' },
  { cidr: '::1/128', name: 'loopback, RFC 4291' },
  { cidr: '::/96', name: 'IPv4-compatible, RFC 4291' },
  { cidr: '::ffff:0:0:0/96', name: 'IPv4-translated, RFC 2765' },
  { cidr: '64:ff9b::/96', name: 'NAT64, RFC 6052' },
  { cidr: '64:ff9b:1::/48', name: 'local NAT64, RFC 8215' },
  { cidr: '100::/64', name: 'discard-only, RFC 6666' },
  { cidr: '2001::/32', name: 'Teredo, RFC 4380' },
  { cidr: '2001::/23', name: 'protocol assignments, RFC 2928' },
  { cidr: '2001:db8::/32', name: 'documentation, RFC 3849' },
  { cidr: '2002::/16', name: '6to4, RFC 3056' },
  { cidr: '3fff::/20', name: 'documentation, RFC 9637' },
  { cidr: '5f00::/16', name: 'segment routing, RFC 9602' },
  { cidr: 'fc00::/7', name: 'unique local, RFC 4193' },
  { cidr: 'fe80::/10', name: 'link-local, RFC 4291' },
  { cidr: 'fec0::/10', name: 'site-local, RFC 3879' },
  { cidr: 'ff00::/8', name: 'multicast, RFC 4291' },
  { cidr: '::/3', name: 'not global unicast' },
  { cidr: '4000::/2', name: 'not global unicast' },
  { cidr: '8000::/2', name: 'not global unicast' },
  { cidr: 'c000::/2', name: 'not global unicast' },
];
