import { describe, expect, test } from 'vitest';
import { signsUrl } from '../../src/source/checks-of.ts';
import { judge, NOW, opensslHmac, outcome, type Parts, PRESETS, preset } from './presets.ts';

// What each sender's documentation says it signs, written down here once more and signed by OpenSSL.
const URL_SENT = 'https://hooks.example.com/webhooks/abc?shop=7';
const S = String(NOW / 1000);
const MS = String(NOW);
const ISO = new Date(NOW).toISOString();
const BODY = '{"id":"evt_1","event_id":"evt_1","note":"naïve – ☃"}';
const SECRET = 'It’s a secret with spaces & signs';

interface Row {
  readonly hash?: 'sha1' | 'sha512';
  readonly content?: string;
  readonly encoding?: 'base64' | 'base64url';
  /** Headers around the signature. */
  readonly headers: (signature: string) => Readonly<Record<string, string>>;
  readonly secret?: string;
  readonly key?: string | Uint8Array;
  readonly body?: string;
  readonly url?: string;
  readonly id?: string;
}

const ROWS: Readonly<Record<string, Row>> = {
  github: {
    headers: (s) => ({ 'X-Hub-Signature-256': `sha256=${s}`, 'X-GitHub-Delivery': 'd-1' }),
    id: 'd-1',
  },
  'gitlab-signed': {
    content: `msg_1.${S}.${BODY}`,
    encoding: 'base64',
    secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    key: Buffer.alloc(32, 7),
    headers: (s) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': S,
      'webhook-signature': `v1,${s}`,
    }),
    id: 'msg_1',
  },
  bitbucket: {
    headers: (s) => ({ 'X-Hub-Signature': `sha256=${s}`, 'X-Request-UUID': 'u-1' }),
    id: 'u-1',
  },
  jira: {
    headers: (s) => ({ 'X-Hub-Signature': `sha256=${s}`, 'X-Atlassian-Webhook-Identifier': 'j' }),
    id: 'j',
  },
  shopify: {
    encoding: 'base64',
    headers: (s) => ({ 'X-Shopify-Hmac-Sha256': s, 'X-Shopify-Webhook-Id': 'w' }),
    id: 'w',
  },
  woocommerce: {
    encoding: 'base64',
    secret: 'a&amp;b&#039;c&lt;',
    key: "a&b'c<",
    headers: (s) => ({ 'X-WC-Webhook-Signature': s }),
  },
  mailgun: {
    content: `${S}tok`,
    body: '', // Made below: the signature stands in the body.
    headers: () => ({}),
    id: 'tok',
  },
  paddle: {
    content: `${S}:${BODY}`,
    headers: (s) => ({ 'Paddle-Signature': `ts=${S};h1=${'0'.repeat(64)};h1=${s}` }),
    id: 'evt_1',
  },
  linear: {
    body: `{"webhookTimestamp":${MS},"action":"create"}`,
    headers: (s) => ({ 'Linear-Signature': s, 'Linear-Delivery': 'l-1' }),
    id: 'l-1',
  },
  hubspot: {
    content: `POSThttps://hooks.example.com/webhooks/abc?q=a:b%20c${BODY}${MS}`,
    url: 'https://hooks.example.com/webhooks/abc?q=a%3Ab%20c',
    encoding: 'base64',
    headers: (s) => ({ 'X-HubSpot-Signature-v3': s, 'X-HubSpot-Request-Timestamp': MS }),
  },
  intercom: { hash: 'sha1', headers: (s) => ({ 'X-Hub-Signature': `sha1=${s}` }), id: 'evt_1' },
  typeform: {
    encoding: 'base64',
    headers: (s) => ({ 'Typeform-Signature': `sha256=${s}` }),
    id: 'evt_1',
  },
  calendly: {
    content: `${S}.${BODY}`,
    headers: (s) => ({ 'Calendly-Webhook-Signature': `t=${S},v1=${s}` }),
  },
  docusign: {
    encoding: 'base64',
    headers: (s) => ({ 'X-DocuSign-Signature-1': 'bm90IHRoaXM=', 'X-DocuSign-Signature-2': s }),
  },
  pagerduty: {
    headers: (s) => ({ 'X-PagerDuty-Signature': `v1=${'0'.repeat(64)},v1=${s}` }),
  },
  sentry: { headers: (s) => ({ 'Sentry-Hook-Signature': s, 'Request-ID': 'r-1' }), id: 'r-1' },
  vercel: { hash: 'sha1', headers: (s) => ({ 'x-vercel-signature': s }), id: 'evt_1' },
  zoom: {
    content: `v0:${S}:${BODY}`,
    headers: (s) => ({ 'x-zm-signature': `v0=${s}`, 'x-zm-request-timestamp': S }),
  },
  meta: { headers: (s) => ({ 'X-Hub-Signature-256': `sha256=${s}` }) },
  dropbox: { headers: (s) => ({ 'X-Dropbox-Signature': s }) },
  twitch: {
    content: `m-1${ISO.replace('Z', '123456Z')}${BODY}`,
    headers: (s) => ({
      'Twitch-Eventsub-Message-Id': 'm-1',
      'Twitch-Eventsub-Message-Timestamp': ISO.replace('Z', '123456Z'),
      'Twitch-Eventsub-Message-Signature': `sha256=${s}`,
    }),
    id: 'm-1',
  },
  'lemon-squeezy': { headers: (s) => ({ 'X-Signature': s }) },
  razorpay: {
    headers: (s) => ({ 'X-Razorpay-Signature': s, 'x-razorpay-event-id': 'z' }),
    id: 'z',
  },
  workos: {
    content: `${MS}.${BODY}`,
    headers: (s) => ({ 'WorkOS-Signature': `t=${MS}, v1=${s}` }),
    id: 'evt_1',
  },
  sanity: {
    content: `${MS}.${BODY}`,
    encoding: 'base64url',
    headers: (s) => ({ 'sanity-webhook-signature': `t=${MS},v1=${s}` }),
  },
  grafana: { headers: (s) => ({ 'X-Grafana-Alerting-Signature': s }) },
  doppler: { headers: (s) => ({ 'X-Doppler-Signature': `sha256=${s}` }) },
  'customer-io': {
    content: `v0:${S}:${BODY}`,
    headers: (s) => ({ 'X-CIO-Signature': s, 'X-CIO-Timestamp': S }),
    id: 'evt_1',
  },
  'cal-com': { headers: (s) => ({ 'X-Cal-Signature-256': s }) },
  box: {
    content: `${BODY}${ISO}`,
    encoding: 'base64',
    headers: (s) => ({
      'BOX-DELIVERY-TIMESTAMP': ISO,
      'BOX-SIGNATURE-PRIMARY': 'bm90IHRoaXM=',
      'BOX-SIGNATURE-SECONDARY': s,
    }),
    id: 'evt_1',
  },
  xero: { encoding: 'base64', headers: (s) => ({ 'x-xero-signature': s }) },
  onfleet: {
    hash: 'sha512',
    secret: '00ff10'.repeat(10),
    key: Buffer.from('00ff10'.repeat(10), 'hex'),
    headers: (s) => ({ 'X-Onfleet-Signature': s }),
  },
  formstack: { headers: (s) => ({ 'X-FS-Signature': `sha256=${s}` }) },
  tiktok: {
    content: `${S}.${BODY}`,
    headers: (s) => ({ 'Tiktok-Signature': `t=${S},s=${s}` }),
  },
};

