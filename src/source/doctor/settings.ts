import { isHmac } from '../algorithms.ts';
import { checksOf } from '../checks-of.ts';
import { readContent } from '../read/content.ts';
import {
  ALGORITHMS,
  type HeaderPlace,
  OUTPUT_ENCODINGS,
  type SignatureCheck,
  type Source,
} from '../source.ts';
import { type Case, type Variation, withSignatures } from './variation.ts';

const OWN_SOURCE = 'Use a source of your own that says so, or correct this one.';

/** Ways in which the source's own settings differ from what the sender does. */
export function settingVariations(from: Case): readonly Variation[] {
  if (!checksOf(from.source.verify).some(({ is }) => is === 'signature')) return [];
  return [
    ...OUTPUT_ENCODINGS.map((encoding) =>
      setting(`signature.${encoding}`, `The signature is written in ${encoding}.`, (check) => ({
        ...check,
        encoding,
      })),
    ),
    ...ALGORITHMS.filter(isHmac).map((algorithm) =>
      setting(`algorithm.${algorithm}`, `The algorithm is ${algorithm}.`, (check) =>
        isHmac(check.algorithm) ? { ...check, algorithm } : check,
      ),
    ),
    ...contentVariations(from.source),
    ...headerVariations(from),
  ];
}

function setting(
  code: string,
  says: string,
  change: (check: SignatureCheck) => SignatureCheck,
): Variation {
  return {
    code,
    says,
    next: OWN_SOURCE,
    apply: (from) => ({ ...from, source: withSignatures(from.source, change) }),
  };
}

function contentVariations({ timestamp }: Source): readonly Variation[] {
  const texts = ['{body}', '{url}{body}'];
  const timed = [
    '{timestamp}.{body}',
    '{timestamp}:{body}',
    '{timestamp}{body}',
    'v0:{timestamp}:{body}',
  ];
  return [...texts, ...(timestamp === undefined ? [] : timed)].flatMap((text) => {
    const content = readContent(text);
    if ('unknown' in content) return [];
    const says = `What is signed is \`${text}\`.`;
    return [setting('content', says, (check) => ({ ...check, content }))];
  });
}

/** Prefixes that senders write before a signature. */
const PREFIXES = [undefined, 'sha256=', 'sha1=', 'v0=', 'v1=', 'v1,'] as const;
/** Signatures are longer than most headers: SHA-1 in base64 has 27 characters. */
const SIGNATURE_LENGTH_MIN = 27;
const HEADERS_MAX = 40;

/** The signature in each header that could hold one. */
function headerVariations({ source, request: { headers } }: Case): readonly Variation[] {
  const expected = new Set(
    checksOf(source.verify).flatMap((check) =>
      check.is === 'signature' && check.place.in === 'header' ? check.place.names : [],
    ),
  );
  const names = headers
    .filter((name, index) => {
      const value = headers[index + 1] ?? '';
      return (
        index % 2 === 0 &&
        /^[A-Za-z0-9_-]{1,60}$/.test(name) &&
        value.length >= SIGNATURE_LENGTH_MIN &&
        value.length <= 1000
      );
    })
    .slice(0, HEADERS_MAX);
  return names.flatMap((name) =>
    PREFIXES.map((prefix): Variation => {
      const place: HeaderPlace = { in: 'header', names: [name], ...(prefix && { prefix }) };
      const isOwn = [...expected].some((one) => one.toLowerCase() === name.toLowerCase());
      const with_ = prefix === undefined ? 'without a prefix' : `after \`${prefix}\``;
      return setting(
        isOwn ? 'signature.prefix' : 'signature.header',
        `The signature stands in the header ${name}, ${with_}.`,
        (check) => ({ ...check, place }),
      );
    }),
  );
}
