import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

/**
 * The architecture, as data. A folder may import itself and what its row names; everything else is
 * forbidden. `packages` are the only npm packages the folder may name. The longest matching row wins.
 */
interface Layer {
  readonly from: readonly string[];
  readonly packages: readonly string[];
}

const LAYERS: Readonly<Record<string, Layer>> = {
  core: { from: [], packages: [] },
  language: { from: ['core'], packages: ['yaml', 'acorn', 'zod', 'croner'] },
  sandbox: { from: ['core'], packages: [] },
  'sandbox/guest': { from: ['core', 'sandbox/protocol'], packages: ['quickjs-emscripten'] },
  source: { from: ['core'], packages: [] },
  hook: { from: ['core', 'language'], packages: [] },
  engine: { from: ['core', 'hook', 'language', 'source'], packages: [] },
  'store/sqlite': { from: ['core', 'engine/ports'], packages: ['better-sqlite3', 'drizzle-orm'] },
  http: {
    from: ['core', 'engine', 'language', 'package', 'source'],
    packages: ['hono', '@hono/node-server', 'diff', 'ipaddr.js', 'semver', 'zod'],
  },
  testing: { from: ['core', 'language', 'engine'], packages: [] },
  outbound: { from: ['core', 'engine/ports'], packages: ['undici', 'ipaddr.js'] },
  mail: { from: ['core'], packages: ['nodemailer'] },
  package: {
    from: ['core', 'language', 'source', 'engine/ports'],
    packages: ['yaml', 'semver'],
  },
  log: { from: ['core'], packages: ['pino', 'sonic-boom'] },
  config: { from: ['core'], packages: ['zod'] },
  app: { from: ['*'], packages: ['hono'] },
  cli: {
    from: ['app', 'config', 'core', 'engine', 'http', 'language', 'package', 'sandbox', 'testing'],
    packages: ['commander', 'yaml'],
  },
};
const FILE_LINES_MAX = 400;
const MEDIAN_LINES_MAX = 120;

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));
const text = new Map(files.map((file) => [file, readFileSync(posix.join('src', file), 'utf8')]));

function within(file: string, prefix: string): boolean {
  const path = file.replace(/(\.d)?\.ts$/, '');
  return path === prefix || path.startsWith(`${prefix}/`);
}

function layerOf(file: string): string | undefined {
  return Object.keys(LAYERS)
    .filter((name) => within(file, name))
    .sort((a, b) => b.length - a.length)[0];
}

function specifiers(file: string): string[] {
  const found = (text.get(file) ?? '').matchAll(
    /^(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"\n]+)['"]|(?<![\w.'"])import\s*\(?\s*['"]([^'"\n]+)['"]/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? '');
}

function violation(file: string, specifier: string): string | undefined {
  const name = layerOf(file);
  if (name === undefined) return `${file}: in no layer; add a row to LAYERS`;
  const layer = LAYERS[name] as Layer;
  if (specifier.startsWith('node:')) return undefined;
  if (!specifier.startsWith('.')) {
    const npm = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    const allowed = layer.packages.includes('*') || layer.packages.includes(npm);
    return allowed ? undefined : `${file}: ${name}/ may not use the package ${npm}`;
  }
  const target = posix.normalize(posix.join(posix.dirname(file), specifier));
  const allowed =
    layer.from.includes('*') ||
    layerOf(target) === name ||
    layer.from.some((row) => within(target, row));
  return allowed ? undefined : `${file}: ${name}/ may not import ${target}`;
}

function lineCount(file: string): number {
  return (text.get(file) ?? '').split('\n').length;
}

test('this test sees the whole tree', () => {
  expect(files.length).toBeGreaterThan(10); // A broken glob must not pass as a clean tree.
});

test('imports follow the layer table', () => {
  const violations = files.flatMap((file) => specifiers(file).map((s) => violation(file, s)));
  expect(violations.filter(Boolean)).toEqual([]);
});

test(`no file is longer than ${FILE_LINES_MAX} lines, and the median is under ${MEDIAN_LINES_MAX}`, () => {
  expect(files.filter((file) => lineCount(file) > FILE_LINES_MAX)).toEqual([]);
  const sorted = files.map(lineCount).sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(MEDIAN_LINES_MAX);
});
