import { HookwrightError } from '../../core/errors.ts';
import { DATA_BYTES_MAX } from '../../engine/hooks/deliveries.ts';

/** The calls of the specification that RudderStack and Segment share. */
export const CALL_TYPES = ['identify', 'page', 'track', 'screen', 'group', 'alias'] as const;

export type CallType = (typeof CALL_TYPES)[number];

/** Calls of one batch. The SDKs put 15 or 20 into one unless told otherwise. */
const CALLS_MAX = 1000;
/** Characters of a `messageId`; the SDKs make at most 80. */
const MESSAGE_ID_CHARS_MAX = 200;

/** Bytes of a call as JSON: a message's, with room for the `messageId` that is given to one without. */
const CALL_BYTES_MAX: number = DATA_BYTES_MAX - 64;

/** One call as it is to be emitted. */
export interface Call {
  readonly type: CallType;
  /** The sender's, the same when it sends again; absent where it gave none. */
  readonly messageId?: string;
  /** The whole call, with what RudderStack's server adds. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What is known of the request that brought calls. */
export interface CallOccasion {
  readonly at: number;
  /** Absent where it came without a network. */
  readonly ip?: string | undefined;
}

/**
 * The calls of a request's body. What RudderStack's gateway adds is added where it is missing: `type`, `messageId`
 * (by the caller of this), `receivedAt`, `request_ip`, and `context.ip`, which its webhook destination fills from
 * that. Everything else stays as it was sent.
 *
 * @throws HookwrightError `request.malformed`
 */
export function callsOf(
  body: unknown,
  type: CallType | 'batch',
  occasion: CallOccasion,
): readonly Call[] {
  if (!isRecord(body)) throw malformed('the body to be an object', body);
  if (type !== 'batch') return [callOf({ ...body, type }, 'the body', occasion)];
  const { batch, sentAt } = body;
  if (!Array.isArray(batch) || batch.length === 0)
    throw malformed('batch to be a list of calls', batch);
  if (batch.length > CALLS_MAX) {
    throw malformed(`batch to have at most ${CALLS_MAX} calls`, batch.length);
  }
  return batch.map((item: unknown, i) => {
    if (!isRecord(item)) throw malformed(`batch[${i}] to be an object`, item);
    const sent = sentAt === undefined || 'sentAt' in item ? item : { ...item, sentAt };
    return callOf(sent, `batch[${i}]`, occasion);
  });
}

function callOf(
  sent: Readonly<Record<string, unknown>>,
  place: string,
  { at, ip }: CallOccasion,
): Call {
  const { type, userId, anonymousId, messageId, context } = sent;
  if (!isCallType(type))
    throw malformed(`${place}.type to be one of ${CALL_TYPES.join(', ')}`, type);
  // As their servers ask: what belongs to nobody is a mistake of whoever calls.
  if (!isIdentity(userId) && !isIdentity(anonymousId)) {
    throw malformed(`${place} to have a userId or an anonymousId`, userId ?? anonymousId);
  }
  const isNumbered = typeof messageId === 'string' && messageId.trim() !== '';
  if (isNumbered && messageId.length > MESSAGE_ID_CHARS_MAX) {
    throw malformed(
      `${place}.messageId to have at most ${MESSAGE_ID_CHARS_MAX} characters`,
      messageId.length,
    );
  }
  const { messageId: _, ...rest } = sent;
  const data = {
    ...(isNumbered ? sent : rest),
    receivedAt: sent.receivedAt ?? new Date(at).toISOString(),
    ...(ip === undefined
      ? {}
      : {
          request_ip: sent.request_ip ?? ip,
          ...(isRecord(context) ? { context: { ...context, ip: context.ip ?? ip } } : {}),
        }),
  };
  // Before any is stored: the store would refuse it when others of its batch are.
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes > CALL_BYTES_MAX) {
    throw malformed(`${place} to have at most ${CALL_BYTES_MAX} bytes of JSON`, bytes);
  }
  return { type, ...(isNumbered ? { messageId } : {}), data };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCallType(value: unknown): value is CallType {
  return CALL_TYPES.some((type) => type === value);
}

function isIdentity(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
}

/** Only kinds of values are told: they are about persons. */
function malformed(expected: string, value: unknown): HookwrightError {
  const got =
    value === undefined
      ? 'nothing'
      : value === null
        ? 'null'
        : Array.isArray(value)
          ? `a list of ${value.length}`
          : typeof value === 'number'
            ? String(value)
            : typeof value === 'string'
              ? 'another text'
              : `a value of type ${typeof value}`;
  return new HookwrightError('request.malformed', `Expected ${expected}, got ${got}.`);
}
