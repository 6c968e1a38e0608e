import type { Context } from 'hono';
import { z } from 'zod';
import type { PackageValues } from '../../../core/package.ts';
import type { Choice, Decision } from '../../../engine/packages/decisions.ts';
import type { ExportChoice } from '../../../engine/packages/export.ts';
import { flag, object, readBody, readQuery, text } from './read.ts';

/** Records that are decided about by name: as many as a package may have. */
const REFS_MAX = 1000;
/** Characters of one: a kind, and a name of 255. */
const REF_LENGTH_MAX = 300;

const decision = z.enum(['keep', 'replace'], 'keep or replace');
const refs = z
  .array(
    text
      .max(REF_LENGTH_MAX, `at most ${REF_LENGTH_MAX} characters`)
      .regex(/^[a-z]+:./, 'KIND:NAME, such as webhook:orders'),
    'a list of KIND:NAME',
  )
  .max(REFS_MAX, `a list of at most ${REFS_MAX}`);
const choice = { conflicts: decision.optional(), keep: refs.optional(), replace: refs.optional() };
const word = z.enum(['true', 'false'], 'true or false').transform((given) => given === 'true');
const names = z.array(text, 'a list of names');
const value = z.union([text, z.number(), flag], 'a text, a number, true or false');

const importBody = object({
  document: text,
  file: text.optional(),
  answers: z.record(z.string(), z.unknown(), 'an object').optional(),
  values: z.record(z.string(), value, 'an object of texts, numbers, true and false').optional(),
  ...choice,
  skip_unsupported: flag.optional(),
  dry_run: flag.optional(),
  fingerprint: text.optional(),
});

const exportBody = object({
  name: text,
  version: text.optional(),
  description: text.optional(),
  license: text.optional(),
  automations: names.optional(),
  webhooks: names.optional(),
  hooks: names.optional(),
  alone: flag.optional(),
});

const removalQuery = object({
  ...choice,
  dry_run: word.optional(),
  fingerprint: z.string().optional(),
});

/** What `POST /packages` is asked for. */
export interface ImportBody {
  /** A package in one document, or what `hookwright convert` reads. */
  readonly document: string;
  /** What diagnostics call it. */
  readonly file: string;
  readonly answers: Readonly<Record<string, unknown>>;
  /** Those of a plan, so that what it made up stays. */
  readonly values: PackageValues;
  readonly choice: Choice;
  readonly skipUnsupported: boolean;
  readonly isDry: boolean;
  readonly fingerprint: string | undefined;
}

/** What `POST /exports` is asked for. */
export interface ExportBody extends ExportChoice {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license?: string | undefined;
}

/** Throws `request.malformed` with a line for every mistake, and no answer in any. */
export async function readImport(c: Context): Promise<ImportBody> {
  const body = await readBody(c, importBody, ['answers', 'document', 'values']);
  return {
    document: body.document,
    file: body.file ?? 'package',
    answers: body.answers ?? {},
    values: body.values ?? {},
    choice: choiceOf(body),
    skipUnsupported: body.skip_unsupported ?? false,
    isDry: body.dry_run ?? false,
    fingerprint: body.fingerprint,
  };
}

/** Throws `request.malformed` with a line for every mistake. */
export async function readExport(c: Context): Promise<ExportBody> {
  const {
    version = '1.0.0',
    description = '',
    alone = false,
    ...body
  } = await readBody(c, exportBody);
  const { automations = [], webhooks = [], hooks = [], name, license } = body;
  return { name, version, description, license, automations, webhooks, hooks, isAlone: alone };
}

/** What `DELETE /packages/:name` is asked for. */
export interface RemovalQuery {
  readonly choice: Choice;
  readonly isDry: boolean;
  readonly fingerprint: string | undefined;
}

/** Throws `request.malformed`. */
export function readRemoval(c: Context): RemovalQuery {
  const query = readQuery(c, removalQuery, ['keep', 'replace']);
  const { dry_run = false, fingerprint } = query;
  return { choice: choiceOf(query), isDry: dry_run, fingerprint };
}

function choiceOf({
  conflicts,
  keep = [],
  replace = [],
}: {
  readonly conflicts?: Decision | undefined;
  readonly keep?: readonly string[] | undefined;
  readonly replace?: readonly string[] | undefined;
}): Choice {
  return { ...(conflicts === undefined ? {} : { rest: conflicts }), keep, replace };
}
