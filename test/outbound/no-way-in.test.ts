import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutboundError } from '../../src/core/outbound.ts';
import { parseAddress, specialRange } from '../../src/outbound/address.ts';
import { open, request, serve } from './parts.ts';

/** Texts that are URLs, nearly URLs, or nothing like one, with the port of a listener in them. */
function urls(port: number): fc.Arbitrary<string> {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0, 1, 127, 0x7f000001, 0x7fffffff, 169, 254, 10),
  );
  const spelled = number.chain((value) =>
    fc.constantFrom(
      `${value}`,
      `0x${value.toString(16)}`,
      `0X${value.toString(16).toUpperCase()}`,
      `0${value.toString(8)}`,
      `%${value.toString(16).padStart(2, '0')}`,
      `${value}`.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    ),
  );
  const dot = fc.constantFrom('.', '.', '.', '。', '%2e', '．');
  const ipv4 = fc
    .array(fc.tuple(spelled, dot), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.map(([part, point]) => part + point).join(''))
    .chain((text) =>
      fc.constantFrom(text, text.slice(0, -1), text.replace(/(?:\.|。|%2e|．)$/, '')),
    );
  const ipv6 = fc.oneof(
    fc.ipV6(),
    fc
      .tuple(
        fc.constantFrom('::', '::ffff:', '64:ff9b::', '::ffff:0:', '2002:', '64:ff9b:1::'),
        fc.ipV4(),
      )
      .map((p) => p.join('')),
    fc.constantFrom('::1', '::', '::ffff:7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::'),
  );
  const host = fc.oneof(
    ipv4,
    ipv6.map((text) => `[${text}]`),
    fc.constantFrom('localhost', 'LOCALHOST.', 'a.example', '127.0.0.1.nip.example', 'ⓛocalhost'),
    fc.domain(),
    fc.string({ maxLength: 8 }),
  );
  return fc
    .tuple(
      fc.constantFrom(
        'http://',
        'http://',
        'http://',
        'HTTP:/',
        'http:\\\\',
        'https://',
        'http:',
        ' http://',
        '',
        'ftp://',
      ),
      fc.constantFrom('', '', '', 'a@', 'a:b@', 'a.example@', 'a.example#@', '\t'),
      host,
      fc.constantFrom(`:${port}`, `:${port}`, `:0${port}`, '', ':', `:${port}@127.0.0.1:${port}`),
      fc.oneof(fc.constant(''), fc.webPath(), fc.string({ maxLength: 6 })),
    )
    .map((parts) => parts.join(''));
}

test('no text of a URL connects to an address that the rules refuse, or throws anything else', async () => {
  const server = await serve((response) => response.end());
  const dialled: string[] = [];
  const outbound = open({
    allow: [],
    // Whatever the name: one address of this machine, then another.
    resolve: async () => ['127.0.0.1', '::1', '0.0.0.0', '::ffff:127.0.0.1'],
    connect: (address) => {
      dialled.push(address);
      // Nothing of this test leaves the machine: what is public gets a port that nobody listens on.
      return connect({ host: '127.0.0.1', port: 1 });
    },
  });
  await fc.assert(
    fc.asyncProperty(urls(server.port), async (url) => {
      const error = await outbound.send(request(url, { timeoutMs: 1_000 })).then(
        () => new Error('there was an answer'),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(OutboundError);
    }),
    { numRuns: 3_000 },
  );
  const refused = dialled.filter((text) => {
    const address = parseAddress(text);
    return address === undefined || specialRange(address) !== undefined;
  });
  expect([server.connections(), refused]).toEqual([0, []]);
  expect(dialled.length).toBeGreaterThan(0); // Public addresses were among them.
});

test('the same texts do connect where an operator allows everything', async () => {
  const server = await serve((response) => response.end());
  const outbound = open({
    allow: ['0.0.0.0/0', '::/0'],
    resolve: async () => ['127.0.0.1'],
    connect: (_, port) => connect({ host: '127.0.0.1', port: port === server.port ? port : 1 }),
  });
  await fc.assert(
    fc.asyncProperty(urls(server.port), async (url) => {
      await outbound.send(request(url, { timeoutMs: 1_000 })).catch((error: unknown) => {
        expect(error).toBeInstanceOf(OutboundError);
      });
    }),
    { numRuns: 500 },
  );
  expect(server.seen.length).toBeGreaterThan(0);
});
