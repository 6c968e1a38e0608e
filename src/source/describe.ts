import { formatDuration } from '../core/quantity.ts';
import { isHmac } from './algorithms.ts';
import type { Check, Place, Source } from './source.ts';

/** Markdown of what a request has to pass: one line for each check. */
export function describeProof({ verify, unsigned }: Source): readonly string[] {
  return verify === undefined ? [unsigned ?? 'nothing'] : describeCheck(verify);
}

function describeCheck(check: Check): readonly string[] {
  switch (check.is) {
    case 'all':
      return check.of.flatMap(describeCheck);
    case 'any':
      return [check.of.map((one) => describeCheck(one).join(' and ')).join(' or ')];
    case 'signature': {
      const { algorithm, content, encoding, keyEncoding, place } = check;
      const key = isHmac(algorithm) && keyEncoding !== 'utf8' ? `, key in ${keyEncoding}` : '';
      return [`${describePlace(place)}: ${algorithm} of \`${content.text}\` in ${encoding}${key}`];
    }
    case 'token':
      return [`${describePlace(check.place)} is \`${check.key}\``];
    case 'bearer':
      return [`\`Authorization: Bearer\` is \`${check.key}\``];
    case 'basic':
      return [`\`Authorization: Basic\` is \`${check.key}\``];
    case 'digest':
      return [`${describePlace(check.place)} is the ${check.algorithm} of the body`];
    case 'jwt':
      return [`${describePlace(check.place)} is a JWT by ${check.algorithm}`];
    case 'client_certificate':
      return [`\`${check.header}\` from a trusted proxy is ${check.allow.join(' or ')}`];
    case 'ip':
      return [`the address is within ${check.ranges.join(', ')}`];
  }
}

/** Markdown of a place: `` `Stripe-Signature: …v1=` ``. */
function describePlace(place: Place): string {
  const prefix = place.prefix ?? '';
  switch (place.in) {
    case 'header':
      return place.names.map((name) => `\`${name}${prefix && `: ${prefix}`}\``).join(' or ');
    case 'query':
      return `\`?${place.name}=${prefix}\``;
    case 'form':
      return `the form’s \`${place.name}\``;
    case 'json':
      return `the body’s \`${place.path}\``;
  }
}

/** How old a request may be: `5m`; `–` where the sender gives no time to go by. */
export function describeAge({ timestamp }: Source): string {
  return timestamp?.toleranceMs === undefined ? '–' : formatDuration(timestamp.toleranceMs);
}

/** What recognises a duplicate. */
export function describeId({ id }: Source): string {
  if (id.length === 0) return '–';
  const describePart = (part: Place | 'body') =>
    part === 'body' ? 'the body' : describePlace(part);
  return id.map((parts) => parts.map(describePart).join(' and ')).join(' or ');
}
