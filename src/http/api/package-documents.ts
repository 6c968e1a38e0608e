import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { formatDiagnostic } from '../../core/diagnostic.ts';
import { HookwrightError } from '../../core/errors.ts';
import type { ImportedPackage, ImportedRecord } from '../../core/imported-package.ts';
import type { FilledPackage, FilledRecord, PackageManifest } from '../../core/package.ts';
import { type Exported, exportRecords } from '../../engine/packages/export.ts';
import type { WantedPackage } from '../../engine/packages/wanted.ts';
import { fillPackage } from '../../package/fill/fill.ts';
import { fillingError } from '../../package/fill/refusal.ts';
import { readPackage } from '../../package/read/package.ts';
import type { PackageReading, SealedPackage } from '../../package/read/reading.ts';
import { sealOf, sealPackage } from '../../package/seal/sign.ts';
import { demandSignature } from '../../package/seal/trust.ts';
import { documentJson } from '../../package/write/document.ts';
import { packageOfRecords, type ServedRecord } from '../../package/write/exported.ts';
import { testsOf } from '../../package/write/exported-tests.ts';
import type { ExportBody, ImportBody } from './input/package.ts';
import { readRecords } from './input/package-records.ts';
import type { ApiParts } from './parts.ts';

/*
 * What reads and writes packages, Cerb's languages among it. Loaded when it is first asked for: it takes
 * longer than all else that a command does.
 */

/**
 * Reads a document and fills in the answers: 1 ms a record each, with a turn for requests in between. Throws
 * `package.invalid`, `package.unsigned`, `package.answers`, `package.unfit`.
 */
export async function wantedOf(body: ImportBody, parts: ApiParts): Promise<WantedPackage> {
  const { packages, packageKeys, registry, hooks, clock, url, version } = parts;
  const { document, file, answers, skipUnsupported } = body;
  const reading = readPackage(Buffer.from(document), file, { skipUnsupported });
  if (reading.package === undefined) throw unreadable(reading);
  const sealed = reading.package;
  if (packageKeys !== undefined) {
    demandSignature(sealed.signature, packageKeys, sealed.manifest.name);
  }
  await turn();
  const before = packages.find(sealed.manifest.name);
  const stored =
    before?.records.filter(
      (record) => record.kind === 'secret' && packages.has(before.name, record),
    ) ?? [];
  const filling = fillPackage(sealed, {
    answers,
    earlier: {
      values: { ...body.values, ...before?.values },
      secrets: stored.map(({ uid }) => uid),
    },
    existing: {
      webhook: registry.webhooks().map((one) => one.name),
      hook: hooks.list().map((one) => one.name),
    },
    now: clock(),
    random: randomBytes,
    baseUrl: url(),
    engineVersion: version,
  });
  if (!filling.ok) throw fillingError(filling);
  await turn();
  return wantedFrom(filling.package, sealed);
}

function wantedFrom(filled: FilledPackage, sealed: SealedPackage): WantedPackage {
  const document = documentJson(sealed, sealOf(sealed));
  return { filled, ...readRecords(filled.records), document };
}

function unreadable({ diagnostics, sources }: PackageReading): HookwrightError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const told = errors.map((one) => formatDiagnostic(one, sources.get(one.file) ?? ''));
  return new HookwrightError('package.invalid', told.join('\n'));
}

/** A package of what is chosen, read again before it leaves, so that it can be imported. */
export async function exportDocument(body: ExportBody, parts: ApiParts): Promise<string> {
  const { name, version, description, license } = body;
  const { records, prompts } = exportRecords(body, parts.packages.server);
  const tests = await importedTests(records, parts);
  const manifest: PackageManifest = {
    name,
    version,
    description,
    ...(license === undefined ? {} : { license }),
    prompts,
    placeholders: [],
    exclude: [],
  };
  const made = packageOfRecords(manifest, [...records, ...tests]);
  const document = documentJson(made, sealPackage(made));
  const reading = readPackage(Buffer.from(document), 'export');
  if (reading.package === undefined) throw unreadable(reading);
  return document;
}

/** The tests that came with automations in their packages. */
async function importedTests(
  records: Exported['records'],
  { packages, ...parts }: ApiParts,
): Promise<readonly ServedRecord[]> {
  const uids = new Map(
    records.filter(({ kind }) => kind === 'automation').map(({ name, uid }) => [name, uid]),
  );
  const taken = new Set(records.map(({ uid }) => uid.toLowerCase()));
  const tests: ServedRecord[] = [];
  for (const imported of packages.list()) {
    const { name } = imported;
    const isOf = (record: ImportedRecord): boolean =>
      record.kind === 'automation' && uids.has(record.target) && packages.has(name, record);
    const own = imported.records.filter(isOf).map(({ target }) => target);
    if (own.length === 0 || imported.records.every(({ kind }) => kind !== 'test')) continue;
    const filled = filledAgain((await packages.source(name)).document, imported, parts);
    const ownUids = new Map(own.map((one) => [one, uids.get(one) ?? one]));
    tests.push(...testsOf(filled, ownUids, taken));
    await turn();
  }
  return tests;
}

/** The records of an imported package as they were filled in; none where this version reads it no more. */
function filledAgain(
  document: string,
  { name, values }: ImportedPackage,
  { clock, url, version }: Pick<ApiParts, 'clock' | 'url' | 'version'>,
): readonly FilledRecord[] {
  const { package: sealed } = readPackage(Buffer.from(document), name);
  if (sealed === undefined) return [];
  const { requires: _, ...manifest } = sealed.manifest;
  const secrets = manifest.prompts.filter(({ type }) => type === 'secret').map(({ key }) => key);
  const filling = fillPackage(
    { ...sealed, manifest },
    {
      answers: {},
      earlier: { values, secrets },
      now: clock(),
      random: randomBytes,
      baseUrl: url(),
      engineVersion: version,
    },
  );
  return filling.ok ? filling.package.records : [];
}
