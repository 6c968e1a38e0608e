import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fillPackage } from '../../src/package/fill/fill.ts';
import { readPackage } from '../../src/package/read/package.ts';
import type { PackageReading } from '../../src/package/read/reading.ts';
import { sealPackage } from '../../src/package/seal/sign.ts';
import { documentJson } from '../../src/package/write/document.ts';

const SAMPLES = new URL('cerb/samples/', import.meta.url).pathname;

function read(file: string, text: string): PackageReading {
  return readPackage(Buffer.from(text), file, { skipUnsupported: true });
}

test.each(readdirSync(SAMPLES))('%s of Cerb is a package, with its original', (file) => {
  const text = readFileSync(join(SAMPLES, file), 'utf8');
  const reading = read(file, text);
  expect(reading.from).toBe('cerb package');
  expect(reading.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(reading.package?.original).toEqual({ file: 'original.json', text });
  const written = documentJson(reading.package as never, sealPackage(reading.package as never));
  expect(read('written.json', written).package).toEqual(reading.package);
});

test('prompts of Cerb are asked, and an answer leaves out what it excludes', () => {
  const record = (uid: string, exclude: string): object => ({
    uid,
    _context: 'automation',
    _exclude: exclude,
    name: `example.${uid.length}.{{{code}}}`,
    extension_id: 'cerb.trigger.webhook.respond',
    script: 'start:\n  return:\n    body: hi {{{who}}}\n',
  });
  const configure = {
    prompts: [
      { key: 'who', label: 'Who?', type: 'text', params: { default: 'all' } },
      {
        key: 'auth',
        label: 'How?',
        type: 'picklist',
        params: { options: ['OAuth', 'API Key'], default: 'API Key' },
      },
    ],
    placeholders: [{ key: 'code', type: 'random', params: { length: 4 } }],
  };
  const records = [
    record('Key auth!', "{{{auth != 'API Key'}}}"),
    record('key-auth-', "{{{auth == 'API Key'}}}"),
  ];
  const reading = read(
    'a.json',
    JSON.stringify({ package: { name: 'Example', revision: 3, configure }, records }),
  );
  expect(reading.diagnostics).toEqual([]);
  const filling = fillPackage(reading.package as never, {
    answers: { who: 'it\'s "me"\nhere' },
    now: 0,
    random: (bytes) => new Uint8Array(bytes),
    baseUrl: '',
    engineVersion: '1.0.0',
  });
  if (!filling.ok) throw new Error(JSON.stringify(filling));
  expect(filling.package.manifest).toMatchObject({ name: 'example', version: '3.0.0' });
  expect(filling.package.records.map(({ name }) => name)).toEqual(['example.9.AAAA']);
});

test('hooks of adnanh/webhook and a single automation of Cerb are packages too', () => {
  const hooks = read('hooks.yaml', '- id: a\n  execute-command: x\n');
  expect(hooks.package).toMatchObject({
    manifest: { name: 'hooks', version: '1.0.0' },
    records: [
      { kind: 'webhook', uid: 'a-webhook' },
      { kind: 'automation', uid: 'a' },
    ],
    original: { file: 'original.yaml.txt' },
  });
  const automation = read('My Thing.kata', 'start:\n  return:\n    body: hi\n');
  expect(automation).toMatchObject({
    from: 'cerb automation',
    package: { manifest: { name: 'my-thing' }, records: [{ uid: 'My-Thing' }] },
  });
});

test('what cannot be converted is told as it is, and gives no package', () => {
  const text = readFileSync(join(SAMPLES, 'importing-minimal.json'), 'utf8');
  const reading = readPackage(Buffer.from(text), 'a.json');
  expect(reading.package).toBeUndefined();
  expect(reading.leftOut).toEqual([{ uid: 'task_001', kind: 'task' }]);
  expect(reading.diagnostics.map(({ code }) => code)).toEqual(['cerb.record']);
  expect(readPackage(Buffer.from('hello'), 'a').diagnostics[0]?.code).toBe('convert.unknown');
});
