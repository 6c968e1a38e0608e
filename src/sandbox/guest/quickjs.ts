import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type QuickJSEmscriptenModule, RELEASE_SYNC } from 'quickjs-emscripten';
import { STACK_BYTES_MAX } from '../protocol/failure.ts';
import { WASM_PAGE_BYTES, Wasm, type WasmMemory, type WasmModule } from './webassembly.ts';

/** An address in the instance's memory. */
export type Pointer = number;

/** The C functions of quickjs-emscripten (`c/interface.c`) that are used; values are `JSValue *`. */
interface Calls {
  QTS_NewRuntime(): Pointer;
  QTS_NewContext(runtime: Pointer, intrinsics: number): Pointer;
  QTS_RuntimeSetMaxStackSize(runtime: Pointer, bytes: number): void;
  QTS_RuntimeEnableInterruptHandler(runtime: Pointer): void;
  QTS_RuntimeEnableModuleLoader(runtime: Pointer, customNormalize: number): void;
  QTS_GetUndefined(): Pointer;
  QTS_GetNull(): Pointer;
  QTS_GetTrue(): Pointer;
  QTS_GetFalse(): Pointer;
  QTS_NewString(context: Pointer, text: Pointer): Pointer;
  QTS_NewFloat64(context: Pointer, value: number): Pointer;
  QTS_NewObject(context: Pointer): Pointer;
  QTS_NewError(context: Pointer): Pointer;
  QTS_NewArrayBuffer(context: Pointer, bytes: Pointer, size: number): Pointer;
  QTS_NewFunction(
    context: Pointer,
    name: string,
    length: number,
    ctor: boolean,
    id: number,
  ): Pointer;
  QTS_Throw(context: Pointer, error: Pointer): Pointer;
  QTS_GetString(context: Pointer, value: Pointer): Pointer;
  QTS_GetFloat64(context: Pointer, value: Pointer): number;
  QTS_GetArrayBuffer(context: Pointer, value: Pointer): Pointer;
  QTS_GetArrayBufferLength(context: Pointer, value: Pointer): number;
  QTS_GetProp(context: Pointer, value: Pointer, name: Pointer): Pointer;
  QTS_SetProp(context: Pointer, target: Pointer, name: Pointer, value: Pointer): void;
  QTS_Eval(
    context: Pointer,
    code: Pointer,
    size: number,
    file: string,
    detectModule: number,
    flags: number,
  ): Pointer;
  QTS_Call(context: Pointer, fn: Pointer, self: Pointer, count: number, list: Pointer): Pointer;
  QTS_ExecutePendingJob(runtime: Pointer, countMax: number, contextOut: Pointer): Pointer;
  QTS_ResolveException(context: Pointer, value: Pointer): Pointer;
  QTS_FreeValuePointer(context: Pointer, value: Pointer): void;
}

type Loader = (options: object) => Promise<QuickJSEmscriptenModule>;

/** What QuickJS asks of its host. The functions may be replaced at any time. */
export interface Callbacks {
  /** Called about every 10,000 jumps and calls; `true` ends what runs. */
  interrupt: () => boolean;
  /** @returns a value, or 0 for `undefined` */
  call: (id: number, count: number, list: Pointer) => Pointer;
  /** The name of an imported module, or `undefined` where the import is refused. */
  resolve: (importer: string, specifier: string) => string | undefined;
  /** The text of a module that `resolve` named. */
  load: (name: string) => string;
}

/** What the build of QuickJS is linked for; fewer fail to start. */
const PAGES_INITIAL = 256;
/** Arguments of a call that fit the room which every instance keeps for them. */
const ARGUMENTS_MAX = 8;
const POINTER_BYTES = 4;
/** `sizeof(JSValue)` in the 32-bit build: arguments of host functions lie one after another. */
const VALUE_BYTES = 8;
/**
 * The name of what may not be imported. C takes a missing name for an empty one, so the refusal has to come
 * when this is loaded; as nothing ever is loaded under it, QuickJS asks each time.
 */
