import type { Package } from '../../core/package.ts';
import type { MapNode } from '../../language/yaml/tree.ts';
import { packageDigest } from '../seal/digest.ts';
import { isSignedBy, type Seal } from '../seal/sign.ts';
import { Fields } from './fields.ts';
import type { SealedPackage } from './reading.ts';
import type { PackageReport } from './reports.ts';

const DIGEST = { pattern: /^[0-9a-f]{64}$/, what: 'a SHA-256 in 64 hexadecimal digits' };
const KEY = { pattern: /^[A-Za-z0-9+/]{43}=$/, what: '32 bytes in base64' };
const VALUE = { pattern: /^[A-Za-z0-9+/]{86}==$/, what: '64 bytes in base64' };

/** The keys of a seal. */
export const SEAL_KEYS: readonly string[] = ['digest', 'signature'];

export interface SealOptions {
  /** Whether a seal that does not fit is passed over. The package then counts as not signed. */
  readonly ignoreSeal?: boolean;
}

/** A seal with where it stands. */
export interface FoundSeal {
  readonly seal: Partial<Seal>;
  readonly fields: Fields;
  readonly report: PackageReport;
}

export function readSeal(fields: Fields, report: PackageReport): FoundSeal {
  const digest = fields.text('digest', DIGEST);
  const map = fields.mapNode('signature');
  const signature = map && readSignature(map, report);
  return {
    seal: {
      ...(digest === undefined ? {} : { digest }),
      ...(signature === undefined ? {} : { signature }),
    },
    fields,
    report,
  };
}

function readSignature(map: MapNode, report: PackageReport): Seal['signature'] {
  const fields = new Fields(map, ['key', 'value'], report);
  const isComplete = [fields.require('key'), fields.require('value')].every(Boolean);
  const key = fields.text('key', KEY);
  const value = fields.text('value', VALUE);
  return isComplete && key !== undefined && value !== undefined ? { key, value } : undefined;
}

/** Compares a package with its seal, and reports where they do not fit. */
export function checkSeal(pkg: Package, found: FoundSeal | undefined): SealedPackage {
  const digest = packageDigest(pkg);
  const { seal = {}, fields, report } = found ?? {};
  const hint =
    'It was changed since. Get it again; or, where the change is yours, sign it anew, or delete both.';
  if (seal.digest !== undefined && seal.digest !== digest) {
    const message = `Expected the package of this digest, got another one, whose digest is ${digest}`;
    report?.error('package.digest', fields?.place('digest') ?? START, message, { hint });
  }
  const { signature } = seal;
  if (signature === undefined) return { ...pkg, digest, signature: { state: 'none' } };
  if (!isSignedBy(pkg, signature)) {
    const message = `Expected a signature of this package by ${signature.key}, got another one`;
    report?.error('package.signature', fields?.place('signature') ?? START, message, { hint });
  }
  return { ...pkg, digest, signature: { state: 'valid', key: signature.key }, signed: signature };
}

const START = { start: 0, end: 1 };
