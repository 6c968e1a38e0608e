import { didYouMean } from '../../core/suggest.ts';
import type { WebhookSettings, WebhookSource } from '../../core/webhook.ts';
import { missingRoles } from '../../source/checks-of.ts';
import { oraclesOf } from '../../source/read/oracle.ts';
import type { Source } from '../../source/source.ts';
import type { SourceFolder } from './source-folder.ts';
import { readSourceOf } from './source-of.ts';

/** What is wrong with a webhook's source, in sentences. Throws `config.invalid`. */
export async function sourceProblems(
  { source }: WebhookSettings,
  folder: SourceFolder,
): Promise<readonly string[]> {
  if (source === undefined) return [];
  const read = await readSourceOf(source, folder);
  return read.ok ? roleProblems(source, read.source) : read.problems;
}

/** Where a source has one role, `secret` stands for it whatever its name. */
export async function withRoles(
  settings: WebhookSettings,
  folder: SourceFolder,
): Promise<WebhookSettings> {
  const { source: setting } = settings;
  if (setting?.secrets.secret === undefined) return settings;
  const read = await readSourceOf(setting, folder);
  const roles = Object.keys(read.ok ? read.source.keys : {});
  const [role] = roles;
  const { secret, ...others } = setting.secrets;
  if (role === undefined || roles.length > 1 || Object.hasOwn(setting.secrets, role))
    return settings;
  return { ...settings, source: { ...setting, secrets: { [role]: secret, ...others } } };
}

function roleProblems({ secrets }: WebhookSource, source: Source): readonly string[] {
  const known = Object.keys(source.keys);
  const given = new Set(Object.keys(secrets));
  const unknown = [...given].filter((role) => !known.includes(role));
  const missing = missingRoles(source, given);
  return [
    ...unknown.map((role) => {
      const hint = didYouMean(role, known);
      const roles = known.length === 0 ? 'no secret' : `secrets for ${known.join(', ')}`;
      const what = `Expected ${source.name} to be given ${roles}, got one for ${JSON.stringify(role)}.`;
      return hint === undefined ? what : `${what} ${hint}`;
    }),
    ...missing.map((role) => {
      const about = source.keys[role];
      const what = about === undefined || about === '' ? role : `${role} (${about})`;
      return `Expected the name of a secret for ${what}, got none.`;
    }),
    ...oraclesOf(source).flatMap(({ index, signs, proves }) => {
      const isShared = secrets[signs] !== undefined && secrets[signs] === secrets[proves];
      if (!isShared) return [];
      const handshake = source.handshakes[index]?.name ?? '';
      return [
        `Expected another secret for ${signs} than for ${proves}, got ${secrets[signs]} for both: the handshake ${handshake} signs what anybody sends, and that would pass as a request's signature.`,
      ];
    }),
  ];
}
