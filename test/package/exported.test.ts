import { expect, test } from 'vitest';
import { fillPackage } from '../../src/package/fill/fill.ts';
import { readPackage } from '../../src/package/read/package.ts';
import { packageDigest } from '../../src/package/seal/digest.ts';
import { documentJson } from '../../src/package/write/document.ts';
import { packageOfRecords } from '../../src/package/write/exported.ts';

const MANIFEST = {
  name: 'made',
  version: '1.0.0',
  description: '',
  prompts: [],
  placeholders: [],
  exclude: [],
};

test('what is exported with braces of its own is imported as it was, comments too', () => {
  const text = `automation: braces # of {{{comments}}}
steps:
  # {{{shop}}}
  - return: { text: "{{{shop}}} \${{ request.method }} {{{uid.other}}}" }
`;
  const made = packageOfRecords(MANIFEST, [{ kind: 'automation', uid: 'a', content: text }]);
  expect(made.records[0]?.text).toContain('# {{{shop}}}');
  const { package: read } = readPackage(
    Buffer.from(documentJson(made, { digest: packageDigest(made) })),
    'made.json',
  );
  const filling = fillPackage(read as never, {
    answers: {},
    now: 0,
    random: (bytes) => new Uint8Array(bytes),
    baseUrl: 'https://hooks.example.com',
    engineVersion: '0.1.0',
  });
  expect(filling.ok && filling.package.records[0]?.text).toBe(text);
});
