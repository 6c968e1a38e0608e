import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutboundError } from '../../src/core/outbound.ts';
import { closedPort, failure, open, refusal, request, serveRaw, serveText } from './parts.ts';

const post = { method: 'POST', body: 'data' } as const;

describe('a receiver that cannot be reached', () => {
  test('because nothing listens is an error, not in doubt', async () => {
    const port = await closedPort();
    expect(await refusal(open().send(request(`http://127.0.0.1:${port}`, post)), port)).toEqual([
      'egress.connect',
      false,
      'Expected http://127.0.0.1:PORT at 127.0.0.1 to accept a connection, got ECONNREFUSED. See whether it is running and reachable from here.',
    ]);
  });

  test('because its name is unknown is an error, not in doubt', async () => {
    expect(await refusal(open().send(request('http://nobody.example', post)))).toEqual([
      'egress.name',
      false,
      'Expected DNS to know an address of nobody.example, got ENOTFOUND. Look for a mistake in the name.',
    ]);
  });

  test('because its name has no addresses is an error', async () => {
    const outbound = open({ resolve: async () => [] });
    expect((await refusal(outbound.send(request('http://nobody.example'))))[2]).toBe(
      'Expected DNS to know an address of nobody.example, got none. Look for a mistake in the name.',
    );
  });

  test('at its first address is called at the next', async () => {
    const server = await serveText('HTTP/1.1 200 OK\r\n\r\nhere');
    const outbound = open({ resolve: async () => ['127.0.0.3', '127.0.0.2', '127.0.0.1'] });
    const { address } = await outbound.send(request(`http://a.example:${server.port}`, post));
    expect(address).toBe('127.0.0.1');
  });

  test('at an address that stays silent is called at the next', async () => {
    const server = await serveText('HTTP/1.1 200 OK\r\n\r\nhere');
    const { connect } = await import('node:net');
    const outbound = open({
      resolve: async () => ['127.0.0.2', '127.0.0.1'],
      limits: { nextAddressMs: 20 },
      // A socket that was never told to connect: what a dropped SYN looks like.
      connect: (address, port) =>
        address === '127.0.0.2'
          ? new (connect({ host: '127.0.0.1', port }).constructor as typeof Socket)()
          : connect({ host: address, port }),
    });
    const { address } = await outbound.send(request(`http://a.example:${server.port}`));
    expect(address).toBe('127.0.0.1');
  });
});

describe('a receiver that breaks off', () => {
  test.each([
    ['before reading, by reset', (socket: Socket) => socket.resetAndDestroy()],
    [
      'after reading, by reset',
      (socket: Socket) => socket.once('data', () => socket.resetAndDestroy()),
    ],
    ['before reading', (socket: Socket) => socket.end()],
    ['after reading', (socket: Socket) => socket.once('data', () => socket.end())],
    [
      'inside the headers',
      (socket: Socket) => socket.once('data', () => socket.end('HTTP/1.1 200 O')),
    ],
  ])('%s leaves the request in doubt', async (_, act) => {
    const server = await serveRaw(act);
    const error = await failure(open().send(request(server.origin, post)));
    expect(['egress.connect', 'egress.protocol']).toContain(error.code);
    expect(error.message).toContain(`http://127.0.0.1:${server.port}`);
    // A connection that was closed before the request was written proves that nothing was sent.
    if (error.inDoubt === false)
      expect(error.message).toMatch(/before the request was sent|at once|to accept a connection/);
  });

  test('after reading says so', async () => {
    const server = await serveRaw((socket) => socket.once('data', () => socket.end()));
    expect(await refusal(open().send(request(server.origin, post)), server.port)).toEqual([
      'egress.connect',
      true,
      'Expected an answer from http://127.0.0.1:PORT, got its connection closed (UND_ERR_SOCKET).',
    ]);
  });

  test.each([
    ['a length of 10', 'content-length: 10\r\n\r\nfour'],
    ['chunks without end', 'transfer-encoding: chunked\r\n\r\n4\r\nfour\r\n'],
    ['a chunk that is cut', 'transfer-encoding: chunked\r\n\r\nff\r\nfour'],
    ['gzip without end', 'content-encoding: gzip\r\ncontent-length: 99\r\n\r\n\x1f\x8b'],
  ])('before its body ends is a protocol error in doubt: %s', async (_, rest) => {
    const server = await serveText(`HTTP/1.1 200 OK\r\n${rest}`);
    const error = await failure(open().send(request(server.origin, post)));
    expect([error.code, error.inDoubt]).toEqual(['egress.protocol', true]);
    expect(error.message).toMatch(/^Expected (an answer|the whole answer) from http:/);
  });

  test('after its body is no error', async () => {
    const server = await serveText('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfour');
    const outbound = open();
    for (let round = 0; round < 3; round += 1) {
      const { body } = await outbound.send(request(server.origin));
      expect(Buffer.from(body).toString()).toBe('four');
    }
    expect(server.connections()).toBe(3);
  });
});

