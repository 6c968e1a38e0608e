import { HookwrightError } from '../../core/errors.ts';
import { HEADER_VALUE } from '../../core/http-syntax.ts';
import type { Webhook, WebhookSource } from '../../core/webhook.ts';
import type { RequestDraft } from '../../source/sign/draft.ts';
import { signRequest } from '../../source/sign/sign.ts';
import type { Source } from '../../source/source.ts';
import type { SecretSource } from '../secret-source.ts';
import { keysOf } from './keys-of.ts';
import { requireSource, type SourceFolder } from './source-folder.ts';
import { requireSourceOf } from './source-of.ts';

/** What somebody gives who tries a webhook without its sender. */
export interface Sample {
  /** Whose request it is; the webhook's own source where absent. */
  readonly source?: string;
  /** The kind of event, such as `push`. */
  readonly event?: string;
  /** `[name, value, name, value, …]`. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

export interface SampleParts {
  readonly folder: SourceFolder;
  readonly secrets: Pick<SecretSource, 'values'>;
}

/**
 * A request as the webhook's sender would make it, with the stored secrets. It may hold one of them, so it
 * is for the server's own listener alone. Throws `source.not_found`, `source.invalid`, `source.unsigned`.
 *
 * @param url the webhook's, as the sender knows it
 * @param signing the sender's time and id
 */
export async function sampleRequest(
  { folder, secrets }: SampleParts,
  { settings }: Webhook,
  url: string,
  { source: asked, event, headers, body }: Sample,
  signing: { readonly now: number; readonly id: string },
): Promise<RequestDraft> {
  const draft: RequestDraft = { method: 'POST', url, headers, body };
  const source = await sourceOf(settings.source, asked, folder);
  if (source === undefined) return draft;
  const keys = keysOf(settings.source?.secrets ?? {}, secrets);
  const signed = signRequest(source, draft, keys, {
    ...signing,
    ...(event === undefined ? {} : { event }),
  });
  if (!signed.ok) throw unsigned(source, signed.reason);
  const fault = headerFault(signed.draft);
  if (fault !== undefined) throw unsigned(source, fault);
  return signed.draft;
}

function unsigned(source: Source, fault: string): HookwrightError {
  return new HookwrightError('source.unsigned', fault, {
    next: `\`hookwright source show ${source.name}\` says what it needs; give the webhook that source and its secrets.`,
  });
}

/** What no header can hold: a token that was stored with a line end within, for one. */
function headerFault({ headers }: RequestDraft): string | undefined {
  const index = headers.findIndex((text) => !HEADER_VALUE.test(text));
  if (index < 0) return undefined;
  return `Expected one line for the header ${headers[index - (index % 2)]}, got a text with a line end or another control character.`;
}

async function sourceOf(
  setting: WebhookSource | undefined,
  asked: string | undefined,
  folder: SourceFolder,
): Promise<Source | undefined> {
  if (asked !== undefined) return requireSource(folder, asked);
  return setting && requireSourceOf(setting, folder);
}
