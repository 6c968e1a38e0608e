import { isIP } from 'node:net';
import { parseDuration, parseSize } from '../core/quantity.ts';
import { parseRate, RATE_FORM, type Rate } from '../core/rate.ts';
import { readVaultKey, VAULT_KEY_EXPECTED } from '../core/vault.ts';

/** How the text of a setting becomes its value; `undefined` where the text is none. */
export interface Reader<T> {
  /** Completes "Expected HOOKWRIGHT_X to be …". */
  readonly expected: string;
  readonly read: (text: string) => T | undefined;
}

export function wholeNumber(least: number, most: number): Reader<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    read: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : undefined;
    },
  };
}

/** Milliseconds. */
export function duration(least: string, most: string): Reader<number> {
  return {
    expected: `a duration from ${least} to ${most}, such as 250ms, 30s or 2h`,
    read: (text) => between(parseDuration(text), parseDuration(least), parseDuration(most)),
  };
}

/** Bytes. */
export function size(least: string, most: string): Reader<number> {
  return {
    expected: `a size from ${least} to ${most}, such as 64kB, 5MB or 1GB`,
    read: (text) => between(parseSize(text), parseSize(least), parseSize(most)),
  };
}

function between(value = Number.NaN, least = 0, most = 0): number | undefined {
  return value >= least && value <= most ? value : undefined;
}

export const rate: Reader<Rate> = {
  expected: RATE_FORM,
  read: (text) => parseRate(text),
};

export function oneOf<T extends string>(...names: readonly T[]): Reader<T> {
  return {
    expected: `one of ${names.join(', ')}`,
    read: (text) => names.find((name) => name === text),
  };
}

export const folder: Reader<string> = {
  expected: 'the path of a folder',
  read: (text) => (text === '' || text.includes('\0') ? undefined : text),
};

export const hostName: Reader<string> = {
  expected: 'an IP address or a host name without scheme and port, such as 127.0.0.1 or ::',
  read: (text) => {
    if (isIP(text) !== 0) return text;
    return /^(?!-)[A-Za-z0-9.-]{1,253}$/.test(text) ? text : undefined;
  },
};

/** IPv4 and IPv6 ranges, separated by commas or spaces; a single address is a range of one. */
export const ranges: Reader<readonly string[]> = {
  expected: 'IP ranges separated by commas, such as 10.0.0.0/8,fd00::/8',
  read: (text) => {
    const found = text.split(/[\s,]+/).filter((part) => part !== '');
    const read = found.map(readRange);
    return read.every((range) => range !== undefined) ? Object.freeze(read) : undefined;
  },
};

/** Entries of the egress rules, separated by commas or spaces; what they mean is for `outbound/` to read. */
export const entries: Reader<readonly string[]> = {
  expected: 'addresses, ranges and hosts separated by commas, such as 10.0.0.5:9000,*.example.com',
  read: (text) => Object.freeze(text.split(/[\s,]+/).filter((part) => part !== '')),
};

/** ed25519 keys as `hookwright package keygen` prints them. */
export const publicKeys: Reader<readonly string[]> = {
  expected: 'ed25519 public keys of 32 bytes in base64, separated by commas',
  read: (text) => {
    const found = text.split(/[\s,]+/).filter((part) => part !== '');
    const isFine = found.length > 0 && found.every((key) => /^[A-Za-z0-9+/]{43}=$/.test(key));
    return isFine ? Object.freeze(found) : undefined;
  },
};

function readRange(text: string): string | undefined {
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  return prefix <= most ? `${address}/${prefix}` : undefined;
}

/** An `http` or `https` URL up to a path; given back without a slash at its end. */
export const baseUrl: Reader<string> = {
  expected: 'a URL without query, such as https://hooks.example.com',
  read: (text) => {
    if (!/^https?:\/\/[^\s?#]+$/i.test(text) || !URL.canParse(text)) return undefined;
    const url = new URL(text);
    if (url.username !== '' || url.password !== '') return undefined;
    return url.href.replace(/\/+$/, '');
  },
};

/** The vault's key. */
export const secretKey: Reader<Uint8Array> = {
  expected: VAULT_KEY_EXPECTED,
  read: readVaultKey,
};

/** With the password, where there is one: it is never quoted. */
export const smtpUrl: Reader<string> = {
  expected: 'a URL such as smtp://user:password@mail.example.com:587 or smtps://…',
  read: (text) =>
    /^smtps?:\/\/[^\s/?#]+\/?(?:\?[^\s#]*)?$/i.test(text) && URL.canParse(text) ? text : undefined,
};

export const mailAddress: Reader<string> = {
  expected: 'a mail address such as hooks@example.com',
  read: (text) => (/^[^\s@<>"(),:;]+@[^\s@<>"(),:;]+$/.test(text) ? text : undefined),
};
