import { didYouMean } from '../../core/suggest.ts';
import { checksOf, rolesOf } from '../checks-of.ts';
import { signedId } from '../identity.ts';
import type { Check, FixedAnswer, Sample, Source, Timestamp } from '../source.ts';
import { readChecks, readDuration } from './checks.ts';
import { Fields, type Mistake } from './fields.ts';
import { readHandshake } from './handshakes.ts';
import { readIdentity } from './identity.ts';
import { handshakeMistakes } from './oracle.ts';
import { isHeaderName, readOnePlace, readPlace } from './place.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;

/** A source, or what is wrong with it; all mistakes at once. */
export type ReadSource =
  | { readonly ok: true; readonly source: Source }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Sources that others may build on. */
export interface Presets {
  get(name: string): Source | undefined;
  keys(): Iterable<string>;
}

/**
 * Reads a source from plain values: a preset's file, or what a webhook sets. With `preset` it is that one,
 * with other settings where it has its own; its own `verify` is required beside the preset's.
 *
 * @param presets those that `preset` may name
 */
export function readSource(value: unknown, presets: Presets): ReadSource {
  const mistakes: Mistake[] = [];
  const fields = Fields.of(value, [], mistakes);
  const source = fields && read(fields, mistakes, presets);
  return source === undefined || mistakes.length > 0
    ? { ok: false, mistakes }
    : { ok: true, source };
}

type Settings = Partial<Omit<Source, 'name' | 'description' | 'keys' | 'verify'>>;

function read(fields: Fields, mistakes: Mistake[], presets: Presets): Source | undefined {
  const base = readBase(fields, presets);
  const name = fields.text('source', 60) ?? base?.name;
  const description = fields.text('description') ?? base?.description;
  const own = fields.has('verify')
    ? readChecks(fields.take('verify'), ['verify'], mistakes)
    : undefined;
  const settings = readSettings(fields, mistakes, base);
  const declared = readKeys(fields);
  // A webhook's own has the preset's name: one that there is none of is told already.
  if (!fields.has('preset')) fields.required('source', name);
  fields.finish();
  if (name === undefined) return undefined;
  if (!NAME.test(name)) {
    fields.expected('source', 'a name of lower-case letters, digits and -');
  }
  const verify = both(base?.verify, own);
  const merged = { ...base, ...settings };
  const keys: Record<string, string> = { ...base?.keys, ...declared };
  for (const role of rolesOf(verify, merged.handshakes ?? [])) {
    if (declared !== undefined && !Object.hasOwn(keys, role)) {
      const hint = didYouMean(role, Object.keys(keys));
      fields.mistake(
        ['keys'],
        `Expected the role \`${role}\` that a check names, got no such key`,
        hint,
      );
    }
    keys[role] ??= '';
  }
  const source: Source = {
    ...merged,
    name,
    description: description ?? '',
    keys,
    id: merged.id ?? [],
    handshakes: merged.handshakes ?? [],
    sample: merged.sample ?? { headers: {} },
    ...(verify === undefined ? {} : { verify }),
  };
  const isUnproven = verify === undefined && source.unsigned === undefined;
  if (isUnproven && !fields.has('verify') && !fields.has('preset')) {
    fields.mistake([], 'Expected `verify`, a `preset`, or `unsigned` with a reason, got none');
  }
  for (const { path, message, hint } of soundness(source)) fields.mistake(path, message, hint);
  return source;
}

function readBase(fields: Fields, presets: Presets): Source | undefined {
  const name = fields.text('preset', 60);
  if (name === undefined) return undefined;
  const base = presets.get(name);
  if (base !== undefined) return base;
  return fields.expected('preset', 'the name of a preset', didYouMean(name, presets.keys()));
}

function both(preset: Check | undefined, own: Check | undefined): Check | undefined {
  if (preset === undefined || own === undefined) return preset ?? own;
  return { is: 'all', of: [preset, own] };
}

