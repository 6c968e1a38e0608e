import { checksOf } from '../checks-of.ts';
import { KEY_ENCODINGS, type KeyEncoding } from '../source.ts';
import { type Case, type Variation, withEachKey, withSignatures } from './variation.ts';

const STORE_AGAIN = 'Store the secret again, without it.';

/** Ways in which the secret that signed differs from the one that is stored, or is read otherwise. */
export function keyVariations({ source, keys }: Case): readonly Variation[] {
  const changes: readonly (readonly [string, string, string, (key: string) => string])[] = [
    [
      'key.blanks',
      'The stored secret has blanks or a line end around it.',
      STORE_AGAIN,
      (key) => key.trim(),
    ],
    [
      'key.newline',
      'The sender signs with a line end after the secret.',
      'Set the secret at the sender again, without a line end.',
      (key) => `${key}\n`,
    ],
    [
      'key.quotes',
      'The stored secret has quotes around it.',
      STORE_AGAIN,
      (key) => key.trim().replace(/^(["'])(.*)\1$/s, '$2'),
    ],
    [
      'key.name',
      'The stored secret begins with a name and `=`.',
      STORE_AGAIN,
      (key) => key.trim().replace(/^(?:export\s+)?[A-Z][A-Z0-9_]*=["']?(.*?)["']?$/s, '$1'),
    ],
    [
      'key.prefix',
      'The key is the secret without `whsec_`, as text.',
      'Set `key_encoding: utf8`, and store the secret without `whsec_`.',
      (key) => key.replace(/^(?:v1,)?whsec_/, ''),
    ],
  ];
  const stored = Object.values(keys).flat();
  const found: Variation[] = changes
    .filter(([code, , , change]) => {
      // What blanks alone explain is told once.
      const isOther = (key: string) =>
        change(key) !== key && (code === 'key.blanks' || change(key) !== key.trim());
      return stored.some(isOther);
    })
    .map(([code, says, next, change]) => ({
      code,
      says,
      next,
      apply: (from) => {
        const changed = withEachKey(from, change);
        return code === 'key.prefix' ? withEncoding(changed, 'utf8') : changed;
      },
    }));
  const signs = checksOf(source.verify).some(
    (check) => check.is === 'signature' && check.algorithm.startsWith('hmac-'),
  );
  return signs ? [...found, ...KEY_ENCODINGS.map(encodingVariation)] : found;
}

const AS: Readonly<Record<KeyEncoding, string>> = {
  utf8: 'the secret’s text as it is',
  base64: 'the secret decoded from base64',
  hex: 'the secret decoded from hex',
  whsec: 'the secret decoded from base64, without `whsec_`',
  html: 'the secret with HTML entities decoded',
};

function encodingVariation(encoding: KeyEncoding): Variation {
  return {
    code: `key.${encoding}`,
    says: `The sender takes as key ${AS[encoding]}.`,
    next: `This sender differs from the source: use a source of your own with \`key_encoding: ${encoding}\`.`,
    apply: (from) => withEncoding(from, encoding),
  };
}

function withEncoding(from: Case, keyEncoding: KeyEncoding): Case {
  const source = withSignatures(from.source, (check) => ({ ...check, keyEncoding }));
  return { ...from, source };
}

/** Secrets that a rotation has ended. */
export function oldKeyVariation(old: Case['keys']): Variation {
  return {
    code: 'key.previous',
    says: 'The request was signed with an earlier secret that is no longer valid.',
    next: 'Enter the current secret at the sender, or let the earlier one be valid for longer.',
    apply: (from) => ({ ...from, keys: old }),
  };
}
