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

/** Whether the sender signs the URL, so that the public one has to be known. */
export function signsUrl({ verify }: Source): boolean {
  const hasUrl = ({ parts }: Content) =>
    parts.some(({ is }) => is === 'url' || is === 'url:decoded');
  return checksOf(verify).some((check) => check.is === 'signature' && hasUrl(check.content));
}
