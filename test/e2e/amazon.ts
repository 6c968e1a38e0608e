import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { selfSigned } from '../outbound/certificate.ts';
import { newFolder } from './program.ts';

export const AMAZON = 'sns.eu-central-1.amazonaws.com';
export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:mine';

interface SignedMessage {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Amazon's end: it signs messages, and serves its certificate and the URLs that confirm. */
export class Amazon {
  readonly certificatePath = '/SimpleNotificationService-1.pem';
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #dir = newFolder();
  readonly #key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  readonly #server: https.Server;

  private constructor() {
    const identity = selfSigned({ names: [AMAZON] });
    writeFileSync(join(this.#dir, 'authority.pem'), identity.cert);
    const pem = this.#certificate();
    this.#server = https.createServer(identity, ({ url = '' }, response) => {
      this.asked.push(url);
      response.end(url === this.certificatePath ? pem : '<ConfirmSubscriptionResponse/>');
    });
  }

  static async open(): Promise<Amazon> {
    const amazon = new Amazon();
    amazon.#server.listen(0, '127.0.0.1');
    await once(amazon.#server, 'listening');
    return amazon;
  }

  /** With which the program finds it. */
  get env(): Readonly<Record<string, string>> {
    return {
      NODE_OPTIONS: `--import ${new URL('reroute.mjs', import.meta.url).href}`,
      NODE_EXTRA_CA_CERTS: join(this.#dir, 'authority.pem'),
      TEST_HOST: AMAZON,
      TEST_PORT: String((this.#server.address() as AddressInfo).port),
      HOOKWRIGHT_EGRESS_ALLOW: '127.0.0.1/32',
    };
  }

  subscription(url: string): SignedMessage {
    const more = { SubscribeURL: url, Token: '2336412f37' };
    return this.message({ Type: 'SubscriptionConfirmation', ...more });
  }

  message(more: Readonly<Record<string, string>>): SignedMessage {
    const fields: Readonly<Record<string, string>> = {
      Message: 'Hello',
      MessageId: 'm-1',
      Timestamp: new Date().toISOString(),
      TopicArn: TOPIC,
      ...more,
    };
    const names = Object.keys(fields).sort();
    const content = names.map((name) => `${name}\n${fields[name]}\n`).join('');
    const body = JSON.stringify({
      ...fields,
      SignatureVersion: '2',
      Signature: sign('sha256', Buffer.from(content), this.#key).toString('base64'),
      SigningCertURL: `https://${AMAZON}${this.certificatePath}`,
    });
    return { headers: { 'content-type': 'text/plain; charset=UTF-8' }, body };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#dir, { recursive: true });
  }

  #certificate(): string {
    const key = join(this.#dir, 'signing.pem');
    writeFileSync(key, this.#key.export({ type: 'pkcs8', format: 'pem' }));
    const args = ['req', '-x509', '-key', key, '-subj', '/CN=sns.amazonaws.com', '-days', '2'];
    return execFileSync('openssl', args, { encoding: 'utf8' });
  }
}
