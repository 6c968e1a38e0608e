import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { openPackage } from '../open-package.ts';
import { packageSummary } from '../package-format.ts';
import { readNamedFile } from '../read-file.ts';
import type { Attach, Session } from '../session.ts';

export function addPackageVerify(parent: Command, attach: Attach): void {
  const command = parent
    .command('verify')
    .description('Check a package’s digest and signature; fails where nobody signed it.')
    .argument('[path]', 'its folder or document; this folder where absent, `-` is standard input')
    .option(
      '--key <key>',
      'a public key that counts: its file, or 32 bytes in base64; may be repeated',
      (key: string, before: unknown) => [...(Array.isArray(before) ? before : []), key],
    );
  addExamples(
    command,
    'hookwright package verify shop-orders.json --key signing.pem.pub',
    'hookwright package verify shop-orders.json --json | jq -r .signed_by',
  );
  attach(command, async (session, path = '.') => {
    const keys = await givenKeys(session);
    const pkg = await openPackage(session, path);
    if (pkg === undefined) return;
    const { demandSignature } = await import('../../package/seal/trust.ts');
    const { sealOf } = await import('../../package/seal/sign.ts');
    const { signature, manifest } = pkg;
    demandSignature(signature, keys, `${manifest.name} ${manifest.version}`);
    session.show(packageSummary(pkg, sealOf(pkg)), () => {
      const whose = keys === undefined ? '\nGive --key to say whose signature counts.' : '';
      return `${manifest.name} ${manifest.version} is as ${pkg.signed?.key} signed it, SHA-256 ${pkg.digest}${whose}`;
    });
  });
}

async function givenKeys({ options }: Session): Promise<readonly string[] | undefined> {
  if (!Array.isArray(options.key)) return undefined;
  const { publicKeyText, readPublicKey } = await import('../../package/seal/keys.ts');
  const keys: string[] = [];
  for (const given of options.key as string[]) {
    const isFile = await stat(given).then(
      () => true,
      () => false,
    );
    const isText = !isFile && /^[A-Za-z0-9+/]{43}=$/.test(given);
    const text = isText ? given : Buffer.from(await readNamedFile(given)).toString();
    keys.push(publicKeyText(readPublicKey(text, `--key ${given}`)));
  }
  return keys;
}
