import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Flags, readConfig } from '../../src/config/read-config.ts';
import { HookwrightError } from '../../src/core/errors.ts';

const machine = { cores: 4 };

function mistakesOf(env: Record<string, string>, flags: Flags = {}): string {
  try {
    readConfig(env, flags, { machine });
  } catch (error) {
    expect(error).toBeInstanceOf(HookwrightError);
    expect((error as HookwrightError).code).toBe('config.invalid');
    return (error as HookwrightError).message;
  }
  throw new Error('Expected the settings to be refused');
}

test('without variables and flags, every setting has its default', () => {
  expect(readConfig({}, {}, { machine })).toEqual({
    profilesDir: './profiles',
    deliveriesMax: 384,
    smtpUrl: undefined,
    mailFrom: 'hookwright@localhost',
    host: '127.0.0.1',
    port: 8420,
    dataDir: './data',
    automationsDir: './automations',
    trustedProxies: [],
    publicUrl: undefined,
    bodyBytesMax: 5 * 1024 * 1024,
    answerDeadlineMs: 10_000,
    requestsMax: 1000,
    clientRate: undefined,
    sandboxThreads: 3,
    runsMax: 256,
    runsPendingMax: 100_000,
    scheduleLateMs: 604_800_000,
    egressAllow: [],
    egressDeny: [],
    shutdownMs: 9000,
    duplicateMs: 3 * 24 * 3600 * 1000,
    retentionMs: 30 * 24 * 3600 * 1000,
    retentionBytes: 5 * 1024 ** 3,
    logLevel: 'info',
    logFormat: 'auto',
  });
});

test('variables are read with their units', () => {
  const config = readConfig({
    HOOKWRIGHT_PORT: '0',
    HOOKWRIGHT_BODY_MAX: '64 kB',
    HOOKWRIGHT_RETENTION: '1.5d',
    HOOKWRIGHT_TRUSTED_PROXIES: '10.0.0.0/8, ::1 192.0.2.7',
    HOOKWRIGHT_PUBLIC_URL: 'https://Hooks.example.com/in/',
    HOOKWRIGHT_CLIENT_RATE: '100/min',
  });
  expect(config).toMatchObject({
    port: 0,
    bodyBytesMax: 65_536,
    retentionMs: 129_600_000,
    trustedProxies: ['10.0.0.0/8', '::1/128', '192.0.2.7/32'],
    publicUrl: 'https://hooks.example.com/in',
    clientRate: { requests: 100, perMs: 60_000, burst: 100 },
  });
});

test('a flag wins over a variable, and an empty variable counts as unset', () => {
  const env = { HOOKWRIGHT_PORT: '1', HOOKWRIGHT_HOST: '  ' };
  expect(readConfig(env, { port: '2' })).toMatchObject({ port: 2, host: '127.0.0.1' });
});

test('the settings cannot be changed afterwards', () => {
  const config = readConfig({ HOOKWRIGHT_TRUSTED_PROXIES: '10.0.0.0/8' });
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.trustedProxies)).toBe(true);
});

test('there are at least two sandbox threads, and eight unless more are asked for', () => {
  const threads = (cores: number): number =>
    readConfig({}, {}, { machine: { cores } }).sandboxThreads;
  expect([1, 2, 3, 4, 9, 64].map(threads)).toEqual([2, 2, 2, 3, 8, 8]);
  expect(readConfig({ HOOKWRIGHT_SANDBOX_THREADS: '1' }).sandboxThreads).toBe(1);
});

test('all mistakes are told at once, by the name under which each was given', () => {
  const env = { HOOKWRIGHT_PORT: 'x', HOOKWRIGHT_TRUSTED_PROXIES: '10.0.0.0/33' };
  expect(mistakesOf(env, { logLevel: 'loud', host: '' })).toBe(
    [
      'Expected --host to be an IP address or a host name without scheme and port, such as 127.0.0.1 or ::, got "".',
      'Expected HOOKWRIGHT_PORT to be a whole number from 0 to 65535, got "x".',
      'Expected HOOKWRIGHT_TRUSTED_PROXIES to be IP ranges separated by commas, such as 10.0.0.0/8,fd00::/8, got "10.0.0.0/33".',
      'Expected --log-level to be one of debug, info, warn, error, silent, got "loud".',
    ].join('\n'),
  );
});

