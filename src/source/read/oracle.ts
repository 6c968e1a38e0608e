import { checksOf } from '../checks-of.ts';
import type { AnswerValue, Content, Source } from '../source.ts';
import type { Mistake } from './fields.ts';

/** A handshake that signs for anybody, and a check that would take what it signs. */
interface Oracle {
  /** The handshake's index. */
  readonly index: number;
  /** The role of the secret that it signs with. */
  readonly signs: string;
  /** The role of the secret that the check goes by. */
  readonly proves: string;
}

/**
 * Handshakes that would sign for anybody what could pass as a signed request, were both secrets the same:
 * one that answers with an HMAC without the request's own proof, where the signed content has nothing that
 * the signed text cannot have.
 */
export function oraclesOf(source: Pick<Source, 'verify' | 'handshakes'>): readonly Oracle[] {
  const checks = checksOf(source.verify).filter((check) => check.is === 'signature');
  const proving = checks.filter(({ content }) => !isDistinct(content)).map(({ key }) => key);
  return source.handshakes.flatMap(({ isSigned, answer: { content } }, index) => {
    if (content.is === 'nothing' || isSigned) return [];
    const values = content.is === 'text' ? [content.value] : content.fields.map(([, one]) => one);
    const signing = new Set(values.filter(isHmac).map(({ key }) => key));
    return [...signing].flatMap((signs) => proving.map((proves) => ({ index, signs, proves })));
  });
}

/** Those by one secret. Refused when the source is read, so that no request has to be trusted. */
export function handshakeMistakes(
  source: Source,
): readonly Pick<Mistake, 'path' | 'message' | 'hint'>[] {
  const indexes = oraclesOf(source).flatMap(({ index, signs, proves }) =>
    signs === proves ? [index] : [],
  );
  return [...new Set(indexes)].map((index) => ({
    path: ['handshakes', index],
    message: 'Expected `signed: true`, got an answer that signs what anybody sends',
    hint: 'The signature that it gives away would pass as that of a request.',
  }));
}

function isHmac(value: AnswerValue): value is Extract<AnswerValue, { is: 'hmac' }> {
  return value.is === 'hmac';
}

/** Whether what is signed always has a character that no text has which is signed for a caller. */
function isDistinct({ parts }: Content): boolean {
  return parts.some((part) => part.is === 'text' && /[^A-Za-z0-9_-]/.test(part.text));
}
