import { label } from './place.ts';
import type {
  Check,
  Content,
  ContentPart,
  Handshake,
  Place,
  PlainCheck,
  Source,
} from './source.ts';

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

/**
 * Where the time stands that a request's age goes by, if the request is signed and the time is not: whoever has
 * seen one can write another time into it, and send it again.
 */
export function unsignedTime({ verify, timestamp }: Source): Place | undefined {
  if (timestamp?.toleranceMs === undefined) return undefined;
  const signatures = checksOf(verify).filter((check) => check.is === 'signature');
  const { place } = timestamp;
  const isCovered = signatures.some(({ content }) =>
    content.parts.some((part) => covers(part, place)),
  );
  return signatures.length === 0 || isCovered ? undefined : place;
}

function covers(part: ContentPart, place: Place): boolean {
  switch (part.is) {
    case 'timestamp':
      return true;
    case 'body':
      return place.in === 'json' || place.in === 'form';
    case 'form:sorted':
      return place.in === 'form';
    case 'url':
    case 'url:decoded':
      return place.in === 'query';
    case 'pairs':
      return place.in === 'json' && part.names.includes(place.path);
    case 'value':
      return label(part.place) === label(place);
    case 'text':
    case 'id':
    case 'method':
      return false;
  }
}
