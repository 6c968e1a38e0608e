import { parseDuration } from '../../core/quantity.ts';
import { isRange } from '../checks/ip.ts';
import {
  ALGORITHMS,
  type Check,
  type CheckKind,
  type FetchTarget,
  JWT_ALGORITHMS,
  KEY_ENCODINGS,
  OUTPUT_ENCODINGS,
} from '../source.ts';
import { CONTENT_PARTS, readContent } from './content.ts';
import { Fields, listed, type Mistake } from './fields.ts';
import { readPlace } from './place.ts';

/** Checks inside checks; more says nothing that fewer do not. */
const NESTING_MAX = 4;
/** Checks of one list. */
const CHECKS_MAX = 20;
const LEEWAY_DEFAULT_MS = 60_000; // What clocks of machines without time service are apart.
const HOST = /^(?:\*|\{region\}|[a-z0-9-]+)(?:\.(?:\*|\{region\}|[a-z0-9-]+))+$/;

type Path = readonly (string | number)[];

/** Reads one check, or a list of checks that are all required. */
export function readChecks(value: unknown, path: Path, mistakes: Mistake[]): Check | undefined {
  if (!Array.isArray(value)) return readCheck(value, path, mistakes, 0);
  return readGroup('all', value, path, mistakes, 0);
}

const READERS: {
  readonly [Kind in Exclude<CheckKind, 'all' | 'any' | 'ip'>]: (
    fields: Fields,
  ) => Check | undefined;
} = {
  signature: readSignature,
  token: (fields) => {
    const place = readPlace(fields);
    const key = roleOf(fields);
    return place && { is: 'token', place, key };
  },
  bearer: (fields) => ({ is: 'bearer', key: roleOf(fields) }),
  basic: (fields) => {
    const username = fields.text('username');
    if (username?.includes(':') === true) fields.expected('username', 'a name without `:`');
    const key = roleOf(fields);
    return { is: 'basic', key, ...(username === undefined ? {} : { username }) };
  },
  digest: (fields) => {
    const place = readPlace(fields);
    const algorithm = fields.choice('algorithm', ['sha256', 'sha512']) ?? 'sha256';
    const encoding = fields.choice('encoding', OUTPUT_ENCODINGS) ?? 'hex';
    return place && { is: 'digest', place, algorithm, encoding };
  },
  jwt: readJwt,
  client_certificate: readCertificate,
};
const KINDS = [...Object.keys(READERS), 'ip', 'all', 'any'];

function readCheck(
  value: unknown,
  path: Path,
  mistakes: Mistake[],
  depth: number,
): Check | undefined {
  const fields = Fields.of(value, path, mistakes);
  if (fields === undefined) return undefined;
  const kinds = KINDS.filter((kind) => fields.has(kind));
  fields.finish();
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    if (kinds.length > 1 || fields.rest.length === 0) {
      fields.mistake(
        [],
        `Expected one of ${listed(KINDS)}, got ${kind === undefined ? 'none' : listed(kinds).replace(' or ', ' and ')}`,
      );
    }
    return undefined;
  }
  const inner = fields.take(kind);
  const innerPath = [...path, kind];
  if (kind === 'all' || kind === 'any') return readGroup(kind, inner, innerPath, mistakes, depth);
  if (kind === 'ip') return readRanges(fields);
  const innerFields = Fields.of(inner, innerPath, mistakes);
  if (innerFields === undefined) return undefined;
  const check = READERS[kind as keyof typeof READERS](innerFields);
  innerFields.finish();
  return check;
}

function readGroup(
  is: 'all' | 'any',
  value: unknown,
  path: Path,
  mistakes: Mistake[],
  depth: number,
): Check | undefined {
  const told = (message: string): undefined => {
    mistakes.push({ path, isKey: false, message });
  };
  if (!Array.isArray(value) || value.length === 0 || value.length > CHECKS_MAX) {
    return told(`Expected a list of 1 to ${CHECKS_MAX} checks, got another value`);
  }
  if (depth >= NESTING_MAX) {
    return told(`Expected at most ${NESTING_MAX} lists inside each other, got more`);
  }
  const of = value
    .map((item, index) => readCheck(item, [...path, index], mistakes, depth + 1))
    .filter((check) => check !== undefined);
  return of.length === value.length ? { is, of } : undefined;
}