describe('a receiver that talks nonsense', () => {
  test.each([
    ['garbage', '\0\xff\x16\x03\x01\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a bad chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['a space in a header name', 'HTTP/1.1 200 OK\r\nx y: z\r\n\r\n'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ])('is a protocol error in doubt: %s', async (_, text) => {
    const server = await serveText(text);
    const error = await failure(open().send(request(server.origin, post)));
    expect([error.code, error.inDoubt]).toEqual(['egress.protocol', true]);
    expect(error.message).toMatch(
      /^Expected an answer from http:\S+ in HTTP\/1\.1, got something else \(/,
    );
  });

  test('in endless headers is too large', async () => {
    const server = await serveText(`HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(10_000)}\r\n`);
    expect(await refusal(open().send(request(server.origin)), server.port)).toEqual([
      'egress.too_large',
      true,
      'Expected an answer from http://127.0.0.1:PORT with fewer bytes of headers, got more than are read.',
    ]);
  });

  test('before it is asked, or after it has answered, does not fool the next request', async () => {
    const answer = (word: string) => `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n${word}`;
    const server = await serveRaw((socket) => {
      socket.on('data', () => socket.write(answer('one') + answer('bad')));
    });
    const outbound = open();
    for (let round = 0; round < 3; round += 1) {
      const { body } = await outbound.send(request(server.origin));
      expect(Buffer.from(body).toString()).toBe('one');
    }
    expect(server.connections()).toBe(3);
  });

  test('of any kind ends in an answer or an OutboundError', async () => {
    let text = '';
    const server = await serveRaw((socket) =>
      socket.once('data', () => socket.end(text, 'latin1')),
    );
    const outbound = open();
    const piece = fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.0 302 Found\r\n',
      'HTTP/1.1 103 Early\r\n',
      'HTTP/1.1 100 Continue\r\n',
      'content-length: 3\r\n',
      'transfer-encoding: chunked\r\n',
      'content-encoding: gzip\r\n',
      'content-encoding: br\r\n',
      'connection: keep-alive\r\n',
      'keep-alive: timeout=1\r\n',
      'location: /x\r\n',
      'location: http://10.0.0.1\r\n',
      '\r\n',
      '3\r\nabc\r\n',
      '0\r\n\r\n',
      'abc',
      '\x1f\x8b\x08',
      '\0',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 8 }),
        async (pieces) => {
          text = pieces.join('');
          const error = await outbound.send(request(server.origin, { redirectsMax: 2 })).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error !== undefined) expect(error).toBeInstanceOf(OutboundError);
          expect(error).not.toMatchObject({ code: 'egress.invalid' });
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the deadline', () => {
  const soon = { ...post, timeoutMs: 200 };
  const message = (doing: string) =>
    `Expected an answer from http://127.0.0.1:PORT within 200 ms, got none: still ${doing}. Allow more time, or see why the receiver is slow.`;

  test('covers DNS', async () => {
    const outbound = open({ resolve: () => new Promise(() => {}) });
    expect(await refusal(outbound.send(request('http://a.example', soon)))).toEqual([
      'egress.timeout',
      false,
      'Expected an answer from http://a.example within 200 ms, got none: still looking up the name. Allow more time, or see why the receiver is slow.',
    ]);
  });

  test('covers a receiver that says nothing, in doubt', async () => {
    const server = await serveRaw((socket) => socket.resume());
    expect(await refusal(open().send(request(server.origin, soon)), server.port)).toEqual([
      'egress.timeout',
      true,
      message('waiting for the answer'),
    ]);
  });

  test.each([
    ['headers', 'HTTP/1.1 200 OK\r\nx-drip: ', 'waiting for the answer'],
    ['bodies', 'HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n', 'reading the answer'],
    [
      'informational answers',
      'HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nx: ',
      'waiting for the answer',
    ],
  ])('covers %s that drip', async (_, first, doing) => {
    const server = await serveRaw((socket) => {
      socket.once('data', () => socket.write(first));
      const drip = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await refusal(open().send(request(server.origin, soon)), server.port)).toEqual([
      'egress.timeout',
      true,
      message(doing),
    ]);
  });

  test('covers all redirects together', async () => {
    const server = await serveRaw((socket) => {
      const text = 'HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n';
      socket.on('data', () => setTimeout(() => socket.write(text), 25));
    });
    const sending = open().send(request(server.origin, { ...soon, redirectsMax: 1_000 }));
    expect(await refusal(sending, server.port)).toEqual([
      'egress.timeout',
      true,
      message('waiting for the answer'),
    ]);
  });

  test('covers a TLS handshake that never comes, and leaves no connection behind', async () => {
    let closed = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const server = await serveRaw((socket) => socket.resume().on('close', () => closed()));
    const url = server.origin.replace('http:', 'https:');
    const [code, inDoubt, text] = await refusal(open().send(request(url, soon)));
    expect([code, inDoubt]).toEqual(['egress.timeout', false]);
    expect(text).toContain('still connecting');
    await gone;
  });

  test('may be longer than a timer of Node can wait', async () => {
    const server = await serveText('HTTP/1.1 200 OK\r\n\r\n');
    const { status } = await open().send(request(server.origin, { timeoutMs: 2 ** 40 }));
    expect(status).toBe(200);
  });
});

describe('the caller’s signal', () => {
  test('ends a request under way, in doubt', async () => {
    const abort = new AbortController();
    const server = await serveRaw((socket) => socket.once('data', () => abort.abort()));
    expect(
      await refusal(open().send(request(server.origin, post), abort.signal), server.port),
    ).toEqual([
      'egress.cancelled',
      true,
      'Expected an answer from http://127.0.0.1:PORT, got cancelled while waiting for the answer.',
    ]);
  });

  test('that is aborted already stops it before it connects', async () => {
    const server = await serveText('');
    const [code, inDoubt] = await refusal(
      open().send(request(server.origin, post), AbortSignal.abort()),
    );
    expect([code, inDoubt, server.connections()]).toEqual(['egress.cancelled', false, 0]);
  });
});