const REFUSED = 'refused';
const EVAL_MODULE = 1;
const EVAL_STRICT = 8;
/** Characters up to which a text gets three bytes each rather than being measured first. */
const MEASURED_LENGTH_MIN = 4096;

/** The guest's memory cannot take what the host wants to put in. */
export class GuestMemoryFull extends Error {}

/** Compiles the package's WebAssembly once; about 15 ms. */
export function compileQuickJs(): WasmModule {
  const fromPackage = createRequire(createRequire(import.meta.url).resolve('quickjs-emscripten'));
  return new Wasm.Module(
    readFileSync(fromPackage.resolve('@jitl/quickjs-wasmfile-release-sync/wasm')),
  );
}

/**
 * One WebAssembly instance of QuickJS on a memory of its own, through the package's C functions: its
 * classes free every value one by one, which a memory that is restored as a whole has no need of.
 *
 * All C functions return to the host in order, errors included, so that what WebAssembly keeps outside
 * of the memory (the stack pointer) is the same before and after each of them. Only where one throws on
 * the host (a trap, an abort, the host's own stack) is the instance beyond use.
 */
export class QuickJs {
  readonly memory: WasmMemory;
  readonly callbacks: Callbacks;
  readonly calls: Calls;
  readonly undefined: Pointer;
  runtime: Pointer = 0;
  context: Pointer = 0;
  #arguments: Pointer = 0;
  readonly #module: QuickJSEmscriptenModule;
  #bytes: Buffer;
  #words: Int32Array;

  private constructor(
    memory: WasmMemory,
    callbacks: Callbacks,
    module: QuickJSEmscriptenModule,
    calls: Calls,
  ) {
    this.memory = memory;
    this.callbacks = callbacks;
    this.calls = calls;
    this.undefined = calls.QTS_GetUndefined();
    this.#module = module;
    this.#bytes = Buffer.from(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
  }

  /** Bytes to which the memory may grow; see `limitMemory`. */
  #sizeMax = 0;

  /** @param bytesMax what the memory may ever have; `limitMemory` may ask for less */
  static async start(code: WasmModule, bytesMax: number): Promise<QuickJs> {
    const maximum = Math.max(PAGES_INITIAL, Math.ceil(bytesMax / WASM_PAGE_BYTES));
    const memory = new Wasm.Memory({ initial: PAGES_INITIAL, maximum });
    const callbacks: Callbacks = {
      interrupt: () => false,
      call: () => 0,
      resolve: () => undefined,
      load: () => '',
    };
    const load = await RELEASE_SYNC.importModuleLoader();
    const options = {
      wasmMemory: memory,
      instantiateWasm: (imports: object, done: (instance: object) => void) => {
        const instance = new Wasm.Instance(code, imports);
        done(instance);
        return instance.exports;
      },
      // An abort is thrown as well; it need not be printed.
      print: () => {},
      printErr: () => {},
    };
    const module = await (load as Loader)(options);
    const Ffi = await RELEASE_SYNC.importFFI();
    const quickjs = new QuickJs(memory, callbacks, module, new Ffi(module) as unknown as Calls);
    module.callbacks = quickjs.#callbacks() as never;
    quickjs.limitMemory(bytesMax);
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      if (memory.buffer.byteLength + pages * WASM_PAGE_BYTES <= quickjs.#sizeMax)
        return grow(pages);
      throw new RangeError('Expected the guest to stay within its memory limit');
    };
    return quickjs;
  }

  /** Makes the runtime and the context; not needed where a picture of the memory brings them. */
  begin(): void {
    const { calls } = this;
    this.runtime = calls.QTS_NewRuntime();
    this.limitStack(STACK_BYTES_MAX);
    calls.QTS_RuntimeEnableInterruptHandler(this.runtime);
    calls.QTS_RuntimeEnableModuleLoader(this.runtime, 1);
    this.context = calls.QTS_NewContext(this.runtime, 0);
    this.#arguments = this.malloc(ARGUMENTS_MAX * POINTER_BYTES);
  }

