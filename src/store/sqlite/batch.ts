import type { EffectResult, StateArgs } from '../../core/effect.ts';
import type { CapturedEvent, EventStatus } from '../../core/event.ts';
import type { NewMessage } from '../../core/message.ts';
import type { RunRecord } from '../../core/run.ts';
import type {
  AttemptSettled,
  AttemptSettlement,
  Published,
} from '../../engine/ports/hook-store.ts';
import type { EffectPlace, RunStep, SenderKey } from '../../engine/ports.ts';
import { readSettlement as readAttempt, writeSettlement as writeAttempt } from './batch-attempt.ts';
import { readRun, readStep, type StepWrite, writeRun, writeStep } from './batch-run.ts';
import type { BatchMessage } from './protocol.ts';
import { STATUS_CODES } from './schema.ts';

/**
 * A batch crosses to the thread as one text, one list of numbers and one run of bytes: 1.8 µs of both
 * threads' CPU per event, against 2.1 µs as a list of texts and 3.1 µs as objects.
 */
export type WriteCall =
  | {
      readonly kind: 'capture';
      readonly event: CapturedEvent;
      readonly status: 'pending' | 'captured';
      readonly message?: NewMessage | undefined;
      readonly key?: SenderKey | undefined;
    }
  | {
      readonly kind: 'settle';
      readonly eventId: string;
      readonly status: EventStatus;
      readonly runs: readonly RunRecord[];
    }
  | { readonly kind: 'advance'; readonly step: RunStep }
  | { readonly kind: 'perform'; readonly place: EffectPlace; readonly act: InternalAct }
  | {
      readonly kind: 'publish';
      readonly message: NewMessage;
      readonly key: string | undefined;
    }
  | { readonly kind: 'attempt'; readonly settlement: AttemptSettlement };

/** An effect that the store performs by itself, in the commit that completes its journal entry. */
type InternalAct =
  | { readonly kind: 'state'; readonly args: StateArgs }
  | { readonly kind: 'message'; readonly message: NewMessage };

/** What each call's promise resolves with. */
export interface Written {
  readonly capture: undefined;
  readonly settle: undefined;
  readonly advance: undefined;
  readonly perform: EffectResult;
  readonly publish: Published;
  readonly attempt: AttemptSettled;
}

/** A call as the thread sees it: values in the order in which the prepared statements take them. */
export type Write =
  | {
      readonly kind: 'capture';
      readonly eventId: string;
      /** Bytes of body and data. */
      readonly size: number;
      readonly values: SqlValue[];
      readonly message: NewMessage | undefined;
      readonly key: SenderKey | undefined;
    }
  | {
      readonly kind: 'settle';
      readonly eventId: string;
      readonly status: number;
      readonly runs: readonly SqlValue[][];
    }
  | { readonly kind: 'advance'; readonly step: StepWrite }
  | Extract<WriteCall, { readonly kind: 'perform' | 'publish' | 'attempt' }>;

export type SqlValue = string | number | Uint8Array | null;

const CAPTURE = 0;
const SETTLE = 1;
const ADVANCE = 2;
const PERFORM = 3;
const PUBLISH = 4;
const ATTEMPT = 5;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
/** In place of the length of a text that is absent. */
const ABSENT = -1;

export function encodeBatch(id: number, calls: readonly WriteCall[]): BatchMessage {
  const writer = new Writer();
  for (const call of calls) writeCall(writer, call);
  return { type: 'batch', id, calls: calls.length, ...writer.finish() };
}

export function decodeBatch(message: BatchMessage): Write[] {
  const reader = new Reader(message);
  const writes: Write[] = [];
  for (let i = 0; i < message.calls; i++) writes.push(readCall(reader));
  return writes;
}

function writeCall(writer: Writer, call: WriteCall): void {
  if (call.kind === 'capture') {
    writeCapture(writer, call.event, STATUS_CODES[call.status]);
    writeMessage(writer, call.message);
    writeKey(writer, call.key);
  } else if (call.kind === 'settle') {
    writeSettlement(writer, call.eventId, STATUS_CODES[call.status], call.runs);
  } else if (call.kind === 'advance') {
    writer.number(ADVANCE);
    writeStep(writer, call.step);
  } else if (call.kind === 'attempt') {
    writer.number(ATTEMPT);
    writeAttempt(writer, call.settlement);
  } else {
    // Small, and rarer than the others: not worth a form of their own.
    writer.number(call.kind === 'perform' ? PERFORM : PUBLISH);
    writer.text(JSON.stringify(call));
  }
}

function readCall(reader: Reader): Write {
  const kind = reader.number();
  if (kind === CAPTURE) return readCapture(reader);
  if (kind === SETTLE) return readSettlement(reader);
  if (kind === ADVANCE) return { kind: 'advance', step: readStep(reader) };
  if (kind === ATTEMPT) return { kind: 'attempt', settlement: readAttempt(reader) };
  return JSON.parse(reader.text() as string) as Extract<Write, { kind: 'perform' | 'publish' }>;
}

