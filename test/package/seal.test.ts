import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Package } from '../../src/core/package.ts';
import { readPackage } from '../../src/package/read/package.ts';
import { canonicalBytes, packageDigest } from '../../src/package/seal/digest.ts';
import {
  makeKeyPair,
  publicKeyText,
  readPrivateKey,
  readPublicKey,
} from '../../src/package/seal/keys.ts';
import { isSignedBy, sealPackage, signPackage } from '../../src/package/seal/sign.ts';
import { demandSignature } from '../../src/package/seal/trust.ts';
import { documentJson, documentYaml } from '../../src/package/write/document.ts';
import { generatedPackage } from './generated.ts';

const folder = mkdtempSync(join(tmpdir(), 'hookwright-seal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PACKAGE: Package = {
  manifest: {
    name: 'shop',
    version: '1.0.0',
    description: 'Orders – «of» a shop',
    prompts: [{ type: 'number', key: 'port', label: 'Port', default: 1e21 }],
    placeholders: [{ key: 'code', type: 'random', length: 8 }],
    exclude: [],
  },
  records: [
    { kind: 'hook', uid: 'b', file: 'b.yaml', text: 'kind: hook\r\nname: b\n' },
    { kind: 'automation', uid: 'a', file: 'a.yaml', text: 'automation: a\nsteps: []\n' },
  ],
};

test('the bytes that are signed are those of RFC 8785, whatever the order and the line breaks', () => {
  const text = canonicalBytes(PACKAGE).toString();
  expect(text).toBe(
    '{"description":"Orders – «of» a shop","exclude":[],"format":1,"package":"shop","placeholders":[{"key":"code","length":8,"type":"random"}],"prompts":[{"default":1e+21,"key":"port","label":"Port","type":"number"}],"records":[{"file":"a.yaml","kind":"automation","text":"automation: a\\nsteps: []\\n","uid":"a"},{"file":"b.yaml","kind":"hook","text":"kind: hook\\nname: b\\n","uid":"b"}],"version":"1.0.0"}',
  );
  const sum = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: text, encoding: 'utf8' });
  expect(sum.slice(0, 64)).toBe(packageDigest(PACKAGE));
});

test('JSON and YAML of a package have one digest, and every change of it another', () => {
  fc.assert(
    fc.property(generatedPackage, (pkg) => {
      const digest = packageDigest(pkg);
      const seal = sealPackage(pkg);
      expect(readPackage(Buffer.from(documentJson(pkg, seal)), 'a').package?.digest).toBe(digest);
      expect(readPackage(Buffer.from(documentYaml(pkg, seal)), 'a').package?.digest).toBe(digest);
      const manifest = { ...pkg.manifest, description: `${pkg.manifest.description}.` };
      const [first, ...others] = pkg.records;
      const changes: Package[] = [
        { ...pkg, manifest },
        { ...pkg, original: { file: 'original.txt', text: `${pkg.original?.text}.` } },
        ...(first === undefined
          ? []
          : [
              { ...pkg, records: others },
              { ...pkg, records: [{ ...first, text: `${first.text}#` }, ...others] },
            ]),
      ];
      for (const change of changes) expect(packageDigest(change)).not.toBe(digest);
    }),
    { numRuns: 50 },
  );
});

test('openssl verifies what is signed here, with the key that is written down', () => {
  const { privatePem, publicKey } = makeKeyPair();
  const { signature } = signPackage(PACKAGE, readPrivateKey(privatePem, 'key'));
  expect(signature.key).toBe(publicKey);
  const files = ['public.pem', 'bytes', 'signature'].map((name) => join(folder, name));
  const [pem = '', bytes = '', value = ''] = files;
  const exported = readPublicKey(publicKey, 'key').export({ format: 'pem', type: 'spki' });
  writeFileSync(pem, exported);
  writeFileSync(
    bytes,
    Buffer.concat([Buffer.from('hookwright package\n'), canonicalBytes(PACKAGE)]),
  );
  writeFileSync(value, Buffer.from(signature.value, 'base64'));
  const options = [
    'pkeyutl',
    '-verify',
    '-pubin',
    '-inkey',
    pem,
    '-rawin',
    '-in',
    bytes,
    '-sigfile',
    value,
  ];
  expect(execFileSync('openssl', options, { encoding: 'utf8' })).toContain(
    'Signature Verified Successfully',
  );
  expect(publicKeyText(readPublicKey(readFileSync(pem, 'utf8'), 'key'))).toBe(publicKey);
});

test('a signature is of one package, by one key, written in one way', () => {
  const { privatePem, publicKey } = makeKeyPair();
  const { signature } = signPackage(PACKAGE, readPrivateKey(privatePem, 'key'));
  expect(isSignedBy(PACKAGE, signature)).toBe(true);
  expect(isSignedBy({ ...PACKAGE, records: [] }, signature)).toBe(false);
  expect(isSignedBy(PACKAGE, { ...signature, key: makeKeyPair().publicKey })).toBe(false);
  const last = publicKey.charCodeAt(42);
  const other = `${publicKey.slice(0, 42)}${String.fromCharCode(last + 1)}=`;
  expect(isSignedBy(PACKAGE, { ...signature, key: other })).toBe(false);
});

test.each(['00', '01', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'])(
  'a key with which anybody signs (%s…) is none',
  (hex) => {
    const key = Buffer.from(hex.padEnd(64, '0'), 'hex').toString('base64');
    const nothing = Buffer.alloc(64).toString('base64');
    expect(isSignedBy(PACKAGE, { key, value: nothing })).toBe(false);
    expect(() => readPublicKey(key, 'the key')).toThrow(
      'Expected the key to be a public ed25519 key',
    );
  },
);

test('keys of another kind, or the wrong half, are refused', () => {
  const rsa = execFileSync('openssl', ['genpkey', '-algorithm', 'RSA', '-quiet'], {
    encoding: 'utf8',
  });
  expect(() => readPrivateKey(rsa, 'the key')).toThrow(
    'Expected the key to be a private ed25519 key',
  );
  const { privatePem } = makeKeyPair();
  expect(() => readPublicKey(privatePem, 'the key')).toThrow('a public ed25519 key');
});

test('a demand for a signature is met by one of the keys alone', () => {
  const valid = { state: 'valid', key: 'a' } as const;
  expect(() => demandSignature(valid, ['b', 'a'], 'x')).not.toThrow();
  expect(() => demandSignature(valid, undefined, 'x')).not.toThrow();
  expect(() => demandSignature(valid, ['b'], 'x')).toThrow(
    'Expected a signature of x by b, got one by a.',
  );
  expect(() => demandSignature(valid, [], 'x')).toThrow('by nobody, got one by a.');
  expect(() => demandSignature({ state: 'none' }, undefined, 'x')).toThrow(
    'Expected a signature of x, got none.',
  );
});
