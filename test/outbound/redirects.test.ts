import { describe, expect, test } from 'vitest';
import { header, open, refusal, request, serve, serveText, type TestServer } from './parts.ts';

/** A server that redirects `/from` to the location, with the status, and answers everything else. */
function redirecting(status: number, location: string): Promise<TestServer> {
  return serve((response, { url }) => {
    if (url === '/from') response.writeHead(status, { location }).end('moved');
    else response.end('there');
  });
}

const post = { method: 'POST', body: 'data', headers: [['Content-Type', 'text/plain']] } as const;

describe('a redirect', () => {
  test('is an answer like any other where none is followed', async () => {
    const server = await redirecting(302, '/to');
    const { status, headers, body } = await open().send(request(`${server.origin}/from`));
    expect([status, Buffer.from(body).toString()]).toEqual([302, 'moved']);
    expect(headers).toContainEqual(['location', '/to']);
  });

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [303, 'HEAD', 'HEAD', undefined],
    [301, 'PUT', 'PUT', 'data'],
    [302, 'DELETE', 'DELETE', 'data'],
    [307, 'POST', 'POST', 'data'],
    [308, 'PATCH', 'PATCH', 'data'],
    [302, 'GET', 'GET', undefined],
  ])('%i turns %s into %s', async (status, method, then, body) => {
    const server = await redirecting(status, '/to?x');
    const change = body === undefined ? { method } : { ...post, method };
    const answer = await open().send(
      request(`${server.origin}/from`, { ...change, redirectsMax: 1 }),
    );
    expect([answer.status, answer.url]).toEqual([200, `${server.origin}/to?x`]);
    const [, second] = server.seen;
    expect([second?.method, second?.url, second?.body]).toEqual([then, '/to?x', body ?? '']);
    expect(header(second, 'content-type')).toBe(body === 'data' ? 'text/plain' : undefined);
  });

  test.each(['to', './to', '//127.0.0.1:PORT/to', 'HTTP://127.0.0.1:PORT/to', '/a/../to'])(
    'to %s leads to /to',
    async (location) => {
      const server = await serve((response, { url }) => {
        const to = location.replace('PORT', String(server.port));
        if (url === '/from') response.writeHead(302, { location: to });
        response.end();
      });
      const { url } = await open().send(request(`${server.origin}/from`, { redirectsMax: 1 }));
      expect(url).toBe(`${server.origin}/to`);
    },
  );

  test('may be spelled in UTF-8, as browsers read it', async () => {
    const location = Buffer.from('/grüße').toString('latin1');
    const server = await redirecting(302, location);
    const { url } = await open().send(request(`${server.origin}/from`, { redirectsMax: 1 }));
    expect(url).toBe(`${server.origin}/gr%C3%BC%C3%9Fe`);
  });

  test('without location is the answer', async () => {
    const server = await serve((response) => response.writeHead(302).end());
    const { status } = await open().send(request(server.origin, { redirectsMax: 3 }));
    expect(status).toBe(302);
  });

  test('with a long body of its own is followed all the same', async () => {
    const server = await serve((response, { url }) => {
      if (url === '/from') response.writeHead(302, { location: '/to' }).end('x'.repeat(100_000));
      else response.end('there');
    });
    const answer = await open().send(
      request(`${server.origin}/from`, { redirectsMax: 1, responseBytesMax: 5 }),
    );
    expect(Buffer.from(answer.body).toString()).toBe('there');
  });

  test('for ever ends at the limit, in doubt', async () => {
    const server = await serve((response, { url }) =>
      response.writeHead(302, { location: `${url}x` }).end(),
    );
    const sending = open().send(request(server.origin, { redirectsMax: 4 }));
    expect(await refusal(sending, server.port)).toEqual([
      'egress.redirects',
      true,
      'Expected at most 4 redirects, got one more from http://127.0.0.1:PORT. Send the request to where they lead.',
    ]);
    expect(server.seen.length).toBe(5);
  });

  test.each([
    ['http://[', 'one that is no URL'],
    [
      'file:///etc/passwd',
      'one that cannot be followed (Expected the URL to begin with http:// or https://, got file:)',
    ],
    [
      'http://u:p@127.0.0.1/',
      'one that cannot be followed (Expected the URL without user name and password, got one with them. Send them in an authorization header)',
    ],
  ])('to %s leads nowhere', async (location, got) => {
    const server = await redirecting(307, location);
    const sending = open().send(request(`${server.origin}/from`, { ...post, redirectsMax: 1 }));
    expect(await refusal(sending, server.port)).toEqual([
      'egress.redirects',
      true,
      `Expected the redirect from http://127.0.0.1:PORT to name one http or https location, got ${got}.`,
    ]);
  });

  test('to two places leads nowhere', async () => {
    const server = await serveText(
      'HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n',
    );
    expect((await refusal(open().send(request(server.origin, { redirectsMax: 1 }))))[0]).toBe(
      'egress.redirects',
    );
  });
});

