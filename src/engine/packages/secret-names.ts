import type { Hook } from '../../core/hook.ts';
import { fitsAnyHost } from '../../core/host-pattern.ts';
import type { HookDraft } from '../hooks/draft.ts';

/** What stands for a stored secret's value in the URL and the headers of a hook's record. */
const REFERENCE = /\$\{\{\s*secrets\.([A-Za-z_]\w*)\s*\}\}/g;

/** Characters of a value that is looked for in other texts; a shorter one would be found by chance. */
const FOUND_LENGTH_MIN = 8;

/** Values of secrets by name, those that an import brings among them. */
export type SecretValues = ReadonlyMap<string, string>;

/** A hook's draft with values in place of names, and what names no secret: key and sentence. */
export function withSecretValues(
  draft: HookDraft & { readonly paused?: boolean },
  values: SecretValues,
): {
  readonly draft: HookDraft & { readonly paused?: boolean };
  readonly problems: readonly { readonly key: string; readonly message: string }[];
} {
  const problems: { key: string; message: string }[] = [];
  const fill = (key: string, text: string): string =>
    text.replace(REFERENCE, (whole, name: string) => {
      const value = values.get(name);
      if (value === undefined) problems.push({ key, message: unknown(name) });
      return value ?? whole;
    });
  const { url, headers, secret } = draft;
  const value = secret === undefined ? undefined : values.get(secret);
  // Not the text itself: somebody may have written the value there.
  if (secret !== undefined && value === undefined) {
    const message =
      'Expected secret to be the name of a stored secret, or the {{{key}}} of a secret prompt; got another text.';
    problems.push({ key: 'secret', message });
  }
  return {
    draft: {
      ...draft,
      ...(url === undefined ? {} : { url: fill('url', url) }),
      ...(headers === undefined
        ? {}
        : {
            headers: headers.map(([name, text]) => [name, fill('headers', text)] as const),
          }),
      ...(value === undefined ? {} : { secret: value }),
    },
    problems,
  };
}

/** The secrets whose values stand in a hook's URL and headers, each with the key where. */
export function secretNamesOf({
  url = '',
  headers = [],
}: Pick<HookDraft, 'url' | 'headers'>): readonly { readonly key: string; readonly name: string }[] {
  return [
    ...secretNamesIn(url).map((name) => ({ key: 'url', name })),
    ...headers.flatMap(([, text]) => secretNamesIn(text).map((name) => ({ key: 'headers', name }))),
  ];
}

/**
 * Secrets that a hook would send although they are not for that host, as keys and sentences. Else whoever writes a
 * package had every secret of a server sent to himself.
 *
 * @param hostsOf patterns of where a secret may go; `undefined` where it may go to any
 */
export function unboundSecrets(
  draft: Pick<HookDraft, 'url' | 'headers'>,
  host: URL,
  hostsOf: (name: string) => readonly string[] | undefined,
): readonly { readonly key: string; readonly message: string }[] {
  return secretNamesOf(draft)
    .filter(({ name }) => {
      const hosts = hostsOf(name);
      return hosts !== undefined && !fitsAnyHost(hosts, host);
    })
    .map(({ key, name }) => ({ key, message: unbound(name, host) }));
}

/** Names in place of values, wherever one of the secrets stands in a hook. */
export function withSecretNames(hook: Hook, values: SecretValues): Hook {
  // Longer ones first: one may hold another.
  const known = [...values]
    .filter(([, value]) => value.length >= FOUND_LENGTH_MIN)
    .sort(([, a], [, b]) => b.length - a.length);
  const name = (text: string): string =>
    known.reduce((shown, [key, value]) => shown.replaceAll(value, `\${{ secrets.${key} }}`), text);
  return {
    ...hook,
    url: name(hook.url),
    headers: hook.headers.map(([key, text]) => [key, name(text)] as const),
  };
}

/** Whether a text has the name of a secret in it. */
export function namesSecret(text: string): boolean {
  return text.search(REFERENCE) >= 0;
}

/** The names of the secrets that a text refers to. */
export function secretNamesIn(text: string): readonly string[] {
  return [...text.matchAll(REFERENCE)].map(([, name = '']) => name);
}

/** The secret whose value a hook has; `undefined` where none is stored. */
export function secretNameOf(hook: Hook, values: SecretValues): string | undefined {
  return [...values].find(([, value]) => value === hook.secret)?.[0];
}

function unbound(name: string, { host }: URL): string {
  return `Expected a host that the secret ${name} is bound to, got ${host}. If it may go there: \`hookwright secret set ${name} --host ${host}\`, or \`hosts\` of its prompt.`;
}

function unknown(name: string): string {
  return `Expected the name of a stored secret, got ${name}, which there is none of.`;
}
