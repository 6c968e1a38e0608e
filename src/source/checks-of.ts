import type { Check, Content, Handshake, PlainCheck, Source } from './source.ts';

/** All checks of a tree, without its lists. */
export function checksOf(check: Check | undefined): readonly PlainCheck[] {
  if (check === undefined) return [];
  return 'of' in check ? check.of.flatMap(checksOf) : [check];
}

/** The roles of the secrets that a source uses. */
export function rolesOf(
  verify: Check | undefined,
  handshakes: readonly Handshake[],
): ReadonlySet<string> {
  const checks = [
    ...checksOf(verify),
    ...handshakes.flatMap((handshake) => checksOf(handshake.verify)),
  ];
  const roles = checks.flatMap((check) => {
    if (!('key' in check)) return [];
    return check.is === 'signature' && check.certificate !== undefined ? [] : [check.key];
  });
  const answered = handshakes.flatMap(({ answer: { content } }) => {
    if (content.is === 'nothing') return [];
    const values = content.is === 'text' ? [content.value] : content.fields.map(([, one]) => one);
    return values.flatMap((value) => (value.is === 'hmac' ? [value.key] : []));
  });
  return new Set([...roles, ...answered]);
}

/** The roles whose secrets a source needs beside those that are given. */
export function missingRoles(
  { verify, handshakes }: Source,
  given: ReadonlySet<string>,
): readonly string[] {
  const roles = [...missingOf(verify, given), ...rolesOf(undefined, handshakes)];
  return [...new Set(roles)].filter((role) => !given.has(role));
}

/** Of alternatives one is enough; where none has its secret, the first is asked for. */
function missingOf(check: Check | undefined, given: ReadonlySet<string>): readonly string[] {
  if (check === undefined) return [];
  if (check.is === 'all') return check.of.flatMap((one) => missingOf(one, given));
  if (check.is === 'any') {
    const lists = check.of.map((one) => missingOf(one, given));
    return lists.some((list) => list.length === 0) ? [] : (lists[0] ?? []);
  }
  return [...rolesOf(check, [])].filter((role) => !given.has(role));
}

/** Whether the sender signs the URL, so that the public one has to be known. */
export function signsUrl({ verify }: Source): boolean {
  const hasUrl = ({ parts }: Content) =>
    parts.some(({ is }) => is === 'url' || is === 'url:decoded');
  return checksOf(verify).some((check) => check.is === 'signature' && hasUrl(check.content));
}
