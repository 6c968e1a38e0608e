import { checksOf } from '../checks-of.ts';
import type { AnswerValue, Content, Source } from '../source.ts';
import type { Mistake } from './fields.ts';

/**
 * Handshakes that would sign for anybody what could pass as a signed request: one that answers with an HMAC
 * under the key of a signature, without the request's own proof, where the signed content has nothing that
 * the signed text cannot have. Refused when the source is read, so that no request has to be trusted.
 */
export function handshakeMistakes(
  source: Source,
): readonly Pick<Mistake, 'path' | 'message' | 'hint'>[] {
  const signatures = checksOf(source.verify).filter((check) => check.is === 'signature');
  return source.handshakes.flatMap(({ isSigned, answer: { content } }, index) => {
    if (content.is === 'nothing' || isSigned) return [];
    const values = content.is === 'text' ? [content.value] : content.fields.map(([, one]) => one);
    const keys = new Set(values.filter(isHmac).map(({ key }) => key));
    const isOracle = signatures.some((check) => keys.has(check.key) && !isDistinct(check.content));
    if (!isOracle) return [];
    return [
      {
        path: ['handshakes', index],
        message: 'Expected `signed: true`, got an answer that signs what anybody sends',
        hint: 'The signature that it gives away would pass as that of a request.',
      },
    ];
  });
}

function isHmac(value: AnswerValue): value is Extract<AnswerValue, { is: 'hmac' }> {
  return value.is === 'hmac';
}

/** Whether what is signed always has a character that no text has which is signed for a caller. */
function isDistinct({ parts }: Content): boolean {
  return parts.some((part) => part.is === 'text' && /[^A-Za-z0-9_-]/.test(part.text));
}
