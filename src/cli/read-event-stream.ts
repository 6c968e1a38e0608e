/** One server-sent event. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  /** The last id that the stream gave, as of this event. */
  readonly id: string;
}

/** Characters of one event: 100 times what the API sends of a long one; more is no stream of ours. */
const EVENT_LENGTH_MAX = 1_000_000;

/** Reads server-sent events as HTML defines them (section 9.2.6). Ends where the stream ends. */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let event = '';
  let data: string[] = [];
  let id = '';
  for await (const line of lines(body)) {
    if (line === '') {
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id };
      event = '';
      data = [];
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
}

/** Lines end with CRLF, LF or CR; what follows the last end is dropped, as the standard says. */
async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(rest); // A CR at the very end may be half of a CRLF.
      if (end === null) break;
      yield rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
    }
    if (rest.length > EVENT_LENGTH_MAX) throw new Error('a line of the event stream never ends');
  }
}
