import { afterAll } from 'vitest';
import { draftOf } from '../../src/cli/request-fields.ts';
import { requestParts } from '../../src/cli/request-file.ts';
import { formatDiagnostic } from '../../src/core/diagnostic.ts';
import { compile } from '../../src/language/compile.ts';
import { SourceText } from '../../src/language/source.ts';
import { openSandbox } from '../../src/sandbox/pool.ts';
import { type ReadRequest, readTests } from '../../src/testing/read.ts';
import { runSuite } from '../../src/testing/run-suite.ts';

const readRequest: ReadRequest = (fields) => {
  const { draft, mistakes } = draftOf(fields);
  return { request: requestParts(draft), mistakes };
};

const sandbox = await openSandbox({ threads: 1 });
afterAll(() => sandbox.close());

export function read(text: string): ReturnType<typeof readTests> {
  return readTests({ file: 'a.test.yaml', text }, readRequest);
}

/** The mistakes of a test file, as they are told. */
export function mistakesOf(text: string): string[] {
  return read(text).diagnostics.map((found) => formatDiagnostic(found, text));
}

/** Runs tests; for each case its differences as lines, none where it passes. */
export async function outcomes(automation: string, tests: string): Promise<string[][]> {
  const { automation: compiled, diagnostics } = compile(automation, 'a.yaml');
  if (compiled === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const { suite } = read(tests);
  if (suite === undefined) throw new Error(mistakesOf(tests).join('\n'));
  const source = new SourceText(tests, 'a.test.yaml');
  const results = await runSuite(suite, compiled, sandbox);
  return results.map(({ differences }) =>
    differences.map(({ what, expected, got, place, next }) => {
      const { line, column } = source.position(place.start);
      const text = `${line}:${column} ${what}: expected ${expected}, got ${got}`;
      return next === undefined ? text : `${text}\n${next}`;
    }),
  );
}