test.each([
  ['HOOKWRIGHT_PORT', '65536'],
  ['HOOKWRIGHT_PORT', '-1'],
  ['HOOKWRIGHT_PORT', '80.5'],
  ['HOOKWRIGHT_PORT', '1e3'],
  ['HOOKWRIGHT_BODY_MAX', '5'],
  ['HOOKWRIGHT_BODY_MAX', '100GB'],
  ['HOOKWRIGHT_ANSWER_DEADLINE', '10'],
  ['HOOKWRIGHT_ANSWER_DEADLINE', '1ms'],
  ['HOOKWRIGHT_HOST', 'http://localhost'],
  ['HOOKWRIGHT_HOST', 'localhost:8420'],
  ['HOOKWRIGHT_TRUSTED_PROXIES', 'fd00::/129'],
  ['HOOKWRIGHT_TRUSTED_PROXIES', 'proxy.example.com'],
  ['HOOKWRIGHT_PUBLIC_URL', 'hooks.example.com'],
  ['HOOKWRIGHT_PUBLIC_URL', 'ftp://hooks.example.com'],
  ['HOOKWRIGHT_PUBLIC_URL', 'https://hooks.example.com/?a=b'],
  ['HOOKWRIGHT_PUBLIC_URL', 'https://user:word@hooks.example.com'],
])('%s refuses %s', (name, value) => {
  expect(mistakesOf({ [name]: value })).toMatch(new RegExp(`^Expected ${name} to be .*, got "`));
});

test('an unknown HOOKWRIGHT_ variable is named with a suggestion, and does no harm', () => {
  const warnings: string[] = [];
  const env = { HOOKWRIGHT_PROT: '1', HOOKWRIGHT_ZZZZZZZZZZ: '1', HOOK: '1' };
  readConfig(env, {}, { warn: (message) => warnings.push(message) });
  expect(warnings).toEqual([
    'The variable HOOKWRIGHT_PROT is no setting and was ignored. Did you mean "HOOKWRIGHT_PORT"?',
    'The variable HOOKWRIGHT_ZZZZZZZZZZ is no setting and was ignored.',
  ]);
});

test('any text for any setting is either read or refused as config.invalid', () => {
  const names = ['port', 'host', 'trustedProxies', 'publicUrl', 'bodyBytesMax'] as const;
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.string(), (name, text) => {
      try {
        expect(readConfig({}, { [name]: text })[name]).toBeDefined();
      } catch (error) {
        expect(error).toMatchObject({ code: 'config.invalid' });
      }
    }),
  );
});

test('the key of the secrets comes from its variable alone, and no mistake quotes it', () => {
  const key = Buffer.alloc(32, 9);
  for (const text of [
    key.toString('hex'),
    key.toString('base64'),
    ` ${key.toString('base64')}\n`,
  ]) {
    expect(readConfig({ HOOKWRIGHT_SECRET_KEY: text }).secretKey).toEqual(key);
  }
  expect(readConfig({}, { secretKey: key.toString('hex') }).secretKey).toBeUndefined();
  expect(mistakesOf({ HOOKWRIGHT_SECRET_KEY: 'a-password' }, {})).toBe(
    'Expected HOOKWRIGHT_SECRET_KEY to be 32 bytes as base64 or hex, got another text.',
  );
});

test('the mail server’s URL comes from its variable alone, and no mistake quotes it', () => {
  const url = 'smtp://user:pa%40ss@mail.example.com:587';
  expect(readConfig({ HOOKWRIGHT_SMTP_URL: url }).smtpUrl).toBe(url);
  expect(readConfig({}, { smtpUrl: url }).smtpUrl).toBeUndefined();
  expect(mistakesOf({ HOOKWRIGHT_SMTP_URL: 'http://user:password@host' }, {})).toBe(
    'Expected HOOKWRIGHT_SMTP_URL to be a URL such as smtp://user:password@mail.example.com:587 or smtps://…, got another text.',
  );
});
