import { readFileSync } from 'node:fs';
import { installedFile } from '../../core/installation.ts';
import { LANGUAGE_GLOBALS } from '../../core/library.ts';
import { connect, emptyExchange, makeHostObject } from './host-functions.ts';
import { findLayout } from './layout.ts';
import { type Picture, takePicture } from './picture.ts';
import { compileQuickJs, type Pointer, QuickJs } from './quickjs.ts';
import type { WasmModule } from './webassembly.ts';

/** The guest's own functions (`library/main.ts`), as addresses. */
interface GuestFunctions {
  readonly define: Pointer;
  readonly load: Pointer;
  readonly run: Pointer;
  readonly report: Pointer;
  readonly settle: Pointer;
}

/** All that a sandbox thread starts from; the first thread makes it, the others get it. */
export interface Base extends GuestFunctions {
  readonly code: WasmModule;
  readonly picture: Picture;
}

/** Modules that the guest may load while it boots: those of the folders below, and one that the host has too. */
const GUEST_MODULE = /^\/(?:(?:cerb|library|inside)\/[a-z0-9-]+|core\/value-path)\.js$/;
const MAIN = '/library/main.js';
const CERB = '/cerb/main.js';
/** Imports nothing: from a booted guest no name leads to a module. */
const TRACE = '/tracing/trace.js';
/** A boot that takes more has lost its way; usually it is under 4 MB. */
const BOOT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Compiles QuickJS, loads the guest's library into an instance, and takes a picture of it. About 130 ms.
 *
 * @throws Error where a module of the guest cannot be loaded
 */
export async function makeBase(): Promise<Base> {
  const code = compileQuickJs();
  const layout = findLayout(await QuickJs.start(code, BOOT_BYTES_MAX));
  const quickjs = await QuickJs.start(code, BOOT_BYTES_MAX);
  quickjs.begin();
  connect(quickjs, emptyExchange());
  const functions = bootGuest(quickjs);
  warm(quickjs, functions);
  return { code, ...functions, picture: takePicture(quickjs, layout) };
}

/**
 * Loads the library into a fresh context and shuts it off from the rest.
 *
 * @throws Error where a module of the guest cannot be loaded
 */
export function bootGuest(quickjs: QuickJs): GuestFunctions {
  const main = loadModule(quickjs, MAIN);
  const keep = quickjs.newString(JSON.stringify(LANGUAGE_GLOBALS));
  must(quickjs, quickjs.call(quickjs.property(main, 'boot'), [makeHostObject(quickjs), keep]));
  const address = (name: string): Pointer => must(quickjs, quickjs.property(main, name));
  return {
    define: address('define'),
    load: address('load'),
    run: address('run'),
    report: address('report'),
    settle: address('settle'),
  };
}

/**
 * Loads modules of the library into a guest that has booted; each takes about a millisecond.
 *
 * @param names of `LIBRARY_MODULES`
 * @throws Error where one cannot be loaded
 */
export function loadLibrary(
  quickjs: QuickJs,
  { define }: Pick<GuestFunctions, 'define'>,
  names: readonly string[],
): void {
  for (const name of names) {
    const module = loadModule(quickjs, `/library/${name}.js`);
    const provision = must(quickjs, quickjs.property(module, 'provision'));
    must(quickjs, quickjs.call(define, [provision]));
  }
}

/** The library of translated automations, as a value in the guest's memory. Throws where it cannot be loaded. */
export function loadCerb(quickjs: QuickJs): Pointer {
  return must(quickjs, quickjs.property(loadModule(quickjs, CERB), 'cerb'));
}

function loadModule(quickjs: QuickJs, main: string): Pointer {
  quickjs.callbacks.resolve = (importer, specifier) => {
    const name = new URL(specifier, `file://${importer}`).pathname;
    return GUEST_MODULE.test(name) ? name : undefined;
  };
  quickjs.callbacks.load = source;
  const loaded = must(quickjs, quickjs.evaluate(source(main), main, 'module'));
  // From here on no name leads to a module, not even to those that are loaded.
  quickjs.callbacks.resolve = () => undefined;
  return loaded;
}

