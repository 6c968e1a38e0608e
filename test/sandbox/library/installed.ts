import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  RELEASE_SYNC,
} from 'quickjs-emscripten';
import { LIBRARY_MODULES } from '../../../src/sandbox/guest/libraries.ts';
import type { Host } from '../../../src/sandbox/guest/library/host.ts';
import { type Provision, provide } from '../../../src/sandbox/guest/library/provide.ts';

const LIBRARY_FOLDER = new URL('../../../dist/sandbox/guest/library/', import.meta.url);

/** What the sandbox's thread gives the guest, on Node's own functions. */
const nodeHost: Host = {
  digest: (algorithm, key, data) => {
    const digest =
      key === null ? createHash(algorithm) : createHmac(algorithm, new Uint8Array(key));
    return exact(digest.update(new Uint8Array(data)).digest());
  },
  equal: (a, b) =>
    a.byteLength === b.byteLength && timingSafeEqual(new Uint8Array(a), new Uint8Array(b)),
  url: (text, base) => {
    try {
      const url = new URL(utf8(text), base === null ? undefined : utf8(base));
      const { href, origin, protocol, username, password, host } = url;
      const { hostname, port, pathname, search, hash } = url;
      const parts = { href, origin, protocol, username, password, host };
      return JSON.stringify({ ...parts, hostname, port, pathname, search, hash });
    } catch {
      return '';
    }
  },
  bytes: (text, encoding) => {
    if (text.includes('\0')) throw new Error('A C string ends at the first NUL.');
    return exact(Buffer.from(text, encoding));
  },
  text: (bytes, encoding) => Buffer.from(bytes).toString(encoding),
};

function exact(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function utf8(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString('utf8');
}

const provisions = await Promise.all(
  Object.keys(LIBRARY_MODULES).map(async (name) => {
    const module = await import(`../../../src/sandbox/guest/library/${name}.ts`);
    return module as { provision: Provision };
  }),
);

/** The library's names in a plain object, on Node. */
export function installed(random: () => number = Math.random): Record<string, any> {
  const target: Record<string, unknown> = {};
  for (const { provision } of provisions) provide(target, provision(nodeHost, random));
  return target;
}

/** A QuickJS with the built library in it, as the sandbox boots; `evaluate` gives the JSON of a value. */
export async function quickJs(): Promise<{ evaluate(expression: string): string }> {
  const module = await newQuickJSWASMModuleFromVariant(RELEASE_SYNC);
  const context = module.newContext();
  context.runtime.setModuleLoader((name) => readFileSync(new URL(name, LIBRARY_FOLDER), 'utf8'));
  provideHost(context);
  for (const name of Object.keys(LIBRARY_MODULES)) {
    const boot = `import { provide } from 'provide.js';
      import { provision } from '${name}.js';
      provide(globalThis, provision(host, Math.random));`;
    context.unwrapResult(context.evalCode(boot, `${name}-boot.js`, { type: 'module' })).dispose();
  }
  return {
    evaluate: (expression) => {
      const result = context.evalCode(`JSON.stringify(${expression})`);
      return context.unwrapResult(result).consume((value) => context.getString(value));
    },
  };
}

function provideHost(context: QuickJSContext): void {
  const buffer = (handle: QuickJSHandle | undefined): ArrayBuffer => {
    if (handle === undefined) throw new Error('Expected an ArrayBuffer.');
    return context.getArrayBuffer(handle).consume(({ value }) => value.slice().buffer);
  };
  const optional = (handle: QuickJSHandle | undefined): ArrayBuffer | null =>
    handle === undefined ||
    context.typeof(handle) !== 'object' ||
    context.sameValue(handle, context.null)
      ? null
      : buffer(handle);
  const string = (handle: QuickJSHandle | undefined): string =>
    context.getString(handle ?? context.undefined);
  const functions = {
    digest: (algorithm: QuickJSHandle, key: QuickJSHandle, data: QuickJSHandle) =>
      context.newArrayBuffer(nodeHost.digest(string(algorithm), optional(key), buffer(data))),
    equal: (a: QuickJSHandle, b: QuickJSHandle) =>
      nodeHost.equal(buffer(a), buffer(b)) ? context.true : context.false,
    url: (text: QuickJSHandle, base: QuickJSHandle) =>
      context.newString(nodeHost.url(buffer(text), optional(base))),
    bytes: (text: QuickJSHandle, encoding: QuickJSHandle) =>
      context.newArrayBuffer(nodeHost.bytes(string(text), string(encoding) as 'utf8')),
    text: (bytes: QuickJSHandle, encoding: QuickJSHandle) =>
      context.newString(nodeHost.text(buffer(bytes), string(encoding) as 'utf8')),
  };
  const host = context.newObject();
  for (const [name, call] of Object.entries(functions)) {
    context
      .newFunction(name, call as never)
      .consume((handle) => context.setProp(host, name, handle));
  }
  context.setProp(context.global, 'host', host);
  host.dispose();
}
