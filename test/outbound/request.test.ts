import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutboundError } from '../../src/core/outbound.ts';
import { parseDestination } from '../../src/outbound/request-url.ts';
import { failure, header, noDns, open, refusal, request, serve } from './parts.ts';

/** What the client says to a request, without any server. */
function invalid(change: Parameters<typeof request>[1], url = 'http://127.0.0.1:1/') {
  return refusal(open({ connect: noNetwork }).send(request(url, change)));
}

function noNetwork(): never {
  throw new Error('a refused request must not connect');
}

describe('a URL', () => {
  test.each([
    ['', 'to be absolute, such as https://api.example.com/x, got one that is no such URL'],
    ['/path', 'to be absolute, such as https://api.example.com/x, got one that is no such URL'],
    ['http://', 'to be absolute, such as https://api.example.com/x, got one that is no such URL'],
    [
      'http://1.2.3.4.5/',
      'to be absolute, such as https://api.example.com/x, got one that is no such URL',
    ],
    [
      'http://a b/',
      'to be absolute, such as https://api.example.com/x, got one that is no such URL',
    ],
    ['ftp://a.example/', 'to begin with http:// or https://, got ftp:'],
    ['file:///etc/passwd', 'to begin with http:// or https://, got file:'],
    ['data:text/plain,x', 'to begin with http:// or https://, got data:'],
    [
      'http://user@a.example/',
      'without user name and password, got one with them. Send them in an authorization header',
    ],
    [
      'http://:pw@a.example/',
      'without user name and password, got one with them. Send them in an authorization header',
    ],
    ['http://a.example:0/', 'to have a port from 1 to 65535, got 0'],
    ['http://a.example../', 'to name a host, got one whose host is no name and no address'],
    ['http://./', 'to name a host, got one whose host is no name and no address'],
    [
      `http://a.example/${'x'.repeat(8_200)}`,
      'at most 8192 characters, got 8217. Send long data in a body',
    ],
  ])('is refused: %.40s', async (url, why) => {
    expect(await invalid({}, url)).toEqual(['egress.invalid', false, `Expected the URL ${why}.`]);
  });

  test('with a secret in it is not quoted, neither in the message nor in the cause', async () => {
    for (const url of ['http://bad host/?key=s3cret', 'http://user:s3cret@a.example', 'x:s3cret']) {
      const error = await failure(open().send(request(url)));
      expect(error.message + String(error.cause) + JSON.stringify(error)).not.toContain('s3cret');
    }
  });

  test.each([
    ['http://LOCALHOST./x', 'localhost', 80],
    ['https://Bücher.example', 'xn--bcher-kva.example', 443],
    ['http://[::FFFF:7F00:1]:81', '::ffff:7f00:1', 81],
    ['https://a.example.:8443', 'a.example', 8443],
  ])('%s goes to %s', (url, host, port) => {
    const destination = parseDestination(url);
    expect([destination.host, destination.port]).toEqual([host, port]);
  });
});

/** Ways to write an address of this machine that some parser on the way may take for it. */
const LOCAL = `http://127.0.0.1 http://127.0.0.1. http://127.1 http://127.0.1 http://127.255.255.254
  http://0177.0.0.1 http://0177.1 http://017700000001 http://0x7f.0.0.1 http://0x7f.1 http://0x7F.0x1
  http://0x7f000001 http://0X7F000001 http://2130706433 http://2130706433. http://00000177.00.00.01
  http://127.0x0.0.01 http://0 http://0.0.0.0 http://0x0 http://000 http://0. http://0.0
  http://%31%32%37.0.0.1 http://127%2e0%2e0%2e1 http://１２７.０.０.１ http://127。0。0。1 http://①②⑦.0.0.1
  http://[::1] http://[0:0:0:0:0:0:0:1] http://[0000:0000::0001] http://[::] http://[::127.0.0.1]
  http://[::ffff:127.0.0.1] http://[::ffff:7f00:1] http://[::FFFF:7F00:0001]
  http://[0:0:0:0:0:ffff:127.0.0.1] http://[::ffff:0:127.0.0.1] http://[64:ff9b::127.0.0.1]
  http://[64:ff9b::7f00:1] http://[64:ff9b:1::7f00:1] http://[2002:7f00:1::]
  http://[2001:0:7f00:1::] http://[2001::80ff:fffe] http://\t127.0.0.1 http:\\\\127.0.0.1 http:127.0.0.1
  HTTP://127.0.0.1 http:///127.0.0.1 http://a.example@127.0.0.1 http://127.0.0.1#@a.example
  http://127.0.0.1?@a.example http://127.0.0.1\\@a.example http://localhost http://LOCALHOST
  http://localhost. http://a.localhost http://127.0.0.1.nip.example http://①②⑦.⓪.⓪.①`
  .split(/[ \n]+/)
  .filter((text) => text !== '');

