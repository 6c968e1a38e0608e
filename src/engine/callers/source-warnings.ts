import { fitsMediaType } from '../../core/media-type.ts';
import { sourceName, type WebhookSettings } from '../../core/webhook.ts';
import { signsUrl, unsignedTime } from '../../source/checks-of.ts';
import { label } from '../../source/place.ts';
import type { Handshake, Source } from '../../source/source.ts';
import type { SourceFolder } from './source-folder.ts';
import { readSourceOf } from './source-of.ts';

const FORM = 'application/x-www-form-urlencoded';

/**
 * What has to be done yet before its sender is taken in, or what makes its requests fail.
 *
 * @param isStored whether there is a secret of a name
 */
export async function sourceWarnings(
  settings: WebhookSettings,
  folder: SourceFolder,
  isStored: (name: string) => boolean,
  publicUrl: string | undefined,
): Promise<readonly string[]> {
  const { source: setting } = settings;
  if (setting === undefined) return [];
  const read = await readSourceOf(setting, folder);
  if (!read.ok) {
    const name = sourceName(setting);
    return [`The source ${name} cannot be read; every request is refused.`, ...read.problems];
  }
  const missing = [...new Set(Object.values(setting.secrets))].filter((name) => !isStored(name));
  return [
    ...missing.map(
      (name) =>
        `The secret ${name} is not stored yet, and requests are refused. Store it with \`hookwright secret set ${name}\`.`,
    ),
    ...(publicUrl === undefined && signsUrl(read.source)
      ? [
          `${read.source.name} signs the URL. Set HOOKWRIGHT_PUBLIC_URL to what it calls, or requests through a proxy are refused.`,
        ]
      : []),
    ...openTime(read.source),
    ...untaken(settings, read.source),
  ];
}

function openTime(source: Source): readonly string[] {
  const place = unsignedTime(source);
  if (place === undefined) return [];
  return [
    `${source.name} takes a request's age from ${label(place)}, which no signature covers: whoever sends one again can write another time there. Where the sender signs it, \`content\` has it as {timestamp}.`,
  ];
}

/** What the sender sends and the webhook's allow lists refuse, before the source is asked. */
function untaken({ methods, contentTypes }: WebhookSettings, source: Source): readonly string[] {
  const { name, sample, handshakes } = source;
  const takesBody = (type: string) =>
    contentTypes === undefined || fitsMediaType(contentTypes, type);
  const sent = Object.entries(sample.headers).find(([key]) => key.toLowerCase() === 'content-type');
  return [
    ...(sent === undefined || takesBody(sent[1])
      ? []
      : [`${name} sends bodies of ${sent[1]}, which \`content_types\` does not take.`]),
    ...handshakes.flatMap((handshake) => {
      const { method } = handshake.when;
      const what = `The handshake ${handshake.name} of ${name} comes`;
      if (method !== undefined && methods?.includes(method) === false) {
        return [`${what} as ${method}, which \`methods\` does not take.`];
      }
      return isForm(handshake) && !takesBody(FORM)
        ? [`${what} as ${FORM}, which \`content_types\` does not take.`]
        : [];
    }),
  ];
}

function isForm({ when }: Handshake): boolean {
  return when.conditions.some(({ place, test }) => place.in === 'form' && test.is !== 'absent');
}
