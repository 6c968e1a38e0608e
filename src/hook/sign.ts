import { createHmac } from 'node:crypto';
import type { HookSecrets } from '../core/hook.ts';
import type { Signing } from './profile.ts';
import { fillText, type Template } from './template.ts';

const PREFIX = 'whsec_';
/** Bytes of a key: what Standard Webhooks 1.0.0 asks for. */
const KEY_BYTES = { least: 24, most: 64, made: 32 } as const;
/** Characters of a secret that a person chose. */
const SECRET_CHARS_MAX = 256;

/** A new secret in the form of Standard Webhooks; other profiles take it as the text that it is. */
export function makeSecret(random: (size: number) => Uint8Array): string {
  return PREFIX + Buffer.from(random(KEY_BYTES.made)).toString('base64');
}

/** What is wrong with a secret, in words that complete "Expected … to be …"; `undefined` where nothing is. */
export function secretMistake(secret: string, signing: Signing | undefined): string | undefined {
  if (signing?.key !== 'standard') {
    return secret.length > 0 && secret.length <= SECRET_CHARS_MAX
      ? undefined
      : `1 to ${SECRET_CHARS_MAX} characters`;
  }
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const { length } = Buffer.from(encoded, 'base64');
  const fine =
    /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && length >= KEY_BYTES.least && length <= KEY_BYTES.most;
  return fine
    ? undefined
    : `${PREFIX} and the base64 of ${KEY_BYTES.least} to ${KEY_BYTES.most} bytes`;
}

/**
 * The value of the signature's header: of the secret in use and, until its time is over, of the one before.
 *
 * @param now milliseconds since the epoch
 */
export function signature(
  signing: Signing,
  { secret, previous }: Pick<HookSecrets, 'secret' | 'previous'>,
  scope: Readonly<Record<string, unknown>>,
  body: Uint8Array,
  now: number,
): string {
  const { separator } = signing;
  const both = separator !== undefined && previous !== undefined && previous.until > now;
  const secrets = both ? [secret, previous.secret] : [secret];
  const content = bytesOf(signing.content, scope, body);
  return secrets
    .map((one) => {
      const hmac = createHmac(signing.hash, keyOf(one, signing)).update(content);
      return fillText(signing.value, { ...scope, signature: hmac.digest(signing.encoding) });
    })
    .join(separator ?? '');
}

/** `{body}` is put in as bytes: a body need not be text. */
function bytesOf(
  template: Template,
  scope: Readonly<Record<string, unknown>>,
  body: Uint8Array,
): Uint8Array {
  return Buffer.concat(
    template.map((part) => (isBody(part) ? body : Buffer.from(fillText([part], scope)))),
  );
}

function isBody(part: Template[number]): boolean {
  if (typeof part === 'string') return false;
  const [first] = part.alternatives;
  return first !== undefined && 'path' in first && first.path.join('.') === 'body';
}

function keyOf(secret: string, { key }: Signing): Uint8Array {
  switch (key) {
    case 'standard':
      return Buffer.from(secret.slice(PREFIX.length), 'base64');
    case 'html':
      return Buffer.from(undoReferences(secret));
    case 'text':
      return Buffer.from(secret);
  }
}

/** What `wp_specialchars_decode(…, ENT_QUOTES)` undoes. */
const REFERENCES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#039;': "'",
  '&#x27;': "'",
};

function undoReferences(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#039|#x27);/g, (found) => REFERENCES[found] as string);
}
