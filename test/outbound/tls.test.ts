import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { selfSigned } from './certificate.ts';
import { header, open, refusal, request, serve, serveText } from './parts.ts';

const DAY_MS = 86_400_000;
const good = selfSigned({ names: ['a.example', '127.0.0.1'] });
const local = async () => ['127.0.0.1'];

describe('https', () => {
  test('proves the host by name, whatever its address', async () => {
    const server = await serve((response) => response.end('safe'), good);
    const outbound = open({ authorities: [good.cert], resolve: local });
    for (const host of ['a.example', 'A.Example.', '127.0.0.1']) {
      const { body } = await outbound.send(request(`https://${host}:${server.port}`));
      expect(Buffer.from(body).toString()).toBe('safe');
    }
    expect(header(server.seen[1], 'host')).toBe(`a.example:${server.port}`);
  });

  test.each([
    ['another name', selfSigned({ names: ['b.example'] }), true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['nobody we trust', good, false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'yesterday',
      selfSigned({
        names: ['a.example'],
        notBefore: new Date(0),
        notAfter: new Date(Date.now() - DAY_MS),
      }),
      true,
      'CERT_HAS_EXPIRED',
    ],
    [
      'tomorrow',
      selfSigned({ names: ['a.example'], notBefore: new Date(Date.now() + DAY_MS / 2) }),
      true,
      'CERT_NOT_YET_VALID',
    ],
  ])(
    'is refused with a certificate of %s, before a byte is sent',
    async (_, identity, trusted, code) => {
      const server = await serve((response) => response.end(), identity);
      const outbound = open({ authorities: trusted ? [identity.cert] : [], resolve: local });
      const sending = outbound.send(request(`https://a.example:${server.port}`));
      const [as, inDoubt, message] = await refusal(sending, server.port);
      expect([as, inDoubt, server.seen.length]).toEqual(['egress.tls', false, 0]);
      const next = trusted
        ? 'See its certificate, names and versions\\.'
        : 'Let it send its whole chain of certificates; if its authority is your own, start with NODE_EXTRA_CA_CERTS=FILE\\.';
      expect(message).toMatch(
        new RegExp(
          `^Expected https://a\\.example:PORT at 127\\.0\\.0\\.1 to prove itself by TLS, got ${code}: .+\\. ${next}$`,
        ),
      );
    },
  );

  test('cannot be weakened by the environment', async () => {
    const server = await serve((response) => response.end(), good);
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const [code] = await refusal(open().send(request(server.origin)));
      expect(code).toBe('egress.tls');
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });

  test('is refused by versions before 1.2', async () => {
    const server = createServer({
      ...good,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const outbound = open({ authorities: [good.cert] });
    const [code, inDoubt] = await refusal(outbound.send(request(`https://127.0.0.1:${port}`)));
    expect([code, inDoubt]).toEqual(['egress.tls', false]);
  });

  test('to a server that speaks plain HTTP is a TLS error', async () => {
    const server = await serveText('HTTP/1.1 400 Bad Request\r\n\r\n');
    const sending = open().send(request(`https://127.0.0.1:${server.port}`));
    expect((await refusal(sending)).slice(0, 2)).toEqual(['egress.tls', false]);
  });

  test('to a server that hangs up in the handshake is a TLS error', async () => {
    const server = await serveText('');
    const sending = open().send(request(`https://127.0.0.1:${server.port}`));
    expect((await refusal(sending)).slice(0, 2)).toEqual(['egress.tls', false]);
  });

  test('keeps credentials from a redirect to plain http on the same host', async () => {
    const plain = await serve((response) => response.end());
    const server = await serve(
      (response) => response.writeHead(307, { location: `${plain.origin}/` }).end(),
      good,
    );
    await open({ authorities: [good.cert] }).send(
      request(server.origin, { redirectsMax: 1, headers: [['authorization', 'Bearer x']] }),
    );
    expect(header(server.seen[0], 'authorization')).toBe('Bearer x');
    expect(header(plain.seen[0], 'authorization')).toBeUndefined();
  });
});