function readSignature(fields: Fields): Check | undefined {
  const place = readPlace(fields);
  const algorithm = fields.required('algorithm', fields.choice('algorithm', ALGORITHMS));
  const encoding = fields.choice('encoding', OUTPUT_ENCODINGS) ?? 'hex';
  const keyEncoding = fields.choice('key_encoding', KEY_ENCODINGS) ?? 'utf8';
  const text = fields.text('content') ?? '{body}';
  const key = roleOf(fields);
  const certificate = readFetchTarget(fields, 'certificate');
  const content = readContent(text);
  if ('unknown' in content) {
    const hint = `Parts are ${CONTENT_PARTS}.`;
    fields.mistake(['content'], `Expected a known part, got \`${content.unknown}\``, hint);
    return undefined;
  }
  if (algorithm?.startsWith('hmac-') === true && certificate !== undefined) {
    fields.mistake(
      ['certificate'],
      'Expected a certificate for a public key, got one for a shared secret',
    );
  }
  if (place === undefined || algorithm === undefined) return undefined;
  return {
    is: 'signature',
    place,
    algorithm,
    content,
    encoding,
    key,
    keyEncoding,
    ...(certificate === undefined ? {} : { certificate }),
  };
}

/** A URL in the request that may be fetched. */
export function readFetchTarget(fields: Fields, key: string): FetchTarget | undefined {
  const target = fields.map(key);
  if (target === undefined) return undefined;
  const hosts = target.required('hosts', target.texts('hosts', 20));
  const pathEnd = target.text('path_end', 40);
  const place = readPlace(target);
  target.finish();
  if (hosts?.every((host) => HOST.test(host)) === false) {
    return target.expected('hosts', 'hosts such as `hooks.example.com` or `*.example.com`');
  }
  return hosts && place && { place, hosts, ...(pathEnd && { pathEnd }) };
}

function readJwt(fields: Fields): Check | undefined {
  const algorithm = fields.required('algorithm', fields.choice('algorithm', JWT_ALGORITHMS));
  const hasPlace = ['header', 'query', 'form', 'json'].some((kind) => fields.has(kind));
  const place = hasPlace
    ? readPlace(fields)
    : ({ in: 'header', names: ['Authorization'] } as const);
  const audience = fields.text('audience');
  const issuer = fields.text('issuer');
  const leewayMs = readDuration(fields, 'leeway') ?? LEEWAY_DEFAULT_MS;
  const expiry = fields.choice('expiry', ['required', 'optional']) ?? 'required';
  const keyEncoding = fields.choice('key_encoding', KEY_ENCODINGS) ?? 'utf8';
  const key = roleOf(fields);
  if (algorithm === undefined || place === undefined) return undefined;
  return {
    is: 'jwt',
    place,
    algorithm,
    key,
    keyEncoding,
    leewayMs,
    mayLackExpiry: expiry === 'optional',
    ...(audience === undefined ? {} : { audience }),
    ...(issuer === undefined ? {} : { issuer }),
  };
}

function readCertificate(fields: Fields): Check | undefined {
  const header = fields.required('header', fields.text('header', 100));
  const allow = fields.required('allow', fields.texts('allow'));
  const verified = fields.map('verified');
  const name = verified?.required('header', verified.text('header', 100));
  const value = verified?.required('value', verified.text('value'));
  verified?.finish();
  if (header === undefined || allow === undefined) return undefined;
  const isVerified = name !== undefined && value !== undefined;
  return {
    is: 'client_certificate',
    header,
    allow,
    ...(isVerified ? { verified: { header: name, value } } : {}),
  };
}

function readRanges(fields: Fields): Check | undefined {
  const ranges = fields.texts('ip');
  if (ranges === undefined) return undefined;
  const index = ranges.findIndex((range) => !isRange(range));
  if (index < 0) return { is: 'ip', ranges };
  return fields.expected('ip', 'ranges such as 192.0.2.0/24 or 2001:db8::/32');
}

/** Milliseconds of a duration such as `5m`. */
export function readDuration(fields: Fields, key: string): number | undefined {
  const text = fields.text(key, 20);
  if (text === undefined) return undefined;
  return parseDuration(text) ?? fields.expected(key, 'a duration such as `300s` or `5m`');
}

/** The role of a secret: `secret` where nothing is said. */
function roleOf(fields: Fields): string {
  const role = fields.text('key', 40);
  if (role !== undefined && !/^[a-z][a-z0-9_]*$/.test(role)) {
    fields.expected('key', 'a role such as `secret`: lower-case letters, digits and _');
  }
  return role ?? 'secret';
}
