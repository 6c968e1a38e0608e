import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEventStream, type StreamEvent } from '../../src/cli/read-event-stream.ts';

async function read(...chunks: readonly Uint8Array[]): Promise<StreamEvent[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const events: StreamEvent[] = [];
  for await (const event of readEventStream(stream)) events.push(event);
  return events;
}

const text = (value: string): Uint8Array => Buffer.from(value);

test('events are read with name, joined data and the last id', async () => {
  const events = await read(
    text(': hello\n\nid: 7\nevent: event\ndata: a\ndata:  b\n\ndata\n\nretry: 5\nid\ndata: c\n\n'),
  );
  expect(events).toEqual([
    { event: 'event', data: 'a\n b', id: '7' },
    { event: 'message', data: '', id: '7' },
    { event: 'message', data: 'c', id: '' },
  ]);
});

test('an event that the stream cuts off is dropped', async () => {
  expect(await read(text('data: a\n\ndata: b\n'))).toEqual([
    { event: 'message', data: 'a', id: '' },
  ]);
});

test('a line that never ends is refused instead of kept', async () => {
  const chunk = Buffer.alloc(600_000, 'x');
  await expect(read(chunk, chunk)).rejects.toThrow('a line of the event stream never ends');
});

test('it makes no difference where chunks are cut, nor how lines end', async () => {
  const event = fc.record({
    id: fc.stringMatching(/^[a-z0-9_]*$/),
    data: fc.array(
      fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\r\n]/g, '')),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 4 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.nat(), { maxLength: 8 }),
      async (events, end, cuts) => {
        const bytes = Buffer.from(
          events
            .map(({ id, data }) =>
              [`id: ${id}`, ...data.map((line) => `data: ${line}`), '', ''].join(end),
            )
            .concat(`: end${end}`)
            .join(''),
        );
        const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
        const chunks = [0, ...places].map((from, index) => bytes.subarray(from, places[index]));
        expect(await read(...chunks)).toEqual(
          events.map(({ id, data }) => ({ event: 'message', id, data: data.join('\n') })),
        );
      },
    ),
  );
});
