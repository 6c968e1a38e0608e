import { beforeEach, expect, test } from 'vitest';
import { VAULT_KEY_BYTES, Vault } from '../../src/core/vault.ts';
import { Secrets } from '../../src/engine/secrets.ts';
import { MemorySecrets } from './secret-memory.ts';

const NOW = 1_767_312_000_000;
let store: MemorySecrets;
let now: number;

beforeEach(() => {
  store = new MemorySecrets();
  now = NOW;
});

function open(keyByte = 1): Promise<Secrets> {
  const vault = new Vault(new Uint8Array(VAULT_KEY_BYTES).fill(keyByte));
  return Secrets.open({ store, vault, clock: () => now });
}

test('a value is there at once and after a start, and the store holds nothing of it', async () => {
  const secrets = await open();
  await secrets.set('KEY', { value: 'plain-value', hosts: ['API.Example.com', '*.example.net'] });
  for (const opened of [secrets, await open()]) {
    expect(opened.value('KEY')).toBe('plain-value');
    expect(opened.hosts('KEY')).toEqual(['api.example.com', '*.example.net']);
  }
  expect(Buffer.from(store.rows.get('KEY')?.sealed ?? []).toString('latin1')).not.toContain(
    'plain',
  );
});

test('a new value keeps the hosts unless it says others', async () => {
  const secrets = await open();
  await secrets.set('KEY', { value: 'first', hosts: ['a.example'] });
  await secrets.set('KEY', { value: 'second' });
  expect(secrets.hosts('KEY')).toEqual(['a.example']);
  await secrets.set('KEY', { value: 'second', hosts: [] });
  expect(secrets.hosts('KEY')).toEqual([]);
});

test('the value before counts until its time is over, also after a start', async () => {
  const secrets = await open();
  await secrets.set('KEY', { value: 'first' });
  const facts = await secrets.set('KEY', { value: 'second', keepPreviousMs: 1000 });
  expect(facts.previousUntil).toBe(NOW + 1000);
  const again = await open();
  expect(again.values('KEY')).toEqual(['second', 'first']);
  now += 1000;
  expect(again.values('KEY')).toEqual(['second']);
  expect(again.facts('KEY').previousUntil).toBeUndefined();
  await secrets.set('KEY', { value: 'third' });
  expect(secrets.values('KEY')).toEqual(['third']);
});

test('storing the same value once more does not end the time of the one before', async () => {
  const secrets = await open();
  await secrets.set('KEY', { value: 'first' });
  await secrets.set('KEY', { value: 'second', keepPreviousMs: 1000 });
  await secrets.set('KEY', { value: 'second', hosts: ['a.example'] });
  for (const opened of [secrets, await open()]) {
    expect(opened.values('KEY')).toEqual(['second', 'first']);
    expect(opened.facts('KEY').previousUntil).toBe(NOW + 1000);
  }
  await secrets.set('KEY', { value: 'second', keepPreviousMs: 5000 });
  expect(secrets.values('KEY')).toEqual(['second', 'first']);
  expect(secrets.facts('KEY').previousUntil).toBe(NOW + 5000);
  now += 5000;
  await secrets.set('KEY', { value: 'second', keepPreviousMs: 5000 });
  expect(secrets.values('KEY')).toEqual(['second']);
});

test('the time of the value before ends at once where somebody says so', async () => {
  const secrets = await open();
  await secrets.set('KEY', { value: 'leaked' });
  await secrets.set('KEY', { value: 'second', keepPreviousMs: 1000 });
  await secrets.set('KEY', { value: 'second', keepPreviousMs: 0 });
  expect(secrets.values('KEY')).toEqual(['second']);
});

test('where it may go is the host, the port where one is given, and nothing else', async () => {
  const secrets = await open();
  await secrets.set('KEY', {
    value: 'value',
    hosts: ['api.example.com', '*.example.net', '10.0.0.5:9000', '[::1]', 'x.example:443'],
  });
  const may = (url: string): boolean => secrets.mayGoTo('KEY', new URL(url));
  for (const url of [
    'https://api.example.com/x?y',
    'https://API.example.com.:8443/',
    'https://a.b.example.net/',
    'http://10.0.0.5:9000/',
    'http://[::1]:8080/',
    'https://x.example/',
  ]) {
    expect(may(url), url).toBe(true);
  }
  for (const url of [
    'https://xapi.example.com/',
    'https://api.example.com.evil.example/',
    'https://example.net/',
    'https://evilexample.net/',
    'http://10.0.0.5/',
    'http://x.example/',
    'https://evil.example/api.example.com',
  ]) {
    expect(may(url), url).toBe(false);
  }
  expect(secrets.mayGoTo('OTHER', new URL('https://api.example.com'))).toBe(false);
});

test('every mistake of a draft is told at once, and the value is in none', async () => {
  const secrets = await open();
  const hosts = ['https://a.example', 'a.*.example', '*.10.0.0.1', '0x7f.1', 'a.example:0', ''];
  const refused = await secrets.set('1-KEY', { value: 'abc', hosts }).catch((error) => error);
  expect(refused).toMatchObject({ code: 'secret.invalid' });
  expect(refused.message.split('\n')).toHaveLength(2 + hosts.length);
  const long = 'long-value-'.repeat(10_000);
  const error = await secrets.set('KEY', { value: long }).catch((thrown) => thrown);
  expect(error.message).toBe("Expected a secret's value to have at most 65536 bytes, got 110000.");
  await expect(secrets.set('KEY', { value: 'half \ud800' })).rejects.toThrow('half a character');
});

test('an unknown name is told with the nearest one', async () => {
  const secrets = await open();
  await secrets.set('WAREHOUSE_KEY', { value: 'value' });
  expect(() => secrets.facts('WAREHUOSE_KEY')).toThrow(
    expect.objectContaining({ code: 'secret.not_found', next: 'Did you mean "WAREHOUSE_KEY"?' }),
  );
  await expect(secrets.delete('NONE')).rejects.toMatchObject({ code: 'secret.not_found' });
});

test('who writes other hosts into the database does not get the value sent there', async () => {
  const secrets = await open();
  await secrets.set('KEY', { value: 'value', hosts: ['api.example.com'] });
  const row = store.rows.get('KEY');
  if (row !== undefined) store.rows.set('KEY', { ...row, hosts: ['evil.example'] });
  expect((await open()).value('KEY')).toBeUndefined();
});
