import type { Message } from './message.ts';

/** `pending`: due, or held while its hook is paused or disabled. `sending`: an attempt is under way. */
export type DeliveryStatus = 'pending' | 'sending' | 'succeeded' | 'failed' | 'cancelled';

export const DELIVERY_STATUSES: readonly DeliveryStatus[] = [
  'pending',
  'sending',
  'succeeded',
  'failed',
  'cancelled',
];

/** One message going to one hook. */
export interface Delivery {
  /** `dlv_` and 26 characters; it follows from the message and the hook. */
  readonly id: string;
  readonly messageId: string;
  readonly hookId: string;
  readonly status: DeliveryStatus;
  /** Attempts that have ended, those before a resend included. */
  readonly attempts: number;
  /** Repetitions since it was made or resent: its place in the hook's schedule. */
  readonly retries: number;
  readonly createdAt: number;
  /** While pending. */
  readonly dueAt?: number;
  /** Once it has succeeded, failed or been cancelled. */
  readonly endedAt?: number;
}

/** A delivery to attempt, with what is to be sent. */
export interface ClaimedDelivery extends Delivery {
  readonly message: Message;
}

/** Bytes of an attempt's request and of its response that are kept. */
export const ATTEMPT_BODY_BYTES_MAX: number = 64 * 1024;

/** One HTTP try, as it is kept. */
export interface Attempt {
  readonly deliveryId: string;
  /** From 1. */
  readonly number: number;
  readonly startedAt: number;
  /** From the call to the last byte of the answer, or to the error. */
  readonly ms: number;
  readonly request: AttemptRequest;
  /** Absent where there was no answer. */
  readonly response?: AttemptResponse;
  /** Why it is no success: what `OutboundError` or the request's building said. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface AttemptRequest {
  readonly method: string;
  readonly url: string;
  /** As sent, but values of the hook's own headers are masked: they may be credentials. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The beginning; absent where it is the message's data, or where there is none. */
  readonly body?: Uint8Array;
}

interface AttemptResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The beginning, content encodings undone. */
  readonly body: Uint8Array;
  /** Whether there was more. */
  readonly truncated: boolean;
  /** The address that answered. */
  readonly address: string;
}
