/*
 * Preloaded into the built program: for one host it stands in for DNS and for what listens on port 443 there.
 * TLS, egress rules and everything else stay the program's own.
 */
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const { TEST_HOST, TEST_PORT } = process.env;
const { lookup } = dns;
const { connect } = net;

dns.lookup = async (host, options) =>
  host === TEST_HOST ? [{ address: '127.0.0.1', family: 4 }] : lookup(host, options);
net.connect = (options, ...rest) =>
  connect(
    options.host === '127.0.0.1' && options.port === 443
      ? { ...options, port: Number(TEST_PORT) }
      : options,
    ...rest,
  );
syncBuiltinESMExports();
