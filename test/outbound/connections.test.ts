import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { failure, open, refusal, request, serve, serveRaw, serveText } from './parts.ts';

describe('a resolver that answers differently the second time', () => {
  test('is asked again for each request, and the second answer is checked', async () => {
    const server = await serve((response) => response.end());
    const answers = ['127.0.0.1', '127.0.0.2'];
    const outbound = open({
      allow: ['127.0.0.1'],
      resolve: async () => [answers.shift() ?? 'nothing'],
    });
    const url = `http://a.example:${server.port}/`;
    expect((await outbound.send(request(url))).address).toBe('127.0.0.1');
    expect(await refusal(outbound.send(request(url)), server.port)).toEqual([
      'egress.refused',
      false,
      'Expected an address that may be called, got 127.0.0.2 for http://a.example:PORT (loopback, RFC 1122). Allow it with HOOKWRIGHT_EGRESS_ALLOW=127.0.0.2:PORT.',
    ]);
    expect(server.connections()).toBe(1);
  });

  test('is asked once for one request: what was checked is what is dialled', async () => {
    const server = await serve((response) => response.end());
    let asked = 0;
    const dialled: string[] = [];
    const outbound = open({
      allow: ['127.0.0.1'],
      resolve: async () => {
        asked += 1;
        return asked === 1 ? ['127.0.0.1'] : ['127.0.0.9'];
      },
      connect: (host, port) => {
        dialled.push(host);
        return connect({ host, port });
      },
    });
    await outbound.send(request(`http://a.example:${server.port}/`));
    expect([asked, dialled]).toEqual([1, ['127.0.0.1']]);
  });

  test('cannot reach another address over a kept connection', async () => {
    const server = await serve((response) => response.end());
    const answers = [['127.0.0.1'], ['10.0.0.1'], ['127.0.0.1']];
    const outbound = open({ resolve: async () => answers.shift() ?? [] });
    const url = `http://a.example:${server.port}/`;
    await outbound.send(request(url));
    expect((await failure(outbound.send(request(url)))).code).toBe('egress.refused');
    await outbound.send(request(url));
    expect([server.seen.length, server.connections()]).toEqual([2, 1]);
  });

  test('may mix allowed and refused addresses; only allowed ones are dialled', async () => {
    const server = await serve((response) => response.end());
    const dialled: string[] = [];
    const outbound = open({
      allow: ['127.0.0.1'],
      resolve: async () => [
        '10.0.0.1',
        '::1',
        'nonsense',
        '::ffff:127.0.0.1',
        '127.0.0.1',
        '127.0.0.2',
      ],
      connect: (host, port) => {
        dialled.push(host);
        return connect({ host, port });
      },
    });
    const { address } = await outbound.send(request(`http://a.example:${server.port}/`));
    expect([address, dialled]).toEqual(['127.0.0.1', ['127.0.0.1']]);
  });

  test('is asked once for requests at the same time', async () => {
    const server = await serve((response) => response.end());
    let asked = 0;
    const outbound = open({
      resolve: async () => {
        asked += 1;
        await new Promise((resolve) => setImmediate(resolve));
        return ['127.0.0.1'];
      },
    });
    const url = `http://a.example:${server.port}/`;
    await Promise.all([1, 2, 3].map(() => outbound.send(request(url))));
    expect(asked).toBe(1);
    await outbound.send(request(url));
    expect(asked).toBe(2);
  });
});

describe('a socket that is connected elsewhere than it was told', () => {
  test('is closed before a byte is written', async () => {
    let bytes = 0;
    let closed = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const server = await serveRaw((socket) => {
      socket.on('data', (data) => {
        bytes += data.length;
      });
      socket.on('close', () => closed());
    });
    const outbound = open({ connect: (_, port) => connect({ host: '127.0.0.1', port }) });
    const sending = outbound.send(request(`http://127.0.0.2:${server.port}/`));
    expect(await refusal(sending, server.port)).toEqual([
      'egress.refused',
      false,
      'Expected to be connected to 127.0.0.2 for http://127.0.0.2:PORT, got 127.0.0.1.',
    ]);
    await gone;
    expect(bytes).toBe(0);
  });
});

describe('this server’s own listener', () => {
  test('is refused also where an operator allows everything', async () => {
    const server = await serve((response) => response.end());
    const outbound = open({
      allow: ['0.0.0.0/0', '::/0'],
      ownListeners: () => [{ address: '0.0.0.0', port: server.port }],
      resolve: async () => ['127.0.0.1'],
    });
    for (const host of ['127.0.0.1', '127.9.9.9', '0.0.0.0', '[::1]', '[::]', 'own.example']) {
      const { code, message } = await failure(
        outbound.send(request(`http://${host}:${server.port}`)),
      );
      expect([code, message.includes('where this server itself listens')]).toEqual([
        'egress.refused',
        true,
      ]);
    }
    expect(server.connections()).toBe(0);
  });
});

