import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure, header, open, refusal, request, serve, serveRaw, serveText } from './parts.ts';

describe('a request', () => {
  test('arrives with its method, path, query, headers in order and body', async () => {
    const server = await serve((response) => response.end());
    await open().send(
      request(`${server.origin}/a%20b/../c?x=1&x=2#part`, {
        method: 'PATCH',
        headers: [
          ['X-First', '1'],
          ['x-second', 'é'],
          ['X-First', '3'],
        ],
        body: 'grüß',
      }),
    );
    expect(server.seen).toEqual([
      {
        method: 'PATCH',
        url: '/c?x=1&x=2',
        headers: [
          ['host', `127.0.0.1:${server.port}`],
          ['connection', 'keep-alive'],
          ['X-First', '1'],
          ['x-second', 'é'],
          ['X-First', '3'],
          ['user-agent', 'Hookwright'],
          ['accept-encoding', 'identity'],
          ['content-length', '6'],
        ],
        body: 'grüß',
      },
    ]);
  });

  test('keeps the user-agent and accept-encoding of its caller', async () => {
    const server = await serve((response) => response.end());
    const headers = [
      ['User-Agent', 'mine'],
      ['Accept-Encoding', 'br'],
    ] as const;
    await open().send(request(server.origin, { headers }));
    expect(server.seen[0]?.headers.slice(2)).toEqual(headers);
  });

  test('without body says so where the method expects one', async () => {
    const server = await serve((response) => response.end());
    await open().send(request(server.origin, { method: 'post' }));
    expect(server.seen[0]?.method).toBe('POST');
    expect(header(server.seen[0], 'content-length')).toBe('0');
  });

  test('sends bytes as they are, also with GET', async () => {
    const server = await serve((response) => response.end());
    await open().send(request(server.origin, { body: Uint8Array.from([0x61, 0, 0x62]) }));
    expect(server.seen[0]?.body).toBe('a\0b');
  });

  test('does not go through a proxy that the environment names', async () => {
    const proxy = await serve((response) => response.end('proxy'));
    const server = await serve((response) => response.end('server'));
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : proxy.origin;
    try {
      const { body } = await open().send(request(server.origin));
      expect(Buffer.from(body).toString()).toBe('server');
      expect(proxy.connections()).toBe(0);
    } finally {
      for (const name of names) delete process.env[name];
    }
  });
});

