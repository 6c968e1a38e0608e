/**
 * The part of WebAssembly that is used here. `lib.dom.d.ts` would declare it, and with it a browser's
 * whole world for every file of the project; `@types/node` 20 does not.
 */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** By pages; throws a RangeError beyond the maximum. */
  grow: (pages: number) => number;
}

/** Compiled code. Threads may share it; then they share the machine code as well. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module';
}

interface WasmInstance {
  readonly exports: object;
}

interface WasmNamespace {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule, imports: object) => WasmInstance;
  readonly Memory: new (pages: { initial: number; maximum: number }) => WasmMemory;
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WasmNamespace };
export const Wasm: WasmNamespace = WebAssembly;

/** Bytes of a page, the unit in which memories are made and grow (WebAssembly 1.0, section 4.2.8). */
export const WASM_PAGE_BYTES = 65_536;
