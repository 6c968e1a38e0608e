import type { Attempt } from '../../core/delivery.ts';
import type { AttemptSettlement } from '../../engine/ports/hook-store.ts';
import type { Reader, Writer } from './batch.ts';

const NO_BODY = 0;
const BODY = 1;

/** As JSON but for the bodies, which are bytes. */
export function writeSettlement(writer: Writer, settlement: AttemptSettlement): void {
  const { attempt, ...rest } = settlement;
  const { request, response, ...plain } = attempt;
  const { body: sent, ...asked } = request;
  writer.text(JSON.stringify({ ...rest, attempt: { ...plain, request: asked } }));
  writeBody(writer, sent);
  if (response === undefined) {
    writer.text(null);
    return;
  }
  const { body: got, ...answer } = response;
  writer.text(JSON.stringify(answer));
  writeBody(writer, got);
}

export function readSettlement(reader: Reader): AttemptSettlement {
  const { attempt, ...rest } = JSON.parse(reader.text() as string) as AttemptSettlement;
  const sent = readBody(reader);
  const request = { ...attempt.request, ...(sent === undefined ? {} : { body: sent }) };
  const answer = reader.text();
  if (answer === null) return { ...rest, attempt: { ...attempt, request } };
  const body = readBody(reader) ?? new Uint8Array();
  const response: NonNullable<Attempt['response']> = { ...JSON.parse(answer), body };
  return { ...rest, attempt: { ...attempt, request, response } };
}

function writeBody(writer: Writer, body: Uint8Array | undefined): void {
  writer.number(body === undefined ? NO_BODY : BODY);
  if (body !== undefined) writer.bytes(body);
}

function readBody(reader: Reader): Uint8Array | undefined {
  return reader.number() === NO_BODY ? undefined : reader.bytes();
}