describe('connections', () => {
  test('are kept and used again by later requests to the same place', async () => {
    const server = await serve((response) => response.end());
    const outbound = open();
    for (let round = 0; round < 5; round += 1) await outbound.send(request(server.origin));
    expect([server.seen.length, server.connections()]).toEqual([5, 1]);
  });

  test('are not shared between names, even at one address', async () => {
    const server = await serve((response) => response.end());
    const outbound = open({ resolve: async () => ['127.0.0.1'] });
    await outbound.send(request(`http://a.example:${server.port}`));
    await outbound.send(request(`http://b.example:${server.port}`));
    expect(server.connections()).toBe(2);
  });

  test('are limited for one address; more requests wait and are served', async () => {
    let now = 0;
    let most = 0;
    const server = await serve((response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.end();
      }, 5);
    });
    const outbound = open({ limits: { connectionsPerAddress: 3 } });
    const sendings = Array.from({ length: 20 }, () => outbound.send(request(server.origin)));
    const statuses = (await Promise.all(sendings)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
    expect([server.connections(), most]).toEqual([3, 3]);
  });

  test('are limited in all; an idle one makes room for another address', async () => {
    const first = await serve((response) => response.end());
    const second = await serve((response) => response.end());
    const outbound = open({ limits: { connections: 1 } });
    for (const { origin } of [first, second, first, second]) await outbound.send(request(origin));
    expect([first.connections(), second.connections()]).toEqual([2, 2]);
    await Promise.all(
      [first, second, first, second, first].map(({ origin }) => outbound.send(request(origin))),
    );
    expect(first.seen.length + second.seen.length).toBe(9);
  });

  test('that fail make room for those who wait', async () => {
    const server = await serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const outbound = open({ limits: { connectionsPerAddress: 1 } });
    const sendings = Array.from({ length: 5 }, () =>
      failure(outbound.send(request(server.origin))),
    );
    const codes = (await Promise.all(sendings)).map(({ code }) => code);
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'egress.connect'));
  });

  test('wait no longer than their deadline, and nothing is in doubt', async () => {
    const server = await serveRaw((socket) => socket.resume());
    const outbound = open({ limits: { connectionsPerAddress: 1 } });
    const first = failure(outbound.send(request(server.origin, { timeoutMs: 150 })));
    const second = refusal(outbound.send(request(server.origin, { timeoutMs: 50 })), server.port);
    expect(await second).toEqual([
      'egress.timeout',
      false,
      'Expected an answer from http://127.0.0.1:PORT within 50 ms, got none: still waiting for a free connection. Allow more time, or see why the receiver is slow.',
    ]);
    expect((await first).inDoubt).toBe(true);
  });

  test('that too many wait for are refused at once', async () => {
    const server = await serveRaw((socket) => socket.resume());
    const outbound = open({ limits: { connectionsPerAddress: 1, waiting: 1 } });
    const soon = request(server.origin, { timeoutMs: 50 });
    const waiting = [failure(outbound.send(soon)), failure(outbound.send(soon))];
    expect(await refusal(outbound.send(soon), server.port)).toEqual([
      'egress.busy',
      false,
      'Expected a free connection to http://127.0.0.1:PORT, got 1 requests waiting for one already. Send less at once.',
    ]);
    await Promise.all(waiting);
  });

  test('that the receiver closed while idle are replaced, not reported', async () => {
    const server = await serve((response) => response.end());
    const sockets: ReturnType<typeof connect>[] = [];
    const outbound = open({
      connect: (host, port) => {
        const socket = connect({ host, port });
        sockets.push(socket);
        return socket;
      },
    });
    await outbound.send(request(server.origin));
    sockets[0]?.destroy(); // In the same tick as the next request: its end is not yet known.
    await outbound.send(request(server.origin, { method: 'POST', body: 'x' }));
    expect([server.seen.length, sockets.length]).toEqual([2, 2]);
  });

  test.each([
    ['GET', [], true],
    ['POST', [['Idempotency-Key', 'k']], true],
    ['POST', [['webhook-id', 'msg_1']], true],
    ['POST', [], false],
    ['PUT', [], false],
  ] as const)(
    'that the receiver closes over a second request: %s %j is sent again: %s',
    async (method, headers, again) => {
      let requests = 0;
      const server = await serveRaw((socket) => {
        let first = true;
        socket.on('data', () => {
          requests += 1;
          if (first) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
          else socket.destroy();
          first = false;
        });
      });
      const outbound = open();
      await outbound.send(request(server.origin));
      const second = outbound.send(request(server.origin, { method, headers }));
      if (again) {
        expect((await second).status).toBe(200);
      } else {
        const { code, inDoubt } = await failure(second);
        expect([code, inDoubt]).toEqual(['egress.connect', true]);
      }
      expect(requests).toBe(again ? 3 : 2);
    },
  );

  test('are used for a limited number of requests', async () => {
    const server = await serve((response) => response.end());
    const outbound = open({ limits: { requestsPerConnection: 2 } });
    for (let round = 0; round < 6; round += 1) await outbound.send(request(server.origin));
    expect(server.connections()).toBe(3);
  });

  test('are closed when their idle time is over', async () => {
    let closed = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const server = await serveRaw((socket) => {
      socket.on('close', () => closed());
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    });
    const outbound = open({ limits: { idleMs: 20 } });
    await outbound.send(request(server.origin));
    await gone;
  });
});

describe('close', () => {
  test('waits for what is under way, then closes connections and takes no more', async () => {
    let closed = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const server = await serveRaw((socket) => {
      socket.on('close', () => closed());
      socket.on('data', () => {
        setTimeout(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'), 20);
      });
    });
    const outbound = open();
    let answered = false;
    const sending = outbound.send(request(server.origin)).then(() => {
      answered = true;
    });
    await outbound.close();
    expect(answered).toBe(true);
    await sending;
    await gone;
    expect(await refusal(outbound.send(request(server.origin)))).toEqual([
      'egress.cancelled',
      false,
      'Expected the outbound client to be open, got a request after its close.',
    ]);
  });

  test('may be called twice, and before any request', async () => {
    const outbound = open();
    await outbound.close();
    await outbound.close();
    const server = await serveText('');
    expect(server.connections()).toBe(0);
  });
});
