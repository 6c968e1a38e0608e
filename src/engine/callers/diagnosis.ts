import { setImmediate as turn } from 'node:timers/promises';
import { HookwrightError } from '../../core/errors.ts';
import type { WebhookSource } from '../../core/webhook.ts';
import { type Diagnosis, diagnosing } from '../../source/doctor/diagnose.ts';
import type { SourceRequest } from '../../source/request.ts';
import type { Source } from '../../source/source.ts';
import { keysOf } from './keys-of.ts';
import type { SourceFolder } from './source-folder.ts';
import { requireSourceOf } from './source-of.ts';

/** The values that count, and those that have counted. */
export interface DoctorSecrets {
  values(name: string): readonly string[];
  /** Values that count no more, as far as they are known. */
  oldValues(name: string): readonly string[];
}

/**
 * What the doctor says of a stored request, by the source and the secrets that its webhook has now. Throws
 * `source.not_found`, `source.invalid`.
 *
 * @param now when the request came
 */
export async function diagnoseStored(
  folder: SourceFolder,
  secrets: DoctorSecrets,
  setting: WebhookSource | undefined,
  request: SourceRequest,
  now: number,
): Promise<Diagnosis> {
  if (setting === undefined) {
    throw new HookwrightError(
      'source.not_found',
      'Expected a webhook with a source, got one that takes in whoever knows its URL.',
      { next: 'Give it one with `hookwright webhook edit NAME --source …`.' },
    );
  }
  const source = await requireSourceOf(setting, folder);
  const keys = keysOf(setting.secrets, secrets);
  const oldKeys = keysOf(setting.secrets, { values: (name) => secrets.oldValues(name) });
  const presets = await presetsIn(folder);
  const work = diagnosing(source, request, keys, now, { presets, oldKeys });
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await turn(); // Requests for webhooks come first.
  }
}

async function presetsIn(folder: SourceFolder): Promise<ReadonlyMap<string, Source>> {
  const found = new Map<string, Source>();
  for (const name of await folder.names()) {
    const source = (await folder.get(name))?.source;
    if (source !== undefined) found.set(name, source);
  }
  return found;
}