describe('a URL of this machine', () => {
  test.each(LOCAL)('is refused however it is written: %j', async (text) => {
    const server = await serve((response) => response.end());
    const url = text.replace(
      /^(\w+:[\\/]*\t?(?:a\.example@)?(?:\[[^\]]*\]|[^/\\?#]+))/i,
      `$1:${server.port}`,
    );
    const outbound = open({ allow: [], resolve: async () => ['127.0.0.1', '::1'] });
    const { code, inDoubt } = await failure(outbound.send(request(url)));
    expect(['egress.refused', 'egress.invalid']).toContain(code);
    expect([inDoubt, server.connections()]).toEqual([false, 0]);
  });
});

describe('a method', () => {
  test.each(['', 'GE T', 'GET\r\nx: y', 'GÉT', 'A/B'])('is refused: %j', async (method) => {
    expect(await invalid({ method })).toEqual([
      'egress.invalid',
      false,
      `Expected a method such as GET or POST, got ${JSON.stringify(method)}.`,
    ]);
  });

  test.each(['CONNECT', 'trace', 'TRACK'])('is refused: %s', async (method) => {
    expect((await invalid({ method }))[2]).toBe(
      `Expected a method other than CONNECT, TRACE and TRACK, got ${method.toUpperCase()}.`,
    );
  });

  test('of one’s own is sent', async () => {
    const server = await serve((response) => response.end());
    await open().send(request(server.origin, { method: 'purge' }));
    expect(server.seen[0]?.method).toBe('PURGE');
  });
});

describe('a header', () => {
  test.each(['x\r\ny: z', 'a\nb', 'a\rb', 'a\0b', 'Ċ', 'ж', '\x7f'])(
    'cannot carry %j',
    async (value) => {
      expect(await invalid({ headers: [['X-Note', value]] })).toEqual([
        'egress.invalid',
        false,
        'Expected the header x-note to hold one line of Latin-1 text, got line breaks or other characters. Encode the value first.',
      ]);
    },
  );

  test.each(['', 'a b', 'a:', 'a\r\nb', 'é', 'x\0'])('cannot be named %j', async (name) => {
    expect((await invalid({ headers: [[name, 'x']] }))[2]).toBe(
      `Expected header names of RFC 9110, got ${JSON.stringify(name)}.`,
    );
  });

  test.each([
    'Connection',
    'keep-alive',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Proxy-Authenticate',
  ])('of the connection is refused: %s', async (name) => {
    expect((await invalid({ headers: [[name, 'x']] }))[2]).toBe(
      `Expected no headers of the connection itself, got ${name.toLowerCase()}. Leave it out.`,
    );
  });

  test.each(['Host', 'Content-Length', 'Expect'])('of the client is refused: %s', async (name) => {
    expect((await invalid({ headers: [[name, 'x']] }))[2]).toBe(
      `Expected no headers that the client writes itself, got ${name.toLowerCase()}. Leave it out.`,
    );
  });

  test('is refused where all are too long together', async () => {
    const headers = [['x-long', 'x'.repeat(32 * 1024)]] as const;
    expect((await invalid({ headers }))[2]).toBe(
      'Expected at most 32768 bytes of headers, got 32774.',
    );
  });

  test('that is accepted arrives as it is, and none beside it', async () => {
    const server = await serve((response) => response.end());
    const outbound = open();
    const run = async (name: string, value: string) => {
      const error = await outbound
        .send(request(server.origin, { headers: [[name, value]] }))
        .then(() => undefined)
        .catch((reason: unknown) => reason);
      if (error !== undefined) {
        expect(error).toBeInstanceOf(OutboundError);
        expect((error as OutboundError).code).toBe('egress.invalid');
        return;
      }
      const seen = server.seen.pop();
      expect(seen?.headers.length).toBe(
        3 + 2 - Number(/^(user-agent|accept-encoding)$/i.test(name)),
      );
      // RFC 9110 section 5.5: only spaces and tabs around a value are not part of it. trim() takes U+00A0 too.
      expect(header(seen, name.toLowerCase())).toBe(value.replace(/^[ \t]+|[ \t]+$/g, ''));
    };
    const char = fc.oneof(
      fc.integer({ min: 0, max: 0x180 }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\r\n', '\n', ':', '\u2028', '\u010a'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.stringMatching(/^x-[a-z]{1,5}$/), fc.string({ maxLength: 6 })),
        fc.array(char, { maxLength: 12 }).map((chars) => chars.join('')),
        run,
      ),
      { numRuns: 300 },
    );
  });
});

describe('a limit', () => {
  test.each([
    [{ timeoutMs: 0 }, 'Expected timeoutMs to be a whole number of at least 1, got 0.'],
    [{ timeoutMs: Number.NaN }, 'Expected timeoutMs to be a whole number of at least 1, got NaN.'],
    [
      { responseBytesMax: -1 },
      'Expected responseBytesMax to be a whole number of at least 0, got -1.',
    ],
    [{ redirectsMax: 0.5 }, 'Expected redirectsMax to be a whole number of at least 0, got 0.5.'],
  ])('is refused: %j', async (change, message) => {
    expect(await invalid(change)).toEqual(['egress.invalid', false, message]);
  });
});

describe('the caller’s policy', () => {
  test('is asked with the method and URL that will be sent, and its refusal is the error', async () => {
    const asked: string[] = [];
    const allowed = (method: string, url: URL) => {
      asked.push(`${method} ${url.href}`);
      return 'The policy does not name this host. Add "GET http://a.example/**" to policy.http.';
    };
    const outbound = open({ resolve: noDns });
    const sending = outbound.send(
      request('HTTP://A.example.:80/x?y#z', { method: 'get', allowed }),
    );
    expect(await refusal(sending)).toEqual([
      'egress.refused',
      false,
      'The policy does not name this host. Add "GET http://a.example/**" to policy.http.',
    ]);
    expect(asked).toEqual(['GET http://a.example/x?y']);
  });

  test('that throws refuses', async () => {
    const allowed = () => {
      throw new Error('broken');
    };
    expect(await invalid({ allowed })).toEqual([
      'egress.refused',
      false,
      'Expected the policy to decide on http://127.0.0.1:1, got an error from it.',
    ]);
  });

  test('cannot change where the request goes', async () => {
    const server = await serve((response) => response.end());
    const allowed = (_: string, url: URL) => {
      url.host = 'a.example';
      return undefined;
    };
    expect((await open().send(request(server.origin, { allowed }))).url).toBe(`${server.origin}/`);
  });
});