/** Tested against the sender's own code or its published examples, in `official.test.ts` and `sns.test.ts`. */
const OFFICIAL = [
  ...[
    'standard-webhooks',
    'svix',
    'stripe',
    'slack',
    'twilio',
    'sendgrid',
    'discord',
    'discord-events',
    'square',
  ],
  ...['aws-sns'],
];
/** No signature: a shared value, or nothing. */
const UNSIGNED = ['gitlab', 'microsoft-graph', 'pirsch', 'rudderstack'];

test('every preset is tested against code that is not ours', () => {
  expect([...Object.keys(ROWS), ...OFFICIAL, ...UNSIGNED].sort()).toEqual(
    [...PRESETS.keys()].sort(),
  );
});

function signed(name: string): { readonly parts: Parts; readonly keys: { secret: string[] } } {
  const row = ROWS[name] as Row;
  const secret = row.secret ?? SECRET;
  const body = row.body ?? BODY;
  const mac = opensslHmac(row.hash ?? 'sha256', row.key ?? secret, row.content ?? body);
  const signature = mac.toString(row.encoding ?? 'hex');
  const mailgun = `{"signature":{"timestamp":"${S}","token":"tok","signature":"${signature}"}}`;
  return {
    parts: {
      url: row.url ?? URL_SENT,
      headers: { 'Content-Type': 'application/json', ...row.headers(signature) },
      body: name === 'mailgun' ? mailgun : body,
    },
    keys: { secret: [secret] },
  };
}

describe.each(Object.keys(ROWS))('%s', (name) => {
  const { parts, keys } = signed(name);

  test('takes what OpenSSL signed as the sender does', () => {
    const verdict = judge(preset(name), parts, keys);
    expect(verdict).toMatchObject({ is: 'accepted', usesPrevious: false });
    const { id } = ROWS[name] as Row;
    if (id !== undefined) expect(verdict).toMatchObject({ id });
  });

  test('takes it by the previous secret while a rotation lasts, and says so', () => {
    const rotating = { secret: ['00ff'.repeat(16), ...keys.secret] };
    expect(judge(preset(name), parts, rotating)).toMatchObject({
      is: 'accepted',
      usesPrevious: true,
    });
  });

  test('refuses it with another secret, with none, and unsigned', () => {
    const source = preset(name);
    expect(outcome(judge(source, parts, { secret: ['00ff'.repeat(16)] }))).toBe('proof.mismatch');
    expect(outcome(judge(source, parts, {}))).toBe('key.missing');
    expect(outcome(judge(source, { ...parts, headers: {}, body: '{}' }, keys))).toMatch(/missing$/);
  });
});

test('senders that sign the URL are known, because they need the public one', () => {
  expect([...PRESETS.values()].filter(signsUrl).map(({ name }) => name)).toEqual([
    'hubspot',
    'square',
    'twilio',
  ]);
});