function readSettings(fields: Fields, mistakes: Mistake[], base: Source | undefined): Settings {
  const docs = fields.text('docs');
  const note = fields.text('note');
  const unsigned = fields.text('unsigned');
  const timestamp = readTimestamp(fields, base?.timestamp);
  const id = fields.has('id')
    ? fields.list('id', (value, path) => readIdentity(value, path, mistakes))
    : undefined;
  const event = fields.has('event')
    ? readOnePlace(fields.take('event'), ['event'], mistakes)
    : undefined;
  const handshakes = fields.has('handshakes')
    ? fields.list('handshakes', (value, path) => readHandshake(value, path, mistakes))
    : undefined;
  const acknowledge = readAcknowledgement(fields);
  const deadlineMs = readDuration(fields, 'deadline');
  const sample = readSample(fields);
  return Object.fromEntries(
    Object.entries({
      docs,
      note,
      unsigned,
      timestamp,
      id,
      event,
      handshakes,
      acknowledge,
      deadlineMs,
      sample,
    }).filter(([, value]) => value !== undefined),
  );
}

/** @param base the preset's, of which the tolerance alone can be changed */
function readTimestamp(fields: Fields, base: Timestamp | undefined): Timestamp | undefined {
  const timestamp = fields.map('timestamp');
  if (timestamp === undefined) return undefined;
  if (base !== undefined && timestamp.rest.every((key) => key === 'tolerance')) {
    const toleranceMs = readDuration(timestamp, 'tolerance');
    return toleranceMs === undefined ? base : { ...base, toleranceMs };
  }
  const place = readPlace(timestamp);
  const unit = timestamp.required('unit', timestamp.choice('unit', ['s', 'ms', 'iso']));
  const toleranceMs = readDuration(timestamp, 'tolerance');
  timestamp.finish();
  if (place === undefined || unit === undefined) return undefined;
  return { place, unit, ...(toleranceMs === undefined ? {} : { toleranceMs }) };
}

function readAcknowledgement(fields: Fields): FixedAnswer | undefined {
  const answer = fields.map('acknowledge');
  if (answer === undefined) return undefined;
  const status = answer.required('status', answer.integer('status', 200, 299));
  const body = answer.text('body', 10_000);
  const type = answer.line('type', 'a media type such as `text/plain`');
  answer.finish();
  if (status === undefined) return undefined;
  return {
    status,
    ...(body === undefined ? {} : { body }),
    ...(type === undefined ? {} : { type }),
  };
}

function readSample(fields: Fields): Sample | undefined {
  const sample = fields.map('sample');
  if (sample === undefined) return undefined;
  const headers = sample.map('headers');
  const event = sample.text('event');
  const read: Record<string, string> = {};
  for (const name of headers?.rest ?? []) {
    const value = headers?.line(name, 'one line of Latin letters');
    if (!isHeaderName(name)) headers?.expectedKey(name, 'a header name such as X-Signature');
    else if (value !== undefined) read[name] = value;
  }
  sample.finish();
  return { headers: read, ...(event === undefined ? {} : { event }) };
}

function readKeys(fields: Fields): Readonly<Record<string, string>> | undefined {
  const keys = fields.map('keys');
  if (keys === undefined) return undefined;
  const read: Record<string, string> = {};
  for (const role of keys.rest) {
    const about = keys.text(role);
    if (about !== undefined) read[role] = about;
  }
  return read;
}

type Fault = Pick<Mistake, 'path' | 'message' | 'hint'>;

/** What is wrong with a source as a whole. */
function soundness(source: Source): readonly Fault[] {
  const faults: Fault[] = [];
  const signatures = checksOf(source.verify).filter((check) => check.is === 'signature');
  const needs = (part: 'timestamp' | 'id') =>
    signatures.some(({ content }) => content.parts.some(({ is }) => is === part));
  if (needs('timestamp') && source.timestamp === undefined) {
    faults.push({ path: [], message: 'Expected `timestamp`, which `content` names, got none' });
  }
  if (needs('id') && signedId(source) === undefined) {
    const got = source.id.length === 0 ? 'none' : 'another';
    const message = `Expected \`id\` with one place, which \`content\` names, got ${got}`;
    faults.push({ path: got === 'none' ? [] : ['id'], message });
  }
  if (source.verify !== undefined && !isProof(source.verify)) {
    const message =
      'Expected a check that proves who calls, got only a digest, which anybody can make';
    faults.push({ path: ['verify'], message });
  }
  return [...faults, ...handshakeMistakes(source)];
}

/** Whether nobody passes a check without a secret, a certificate or an address. */
function isProof(check: Check): boolean {
  switch (check.is) {
    case 'digest':
      return false;
    case 'all':
      return check.of.some(isProof);
    case 'any':
      return check.of.every(isProof);
    default:
      return true;
  }
}
