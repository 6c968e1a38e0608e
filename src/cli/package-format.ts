import type { Command } from 'commander';
import { HookwrightError } from '../core/errors.ts';
import type { Package } from '../core/package.ts';
import type { Seal } from '../package/seal/sign.ts';
import type { Session } from './session.ts';

type Format = 'json' | 'yaml';

/**
 * Adds the options of where and how a document is written.
 *
 * @param without what is done without `--out`
 */
export function addFormatOptions(command: Command, without: string): Command {
  return command
    .option('--format <format>', 'json or yaml; that of --out where absent, else json')
    .option('-o, --out <file>', `the file to write; without it, ${without}`);
}

/** The format that was asked for. Throws `usage.invalid`. */
export function formatOf({ options }: Session, out: string | undefined): Format {
  const { format } = options;
  if (format === 'json' || format === 'yaml') return format;
  if (format !== undefined) {
    throw new HookwrightError(
      'usage.invalid',
      `Expected --format to be json or yaml, got ${JSON.stringify(format)}.`,
    );
  }
  return out !== undefined && /\.ya?ml$/i.test(out) ? 'yaml' : 'json';
}

/** A package in one document. */
export async function documentText(pkg: Package, seal: Seal, format: Format): Promise<string> {
  const { documentJson, documentYaml } = await import('../package/write/document.ts');
  return format === 'json' ? documentJson(pkg, seal) : documentYaml(pkg, seal);
}

/** A package in short, as commands tell it. */
export function packageSummary(
  { manifest, records }: Package,
  { digest, signature }: Seal,
): Readonly<Record<string, unknown>> {
  return {
    package: manifest.name,
    version: manifest.version,
    records: records.map(({ kind, uid, file }) => ({ kind, uid, file })),
    digest,
    signed_by: signature?.key ?? null,
  };
}