describe('a redirect into a refused place', () => {
  test.each([
    'http://127.0.0.2:PORT/',
    'http://0x7f.2:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.2]:PORT/',
    'http://169.254.169.254/latest/meta-data/',
    'http://internal.example:PORT/',
  ])('is not followed: %s', async (location) => {
    const secret = await serve((response) => response.end('secret'));
    const server = await redirecting(307, location.replace('PORT', String(secret.port)));
    const outbound = open({
      allow: [`127.0.0.1:${server.port}`],
      resolve: async () => ['127.0.0.1'],
    });
    const [code, inDoubt] = await refusal(
      outbound.send(request(`${server.origin}/from`, { redirectsMax: 3 })),
    );
    expect([code, inDoubt, secret.connections()]).toEqual(['egress.refused', true, 0]);
  });

  test('is refused by the caller’s policy, which sees each hop', async () => {
    const server = await redirecting(303, '/to');
    const asked: string[] = [];
    const allowed = (method: string, { pathname }: URL) => {
      asked.push(`${method} ${pathname}`);
      return method === 'GET' ? 'Only POST is allowed.' : undefined;
    };
    const sending = open().send(
      request(`${server.origin}/from`, { ...post, redirectsMax: 1, allowed }),
    );
    expect(await refusal(sending)).toEqual(['egress.refused', true, 'Only POST is allowed.']);
    expect(asked).toEqual(['POST /from', 'GET /to']);
  });
});

describe('credentials', () => {
  const headers = [
    ['Authorization', 'Bearer x'],
    ['Cookie', 'a=b'],
    ['Proxy-Authorization', 'Basic x'],
    ['X-Api-Key', 'k'],
    ['x-plain', 'p'],
  ] as const;
  const names = headers.map(([name]) => name.toLowerCase());
  const left = (server: TestServer) =>
    names.filter((name) => header(server.seen.at(-1), name) !== undefined);
  const change = { headers, secretHeaders: ['x-api-KEY'], redirectsMax: 3 };
  const options = { resolve: async () => ['127.0.0.1'] };

  test('go along to the same host', async () => {
    const server = await redirecting(307, '/to');
    await open().send(request(`${server.origin}/from`, change));
    expect(left(server)).toEqual(names);
  });

  test('stay behind when the host changes', async () => {
    const other = await serve((response) => response.end());
    const server = await redirecting(307, `http://other.example:${other.port}/`);
    await open(options).send(request(`${server.origin}/from`, change));
    expect(left(other)).toEqual(['x-plain']);
  });

  test('stay behind when the port changes', async () => {
    const other = await serve((response) => response.end());
    const server = await redirecting(307, `${other.origin}/`);
    await open().send(request(`${server.origin}/from`, change));
    expect(left(other)).toEqual(['x-plain']);
  });

  test('do not come back when a later hop returns', async () => {
    const server = await serve((response, { url }) => {
      const to =
        url === '/from' ? `http://other.example:${server.port}/back` : `${server.origin}/to`;
      if (url !== '/to') response.writeHead(307, { location: to });
      response.end();
    });
    await open(options).send(request(`${server.origin}/from`, change));
    expect(server.seen.map(({ url }) => url)).toEqual(['/from', '/back', '/to']);
    expect(left(server)).toEqual(['x-plain']);
  });
});
