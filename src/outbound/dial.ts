import { connect as connectTcp, type Socket } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  rootCertificates,
  type SecureContext,
} from 'node:tls';
import { OutboundError } from '../core/outbound.ts';
import { parseAddress, sameAddress } from './address.ts';
import type { Deadline } from './deadline.ts';
import type { EgressRules } from './egress-rules.ts';
import { describe } from './failure.ts';
import type { Destination } from './request-url.ts';

/** Opens a TCP connection to an IP address; nothing is resolved any more. */
export type Connect = (address: string, port: number) => Socket;

export const systemConnect: Connect = (host, port) =>
  connectTcp({ host, port, noDelay: true, autoSelectFamily: false });

export interface DialParts {
  readonly connect: Connect;
  readonly rules: EgressRules;
  /** Asked for once https is needed: OpenSSL reads some 140 certificates for it. */
  readonly tlsContext: () => SecureContext;
}

/**
 * TLS settings for every connection, made at the first use.
 *
 * @param authorities PEM certificates to trust besides those that Node brings
 */
export function lazyTlsContext(authorities: readonly string[]): () => SecureContext {
  let context: SecureContext | undefined;
  return () => {
    const ca = authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] };
    context ??= createSecureContext({ minVersion: 'TLSv1.2', ...ca });
    return context;
  };
}

/**
 * A connection to exactly this address, which the rules have allowed. No byte is written before the
 * socket's own `remoteAddress` was compared and has passed the rules again.
 *
 * @param attemptMs time for TCP to connect, where there is another address to try
 * @throws OutboundError `egress.connect`, `egress.tls`, `egress.refused`, or what the deadline says;
 * never in doubt
 */
export async function dial(
  destination: Destination,
  address: string,
  parts: DialParts,
  deadline: Deadline,
  attemptMs: number | undefined,
): Promise<Socket> {
  deadline.doing = 'connecting';
  const where = `${destination.origin} at ${address}`;
  const tcp = parts.connect(address, destination.port);
  await opened(tcp, 'connect', deadline, attemptMs, (cause) => {
    const { code, message } = describe(cause);
    return new OutboundError(
      'egress.connect',
      `Expected ${where} to accept a connection, got ${code || message}. See whether it is running and reachable from here.`,
      { cause },
    );
  });
  const refusal = refusalOfPeer(tcp, destination, address, parts.rules);
  if (refusal !== undefined) {
    tcp.destroy();
    throw refusal;
  }
  if (!destination.secure) return tcp;
  const tls = connectTls({
    socket: tcp,
    host: destination.host,
    ...(destination.literal ? {} : { servername: destination.host }), // RFC 6066 forbids addresses.
    ALPNProtocols: ['http/1.1'],
    secureContext: parts.tlsContext(),
    // Said outright, because NODE_TLS_REJECT_UNAUTHORIZED=0 would otherwise turn verification off.
    rejectUnauthorized: true,
  });
  await opened(tls, 'secureConnect', deadline, undefined, (cause) => {
    const { code, message } = describe(cause);
    const why = message === '' || message === code ? code : `${code}: ${message}`;
    return new OutboundError(
      'egress.tls',
      `Expected ${where} to prove itself by TLS, got ${why.replace(/^: /, '')}. ${UNKNOWN_AUTHORITY.has(code) ? TRUST_IT : 'See its certificate, names and versions.'}`,
      { cause },
    );
  });
  return tls;
}

/** Codes of OpenSSL where the certificate leads to no authority that is known. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** A server that leaves out what lies between, as browsers forgive, or an authority of one's own. */
const TRUST_IT =
  'Let it send its whole chain of certificates; if its authority is your own, start with NODE_EXTRA_CA_CERTS=FILE.';

/** Waits for the socket's event. The error listener stays: a socket without one ends the process. */
async function opened(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  deadline: Deadline,
  attemptMs: number | undefined,
  failure: (cause: unknown) => OutboundError,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let release = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, resolve);
      socket.on('error', (cause) => reject(failure(cause)));
      socket.once('close', () => reject(failure(new Error('the connection closed'))));
      release = deadline.whenOver(() => reject(deadline.error(false)));
      if (attemptMs !== undefined) {
        const late = () => reject(failure(new Error(`no answer within ${attemptMs} ms`)));
        timer = setTimeout(late, attemptMs);
      }
    });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    release();
    clearTimeout(timer);
  }
}

function refusalOfPeer(
  socket: Socket,
  destination: Destination,
  dialled: string,
  rules: EgressRules,
): OutboundError | undefined {
  if (socket.remoteAddress === undefined) {
    return new OutboundError(
      'egress.connect',
      `Expected ${destination.origin} at ${dialled} to keep its connection, got it closed at once.`,
    );
  }
  const peer = parseAddress(socket.remoteAddress);
  const expected = parseAddress(dialled);
  if (peer === undefined || expected === undefined || !sameAddress(peer, expected)) {
    return new OutboundError(
      'egress.refused',
      `Expected to be connected to ${dialled} for ${destination.origin}, got ${socket.remoteAddress}.`,
    );
  }
  return rules.refusalOfAddress(destination, `${peer}`);
}
