import { generateKeyPairSync, sign } from 'node:crypto';

/** A key and a self-signed certificate for it, in PEM, as `tls.createServer` takes them. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface Subject {
  /** DNS names and IPv4 addresses. */
  readonly names: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const COMMON_NAME = oid(0x55, 0x04, 0x03);
const SUBJECT_ALT_NAME = oid(0x55, 0x1d, 0x11);
const BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);

/** X.509 version 3 (RFC 5280), written here because node:crypto reads certificates but makes none. */
export function selfSigned(subject: Subject): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    tlv(0x31, sequence(COMMON_NAME, tlv(0x0c, Buffer.from('hookwright test')))),
  );
  const from = subject.notBefore ?? new Date(Date.now() - 86_400_000);
  const to = subject.notAfter ?? new Date(Date.now() + 86_400_000);
  const extensions = sequence(
    sequence(BASIC_CONSTRAINTS, tlv(0x04, sequence(tlv(0x01, Buffer.from([0xff]))))), // cA: true
    sequence(SUBJECT_ALT_NAME, tlv(0x04, sequence(...subject.names.map(generalName)))),
  );
  const unsigned = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))), // version 3
    tlv(0x02, Buffer.from([1])), // serial number
    ECDSA_SHA256,
    name,
    sequence(time(from), time(to)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, extensions),
  );
  const signature = sign('sha256', unsigned, privateKey);
  const der = sequence(unsigned, ECDSA_SHA256, tlv(0x03, Buffer.concat([Buffer.of(0), signature])));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

function generalName(name: string): Buffer {
  const isAddress = /^[\d.]+$/.test(name);
  return isAddress
    ? tlv(0x87, Buffer.from(name.split('.').map(Number)))
    : tlv(0x82, Buffer.from(name));
}

function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/\D/g, '').slice(0, 14);
  return tlv(0x18, Buffer.from(`${digits}Z`)); // GeneralizedTime
}

function oid(...bytes: number[]): Buffer {
  return tlv(0x06, Buffer.from(bytes));
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
