import { HookwrightError } from '../core/errors.ts';
import type { CapturedEvent } from '../core/event.ts';
import { derivedId } from '../core/ids.ts';
import type { NewMessage } from '../core/message.ts';
import { applyMap, type MapSource, type SourceRoot } from '../core/payload-map.ts';
import { emptyFields, type Fields } from '../core/request/fields.ts';
import { readForm } from '../core/request/form.ts';
import { RequestHeaders } from '../core/request/headers.ts';
import { parseJsonBody } from '../core/request/json-body.ts';
import { readQuery } from '../core/request/query.ts';
import type { Route } from './route.ts';
import { webhookFactsOf } from './seen.ts';

/** Bytes of mapped data: it is stored with the event and given to every run, whatever the run reads. */
const DATA_BYTES_MAX = 1024 * 1024;

/** An event before its data is known. */
type RawEvent = Omit<CapturedEvent, 'data'>;

/**
 * What the webhook's map makes of a request, as JSON; `null` without a map. It is computed once and stored
 * with the event, so that a changed map changes no run of before.
 *
 * Throws `request.incomplete` where a required value is missing, or where the values are too large.
 */
export function mappedData({ map }: Route, event: RawEvent): string | null {
  if (map === undefined) return null;
  const mapped = applyMap(map, new RequestSource(event));
  if ('missing' in mapped) throw new HookwrightError('request.incomplete', mapped.missing);
  const data = JSON.stringify(mapped.data);
  if (Buffer.byteLength(data) <= DATA_BYTES_MAX) return data;
  throw new HookwrightError(
    'request.incomplete',
    `Expected at most ${DATA_BYTES_MAX} bytes of mapped data, got more.`,
  );
}

/** What paths of a map begin with, each read on first use. */
class RequestSource implements MapSource {
  readonly #event: RawEvent;
  readonly #known = new Map<SourceRoot, ReturnType<MapSource['root']>>();
  readonly #headers: RequestHeaders;

  constructor(event: RawEvent) {
    this.#event = event;
    this.#headers = new RequestHeaders(event.headers);
  }

  root(name: SourceRoot): ReturnType<MapSource['root']> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const read = this.#read(name);
    this.#known.set(name, read);
    return read;
  }

  #read(name: SourceRoot): ReturnType<MapSource['root']> {
    const { id, method, path, query, clientIp, receivedAt, body } = this.#event;
    switch (name) {
      case 'json':
        return parseJsonBody(body);
      case 'form':
        return this.#form();
      case 'query':
        return { value: readQuery(query) };
      case 'params': {
        const form = this.#form();
        return 'error' in form ? form : { value: { ...readQuery(query), ...form.value } };
      }
      case 'headers':
        return { value: this.#headers.byName() };
      case 'body':
        return { value: new TextDecoder().decode(body) };
      case 'method':
        return { value: method };
      case 'path':
        return { value: path };
      case 'client':
        return { value: { ip: clientIp } };
      case 'webhook':
        return { value: webhookFactsOf(this.#event) };
      case 'event':
        return { value: { id, received_at: new Date(receivedAt).toISOString() } };
    }
  }

  #form(): { readonly value: Fields } | { readonly error: string } {
    const { fields, error } = readForm(this.#headers.first('content-type'), this.#event.body);
    return error === undefined ? { value: fields } : { error };
  }
}

/**
 * The message that a webhook makes of an event without any automation; `undefined` where it forwards
 * nothing. Its id follows from the event's, so that the same event makes the same message.
 *
 * @param depth given where the message starts runs
 */
export function forwardedMessage(
  { webhook }: Route,
  event: CapturedEvent,
  depth: number | undefined,
): NewMessage | undefined {
  const { forward } = webhook.settings;
  if (forward === undefined) return undefined;
  return {
    id: derivedId('msg', event.receivedAt, `${event.id}/forward`),
    kind: 'emit',
    to: forward,
    data: event.data ?? wholeBody(event),
    createdAt: event.receivedAt,
    ...(depth === undefined ? {} : { depth }),
  };
}

/**
 * A body as JSON: fields of a form, with uploads as `{ name, type, size }`; JSON as it is; other text as a
 * text; other bytes as `{ base64 }`; `null` for none.
 */
function wholeBody({ headers, body }: CapturedEvent): string {
  if (body.length === 0) return 'null';
  const form = readForm(new RequestHeaders(headers).first('content-type'), body);
  if (form.error === undefined && (hasFields(form.fields) || form.files.length > 0)) {
    const members: Record<string, unknown> = Object.assign(emptyFields(), form.fields);
    for (const { field, name, type, content } of form.files) {
      const file = { name, type, size: content.byteLength };
      members[field] = field in members ? [members[field], file].flat() : file;
    }
    return JSON.stringify(members);
  }
  const json = parseJsonBody(body);
  if (!('error' in json)) return json.text;
  try {
    return JSON.stringify(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return JSON.stringify({ base64: Buffer.from(body).toString('base64') });
  }
}

function hasFields(fields: Fields): boolean {
  return Object.keys(fields).length > 0;
}