describe('an answer', () => {
  test('has its status, headers in order with repeats, body, address, URL and time', async () => {
    const server = await serveText(
      'HTTP/1.1 201 Created\r\nSet-Cookie: a=1\r\nX-Word: \xe9\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok',
    );
    const times = [100, 107];
    const outbound = open({ stopwatch: () => times.shift() ?? 0 });
    const { body, ...rest } = await outbound.send(request(`${server.origin}/x?y#z`));
    expect(Buffer.from(body).toString()).toBe('ok');
    expect(rest).toEqual({
      status: 201,
      headers: [
        ['set-cookie', 'a=1'],
        ['x-word', 'é'],
        ['set-cookie', 'b=2'],
        ['content-length', '2'],
      ],
      truncated: false,
      url: `${server.origin}/x?y`,
      ms: 7,
      address: '127.0.0.1',
    });
  });

  test.each([204, 304, 400, 404, 500, 503, 599])('with status %i is an answer', async (status) => {
    const server = await serve((response) => response.writeHead(status).end());
    expect((await open().send(request(server.origin))).status).toBe(status);
  });

  test.each([204, 304])('with status %i has no body, whatever it announces', async (status) => {
    const server = await serveText(
      `HTTP/1.1 ${status} x\r\nContent-Length: 100\r\nETag: "a"\r\n\r\n{}`,
      false,
    );
    const outbound = open();
    for (let i = 0; i < 2; i++) {
      const answer = await outbound.send(request(server.origin, { method: 'POST', body: 'x' }));
      expect([answer.status, answer.body.length, answer.truncated]).toEqual([status, 0, false]);
    }
    // What stands behind it is no beginning of the next answer.
    expect(server.connections()).toBe(2);
  });

  test('to HEAD has no body, however long the announced one', async () => {
    const server = await serve((response) =>
      response.writeHead(200, { 'content-length': 99_999_999 }).end(),
    );
    const { status, body } = await open().send(request(server.origin, { method: 'HEAD' }));
    expect([status, body.length]).toEqual([200, 0]);
  });

  test('after informational ones is the final one', async () => {
    const server = await serveText(
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1',
    );
    const { status, headers } = await open().send(request(server.origin));
    expect([status, headers]).toEqual([200, [['content-length', '1']]]);
  });

  test('after a 100 that nobody has asked for is the final one, however its bytes come', async () => {
    const text = [
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.0 100\r\nx: y\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n100',
    ].join('');
    let cuts: readonly number[] = [];
    const server = await serveRaw((socket) => {
      socket.setNoDelay(true);
      socket.on('data', async () => {
        let from = 0;
        for (const cut of [...cuts, text.length]) {
          socket.write(text.slice(from, cut));
          from = cut;
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
    });
    const outbound = open();
    const places = fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(places, async (some) => {
        cuts = some.sort((a, b) => a - b);
        const answer = await outbound.send(request(server.origin, { method: 'POST', body: 'x' }));
        expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([200, '100']);
      }),
    );
    expect(server.connections()).toBe(1);
  });

  test('that begins like a 100 is no such one', async () => {
    for (const status of ['100', '1000', '10']) {
      const server = await serveText(`HTTP/1.1 ${status} x${status === '100' ? ' y' : ''}\r\n`);
      const error = await failure(open().send(request(server.origin)));
      expect(['egress.protocol', 'egress.connect']).toContain(error.code);
    }
    const endless = await serveText(`HTTP/1.1 100 x\r\n${'x-a: b\r\n'.repeat(10_000)}\r\n`);
    const { code } = await failure(open().send(request(endless.origin)));
    expect(['egress.protocol', 'egress.too_large']).toContain(code);
  });

  test('without length ends where the connection ends', async () => {
    const server = await serveText('HTTP/1.1 200 OK\r\n\r\nuntil the end');
    const { body } = await open().send(request(server.origin));
    expect(Buffer.from(body).toString()).toBe('until the end');
  });
});

describe('a body over the limit', () => {
  const long = 'x'.repeat(1_001);

  test.each([
    ['announced', (): string => `content-length: 1001\r\n\r\n${long}`],
    ['in chunks', (): string => `transfer-encoding: chunked\r\n\r\n3e9\r\n${long}\r\n0\r\n\r\n`],
    ['until the end', (): string => `\r\n${long}`],
  ])('is an error in doubt: %s', async (_, rest) => {
    const server = await serveText(`HTTP/1.1 200 OK\r\n${rest()}`);
    const sending = open().send(request(server.origin, { responseBytesMax: 1_000 }));
    expect(await refusal(sending, server.port)).toEqual([
      'egress.too_large',
      true,
      'Expected an answer from http://127.0.0.1:PORT of at most 1000 bytes, got a longer one. Ask for less, or allow more.',
    ]);
  });

  test('is cut where the caller wants that', async () => {
    const server = await serve((response) => response.end(long));
    const { body, truncated, status } = await open().send(
      request(server.origin, { responseBytesMax: 1_000, overflow: 'truncate' }),
    );
    expect([status, body.length, truncated]).toEqual([200, 1_000, true]);
  });

  test('of exactly the limit is whole', async () => {
    const server = await serve((response) => response.end(long));
    const { body, truncated } = await open().send(
      request(server.origin, { responseBytesMax: 1_001, overflow: 'truncate' }),
    );
    expect([body.length, truncated]).toEqual([1_001, false]);
  });

  test('is not read to its end: most of a gigabyte stays unsent', async () => {
    let written = 0;
    const server = await serve((response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const pour = () => {
        while (!response.destroyed && written < 2 ** 30) {
          written += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', pour);
            return;
          }
        }
      };
      pour();
    });
    const error = await failure(open().send(request(server.origin)));
    expect(error.code).toBe('egress.too_large');
    expect(written).toBeLessThan(64 * 2 ** 20); // What sockets and kernels hold between the two.
  });
});

describe('a compressed body', () => {
  const text = 'compress me '.repeat(100);
  const ways = [
    ['gzip', gzipSync(text)],
    ['X-GZip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
  ] as const;

  test.each(ways)('in %s is undone, and its headers with it', async (encoding, bytes) => {
    const server = await serve((response) =>
      response
        .writeHead(200, {
          'content-encoding': encoding,
          'x-left': 'yes',
          'content-length': bytes.length,
        })
        .end(bytes),
    );
    const { body, headers } = await open().send(request(server.origin));
    expect(Buffer.from(body).toString()).toBe(text);
    const names = headers.map(([name]) => name);
    expect(names).toContain('x-left');
    expect(names).not.toContain('content-encoding');
    expect(names).not.toContain('content-length');
  });

  test.each(ways)('in %s is measured after it is undone', async (encoding) => {
    const zeros = Buffer.alloc(10_000_000);
    const bomb = /gzip/i.test(encoding)
      ? gzipSync(zeros)
      : encoding === 'br'
        ? brotliCompressSync(zeros)
        : deflateSync(zeros);
    const server = await serve((response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(bomb),
    );
    const sending = open().send(request(server.origin));
    expect((await failure(sending)).code).toBe('egress.too_large');
    const cut = await open().send(request(server.origin, { overflow: 'truncate' }));
    expect([cut.truncated, cut.body.length]).toEqual([true, 1_000_000]);
  });

  test.each(ways)('in %s that is cut gives its beginning', async (encoding) => {
    const random = Buffer.from(
      Array.from({ length: 20_000 }, (_, i) => (i * 7919 + (i >> 3)) % 251),
    );
    const bytes = /gzip/i.test(encoding)
      ? gzipSync(random, { level: 0 })
      : encoding === 'br'
        ? brotliCompressSync(random)
        : deflateSync(random, { level: 0 });
    const server = await serve((response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes),
    );
    const bytesMax = Math.floor(bytes.length / 2);
    const { body, truncated } = await open().send(
      request(server.origin, { responseBytesMax: bytesMax, overflow: 'truncate' }),
    );
    expect(truncated).toBe(true);
    expect(body.length).toBeLessThanOrEqual(bytesMax);
    expect(Buffer.from(body).equals(random.subarray(0, body.length))).toBe(true);
  });

  test('in bare deflate, as some servers send it, is undone', async () => {
    const server = await serve((response) =>
      response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateRawSync(text)),
    );
    const { body } = await open().send(request(server.origin));
    expect(Buffer.from(body).toString()).toBe(text);
  });

  test('that ends too early is a protocol error', async () => {
    const server = await serve((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text).subarray(0, 20)),
    );
    expect(await refusal(open().send(request(server.origin)), server.port)).toEqual([
      'egress.protocol',
      true,
      'Expected the body from http://127.0.0.1:PORT in its content-encoding gzip, got unexpected end of file.',
    ]);
  });

  test('that is in another encoding than it says is left as it is where its beginning would do', async () => {
    const server = await serve((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'),
    );
    const answer = await open().send(request(server.origin, { overflow: 'truncate' }));
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([200, 'plain']);
    expect(answer.headers).toContainEqual(['content-encoding', 'gzip']);
  });

  test('in several or unknown encodings is left as it is', async () => {
    const server = await serve((response, { url }) =>
      response.writeHead(200, { 'content-encoding': url.slice(1) }).end('raw'),
    );
    for (const encoding of ['gzip,br', 'zstd', 'identity']) {
      const { body, headers } = await open().send(request(`${server.origin}/${encoding}`));
      expect(Buffer.from(body).toString()).toBe('raw');
      expect(headers).toContainEqual(['content-encoding', encoding]);
    }
  });

  test('may be empty', async () => {
    const server = await serve((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(),
    );
    expect((await open().send(request(server.origin))).body.length).toBe(0);
  });
});
