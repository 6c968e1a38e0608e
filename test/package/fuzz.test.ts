import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillPackage } from '../../src/package/fill/fill.ts';
import { readPackage } from '../../src/package/read/package.ts';
import { sealPackage } from '../../src/package/seal/sign.ts';
import { documentJson, documentYaml } from '../../src/package/write/document.ts';
import { generatedPackage, oddText } from './generated.ts';

const GUIDE = readFileSync(
  new URL('cerb/samples/webhooks-configure.json', import.meta.url),
  'utf8',
);

/** A text with some pieces of it taken out, doubled, or put elsewhere, and odd ones put in. */
function spoiled(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const cut = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 30 }), oddText);
  return fc.tuple(text, fc.array(cut, { minLength: 1, maxLength: 4 })).map(([whole, cuts]) =>
    cuts.reduce((made, [place, length, odd]) => {
      const at = Math.floor(place * made.length);
      return made.slice(0, at) + odd + made.slice(at + length);
    }, whole),
  );
}

test('whatever the document is, it is a package that can be filled in, or errors with places', () => {
  const documents = fc.oneof(
    generatedPackage.map((pkg) => documentJson(pkg, sealPackage(pkg))),
    generatedPackage.map((pkg) => documentYaml(pkg, { digest: '' }).replace(/^digest: .*\n/m, '')),
    fc.constant(GUIDE),
  );
  fc.assert(
    fc.property(spoiled(documents), (text) => {
      const { package: pkg, diagnostics } = readPackage(Buffer.from(text), 'p');
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      expect(pkg === undefined).toBe(errors.length > 0);
      for (const { line, column, length } of diagnostics) {
        expect([line, column, length].every((count) => Number.isInteger(count) && count > 0)).toBe(
          true,
        );
      }
      if (pkg === undefined) return;
      const filling = fillPackage(pkg, {
        answers: {},
        now: 0,
        random: (bytes) => new Uint8Array(bytes),
        baseUrl: '',
        engineVersion: '1.0.0',
      });
      if (!filling.ok) {
        expect(
          filling.problems.length + filling.diagnostics.length > 0 || filling.unfit,
        ).toBeTruthy();
      }
    }),
    { numRuns: 300 },
  );
});