  /** The addresses that `begin` has made, for another instance whose memory is a copy of this one's. */
  get addresses(): readonly [runtime: Pointer, context: Pointer, list: Pointer] {
    return [this.runtime, this.context, this.#arguments];
  }

  adopt(addresses: readonly [runtime: Pointer, context: Pointer, list: Pointer]): void {
    [this.runtime, this.context, this.#arguments] = addresses;
  }

  /** The whole memory; do not keep it, for it is another object when the memory has grown. */
  get bytes(): Buffer {
    if (this.#bytes.length === 0) this.#refresh();
    return this.#bytes;
  }

  get words(): Int32Array {
    if (this.#words.length === 0) this.#refresh();
    return this.#words;
  }

  /**
   * Limits the memory for what runs next, above the 16 MB that it begins with. This is the limit itself, not
   * a wall behind it: QuickJS's own counts 8 bytes for each block whatever its size, for this build cannot
   * ask how large a block is. The compiled code grows the memory only through emscripten's glue, which calls
   * `grow` of the memory that we own; refused there, `malloc` fails, and the script sees "out of memory".
   */
  limitMemory(bytes: number): void {
    this.#sizeMax = bytes;
  }

  /** Limits the stack, until it is restored from a picture in which the limit is another. */
  limitStack(bytes: number): void {
    this.calls.QTS_RuntimeSetMaxStackSize(this.runtime, bytes);
  }

  malloc(size: number): Pointer {
    const at = this.#module._malloc(size);
    if (at === 0)
      throw new GuestMemoryFull(`Expected room for ${size} bytes in the guest, got none`);
    return at;
  }

  free(at: Pointer): void {
    this.#module._free(at);
  }

  /** @param text without NUL: what follows one is lost */
  newString(text: string): Pointer {
    const size = text.length < MEASURED_LENGTH_MIN ? text.length * 3 : Buffer.byteLength(text);
    const at = this.malloc(size + 1);
    const { bytes } = this;
    bytes[at + bytes.write(text, at, size, 'utf8')] = 0;
    const value = this.calls.QTS_NewString(this.context, at);
    this.free(at);
    return this.#made(value);
  }

  newNumber(value: number): Pointer {
    return this.#made(this.calls.QTS_NewFloat64(this.context, value));
  }

  newArrayBuffer(content: Uint8Array): Pointer {
    const at = this.malloc(Math.max(1, content.length));
    this.bytes.set(content, at);
    return this.#made(this.calls.QTS_NewArrayBuffer(this.context, at, content.length));
  }

  /** @returns `undefined` where the conversion failed: for want of memory, or it is a Symbol */
  string(value: Pointer): string | undefined {
    const at = this.calls.QTS_GetString(this.context, value);
    if (at === 0) return undefined;
    const { bytes } = this;
    return bytes.toString('utf8', at, bytes.indexOf(0, at));
  }

  /** @param value a number; of another the guest's code may run */
  number(value: Pointer): number {
    return this.calls.QTS_GetFloat64(this.context, value);
  }

  /** As `string`, and gives back the room that the conversion took; otherwise that is kept until a restore. */
  takeString(value: Pointer): string | undefined {
    const at = this.calls.QTS_GetString(this.context, value);
    if (at === 0) return undefined;
    const { bytes } = this;
    const text = bytes.toString('utf8', at, bytes.indexOf(0, at));
    this.free(at);
    return text;
  }

  /** Gives back a value that a call has made and nothing else holds. */
  release(value: Pointer): void {
    this.calls.QTS_FreeValuePointer(this.context, value);
  }

  /** A copy of an `ArrayBuffer`'s bytes, or `undefined` where the value is none. */
  arrayBuffer(value: Pointer): Buffer | undefined {
    const at = this.calls.QTS_GetArrayBuffer(this.context, value);
    if (at === 0) return undefined; // An empty one has an address too.
    const size = this.calls.QTS_GetArrayBufferLength(this.context, value);
    return Buffer.from(this.bytes.subarray(at, at + size));
  }

  property(value: Pointer, name: string): Pointer {
    return this.calls.QTS_GetProp(this.context, value, this.newString(name));
  }

  /** The exception that a C function has returned, or 0. */
  exception(result: Pointer): Pointer {
    return this.calls.QTS_ResolveException(this.context, result);
  }

  call(fn: Pointer, list: readonly Pointer[]): Pointer {
    const { words } = this;
    const first = this.#arguments / POINTER_BYTES;
    for (let i = 0; i < list.length; i++) words[first + i] = list[i] as Pointer;
    return this.calls.QTS_Call(this.context, fn, this.undefined, list.length, this.#arguments);
  }

  /** Evaluates strict code; of a module the result is its namespace. */
  evaluate(code: string, file: string, kind: 'script' | 'module'): Pointer {
    const size = Buffer.byteLength(code);
    const at = this.malloc(size + 1);
    const { bytes } = this;
    bytes.write(code, at, size, 'utf8');
    bytes[at + size] = 0;
    const flags = kind === 'module' ? EVAL_MODULE : EVAL_STRICT;
    const value = this.calls.QTS_Eval(this.context, at, size, file, 0, flags);
    this.free(at);
    return value;
  }

  /**
   * Runs waiting promise jobs.
   *
   * @returns how many ran, or `undefined` where one ended in an exception that nothing can catch
   */
  runJobs(countMax: number): number | undefined {
    const result = this.calls.QTS_ExecutePendingJob(this.runtime, countMax, this.#arguments);
    const count = this.number(result);
    return Number.isNaN(count) ? undefined : count;
  }

  /** A value is an exception where QuickJS's own memory limit stood in its way. */
  #made(value: Pointer): Pointer {
    if (this.exception(value) === 0) return value;
    throw new GuestMemoryFull('Expected room for a value in the guest, got none');
  }

  #refresh(): void {
    this.#bytes = Buffer.from(this.memory.buffer);
    this.#words = new Int32Array(this.memory.buffer);
  }

  #callbacks(): object {
    const { callbacks } = this;
    type Ignored = unknown;
    return {
      freeHostRef: () => {},
      shouldInterrupt: () => (callbacks.interrupt() ? 1 : 0),
      callFunction: (
        _: Ignored,
        _context: Ignored,
        _self: Ignored,
        count: number,
        list: Pointer,
        id: number,
      ) => callbacks.call(id, count, list),
      normalizeModule: (
        _: Ignored,
        _runtime: Ignored,
        _context: Ignored,
        importer: string,
        specifier: string,
      ) => this.#cString(callbacks.resolve(importer, specifier) ?? REFUSED),
      loadModuleSource: (_: Ignored, _runtime: Ignored, _context: Ignored, name: string) => {
        if (name !== REFUSED) return this.#cString(callbacks.load(name));
        this.throwError('Expected no import in an automation, got one');
        return 0;
      },
    };
  }

  /** Makes the guest throw an error; the result is what a host function returns then. */
  throwError(message: string): Pointer {
    const error = this.calls.QTS_NewError(this.context);
    this.calls.QTS_SetProp(this.context, error, this.newString('message'), this.newString(message));
    return this.calls.QTS_Throw(this.context, error);
  }

  /** @param list as `Callbacks.call` has it */
  argument(list: Pointer, index: number): Pointer {
    return list + index * VALUE_BYTES;
  }

  #cString(text: string): Pointer {
    const size = Buffer.byteLength(text);
    const at = this.malloc(size + 1);
    const { bytes } = this;
    bytes.write(text, at, size, 'utf8');
    bytes[at + size] = 0;
    return at;
  }
}