/** Loads what only traced programs have, into a guest that has booted. */
export function loadTrace(quickjs: QuickJs): Pointer {
  const module = must(quickjs, quickjs.evaluate(source(TRACE), TRACE, 'module'));
  return must(quickjs, quickjs.property(module, 'trace'));
}

const sources = new Map<string, string>();

/** A thread reads each module once, however many programs it loads them into. */
function source(name: string): string {
  const path = name.startsWith('/core/') ? `dist${name}` : `dist/sandbox/guest${name}`;
  const known = sources.get(name) ?? readFileSync(installedFile(import.meta.url, path), 'utf8');
  sources.set(name, known);
  return known;
}

/**
 * Runs what runs usually do, so that what QuickJS makes on first use (functions of the prototypes, shapes,
 * names) is in the picture, and no run makes it again: 3 % of a run. Effects are left out: the picture would
 * grow by 12 kB, which costs runs without effects 2 %, and those with some would gain less.
 */
function warm(quickjs: QuickJs, { load, run }: GuestFunctions): void {
  const facts = { outputBytes: 1e6, logBytes: 1e6, lines: [1] };
  for (const source of WARM_PROGRAMS) {
    const program = must(quickjs, quickjs.evaluate(source, 'warm', 'script'));
    for (let i = 0; i < 3; i++) {
      must(quickjs, quickjs.call(load, [program, quickjs.newString(JSON.stringify(facts))]));
      const texts = [
        WARM_REQUEST,
        WARM_JSON,
        '{}',
        '{"id":"","name":""}',
        '{"id":""}',
        '{}',
        '[1,2,3]',
      ];
      must(
        quickjs,
        quickjs.call(
          run,
          texts.map((text) => quickjs.newString(text)),
        ),
      );
      while (quickjs.runJobs(-1) !== 0);
    }
  }
}

const WARM_REQUEST =
  '{"method":"POST","path":"/a","url":"u","client":{"ip":"::1"},"headers":{"a":"b"},"query":{"a":"1"},"params":{}}';
const WARM_JSON = '{"id":1,"name":"a","list":[1,2.5,"x",null,true],"deep":{"a":{"b":[]}}}';
const WARM_BODY = `{
  $.step = 0;
  const json = request.json;
  $.log('info', 'x ' + $.text(json.id) + $.text(json));
  for (const [item, index] of $.entries(json.list)) $.assign({}, ['a', index], item);
  const text = json.list.map(String).filter(Boolean).join(',').toUpperCase().trim().replace(/X/g, 'y');
  const out = { text, parts: text.split(','), at: new Date(), now: Date.now(), n: parseInt('7') };
  try { null.x } catch (error) { out.error = $.caught(error).message }
  Object.entries(out).map(([name, value]) => \`\${name}=\${value}\`).slice(0, 2).includes('a');
  json.list.reduce((sum, item) => sum + item, ''); json.list.find((x) => x === 2.5);
  new Map([[1, 2]]).get(1); new Set([1]).has(1); Math.round(1.5).toFixed(2);
  $.respond({ status: 200, headers: { 'x-a': request.header('a') }, json: { ...out, json } });
}`;
const WARM_PROGRAMS: readonly string[] = [
  `(($, request, webhook, event, inputs) => ${WARM_BODY})`,
  `(async ($, request, webhook, event, inputs) => { await null; ${WARM_BODY} })`,
];

function must(quickjs: QuickJs, result: Pointer): Pointer {
  const error = quickjs.exception(result);
  if (error === 0) return result;
  const stack = quickjs.string(quickjs.property(error, 'stack'));
  throw new Error(`Expected the guest to boot, got ${quickjs.string(error)} ${stack}`);
}