function writeCapture(writer: Writer, event: CapturedEvent, status: number): void {
  writer.number(CAPTURE);
  writer.text(event.id);
  writer.text(event.webhookId);
  writer.number(event.receivedAt);
  writer.number(status);
  writer.text(event.method);
  writer.text(event.path);
  writer.text(event.query);
  writer.text(event.headers);
  writer.text(event.clientIp);
  writer.text(event.webhookName);
  writer.text(event.webhookUrl);
  writer.text(event.webhookAccount);
  writer.bytes(event.body);
  writer.text(event.data);
}

function readCapture(reader: Reader): Write {
  const eventId = reader.text();
  const values = [
    eventId,
    reader.text(),
    reader.number(),
    reader.number(),
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
  ];
  const webhook = [reader.text(), reader.text(), reader.text()];
  const body = reader.bytes();
  const data = reader.text();
  return {
    kind: 'capture',
    eventId: eventId as string,
    size: body.length + (data === null ? 0 : Buffer.byteLength(data)),
    values: [...values, body, ...webhook, data],
    message: readMessage(reader),
    key: readKey(reader),
  };
}

function writeKey(writer: Writer, key: SenderKey | undefined): void {
  writer.text(key?.key ?? null);
  if (key === undefined) return;
  writer.number(key.since);
  writer.text(key.instead ?? null);
}

function readKey(reader: Reader): SenderKey | undefined {
  const key = reader.text();
  if (key === null) return undefined;
  const since = reader.number();
  const instead = reader.text();
  return { key, since, ...(instead === null ? {} : { instead }) };
}

function writeMessage(writer: Writer, message: NewMessage | undefined): void {
  writer.text(message?.id ?? null);
  if (message === undefined) return;
  writer.text(message.kind);
  writer.text(message.to);
  writer.text(message.data);
  writer.number(message.createdAt);
  writer.optionalNumber(message.depth);
}

function readMessage(reader: Reader): NewMessage | undefined {
  const id = reader.text();
  if (id === null) return undefined;
  const message = {
    id,
    kind: reader.text() as NewMessage['kind'],
    to: reader.text() as string,
    data: reader.text() as string,
    createdAt: reader.number(),
  };
  const depth = reader.optionalNumber();
  return depth === null ? message : { ...message, depth };
}

function writeSettlement(
  writer: Writer,
  eventId: string,
  status: number,
  runs: readonly RunRecord[],
): void {
  writer.number(SETTLE);
  writer.text(eventId);
  writer.number(status);
  writer.number(runs.length);
  for (const run of runs) writeRun(writer, run);
}

function readSettlement(reader: Reader): Write {
  const eventId = reader.text() as string;
  const status = reader.number();
  const count = reader.number();
  const runs: SqlValue[][] = [];
  for (let i = 0; i < count; i++) runs.push(readRun(reader));
  return { kind: 'settle', eventId, status, runs };
}

export class Writer {
  #text = '';
  readonly #numbers: number[] = [];
  readonly #bytes: Uint8Array[] = [];
  #size = 0;

  number(value: number): void {
    this.#numbers.push(value);
  }

  /** NaN stands for an absent one: no time or count is. */
  optionalNumber(value: number | undefined): void {
    this.#numbers.push(value === undefined ? Number.NaN : value);
  }

  text(value: string | null): void {
    this.#numbers.push(value === null ? ABSENT : value.length);
    if (value !== null) this.#text += value;
  }

  bytes(value: Uint8Array): void {
    this.#numbers.push(value.length);
    this.#bytes.push(value);
    this.#size += value.length;
  }

  finish(): Pick<BatchMessage, 'text' | 'numbers' | 'data'> {
    const head = this.#numbers.length * NUMBER_BYTES;
    const data = new ArrayBuffer(head + this.#size);
    new Float64Array(data, 0, this.#numbers.length).set(this.#numbers);
    const all = new Uint8Array(data, head);
    let at = 0;
    for (const bytes of this.#bytes) {
      all.set(bytes, at);
      at += bytes.length;
    }
    return { text: this.#text, numbers: this.#numbers.length, data };
  }
}

export class Reader {
  readonly #text: string;
  readonly #numbers: Float64Array;
  readonly #data: ArrayBuffer;
  #textAt = 0;
  #numberAt = 0;
  #byteAt: number;

  constructor(message: BatchMessage) {
    this.#text = message.text;
    this.#data = message.data;
    this.#numbers = new Float64Array(message.data, 0, message.numbers);
    this.#byteAt = message.numbers * NUMBER_BYTES;
  }

  number(): number {
    return this.#numbers[this.#numberAt++] as number;
  }

  optionalNumber(): number | null {
    const value = this.number();
    return Number.isNaN(value) ? null : value;
  }

  text(): string | null {
    const length = this.number();
    if (length === ABSENT) return null;
    this.#textAt += length;
    return this.#text.slice(this.#textAt - length, this.#textAt);
  }

  bytes(): Uint8Array {
    const length = this.number();
    this.#byteAt += length;
    return new Uint8Array(this.#data, this.#byteAt - length, length);
  }
}
