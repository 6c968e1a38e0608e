// `toWellFormed` is of ES2024; QuickJS has it.
/// <reference lib="es2024.string" />

/**
 * JavaScript's own functions as they were at boot. What runs after author code uses these, because
 * authors may replace `JSON.stringify` or `Array.prototype.push` in their own run.
 */
export const stringify: typeof JSON.stringify = JSON.stringify;
export const parse: (text: string) => unknown = JSON.parse;
const apply: typeof Reflect.apply = Reflect.apply;
export const keys: (value: object) => string[] = Object.keys;
export const hasOwn: (value: object, name: PropertyKey) => boolean = Object.hasOwn;
export const defineProperty: typeof Object.defineProperty = Object.defineProperty;
export const setPrototypeOf: typeof Reflect.setPrototypeOf = Reflect.setPrototypeOf;
export const isArray: (value: unknown) => value is unknown[] = Array.isArray;
export const asString: StringConstructor = String;
export const iteratorSymbol: typeof Symbol.iterator = Symbol.iterator;

/**
 * Tag for templates: without it QuickJS calls `String.prototype.concat`, which an author may have replaced.
 */
export function joined(
  parts: TemplateStringsArray,
  ...values: readonly (string | number)[]
): string {
  let text = parts[0] as string;
  for (let i = 0; i < values.length; i++) {
    text = text + (values[i] as string) + (parts[i + 1] as string);
  }
  return text;
}

const { toWellFormed, includes, slice, toLowerCase } = String.prototype;

/** Lone surrogates become U+FFFD, as they must before a text is written as UTF-8. */
export function wellFormed(text: string): string {
  return apply(toWellFormed, text, []) as string;
}

export function contains(text: string, part: string): boolean {
  return apply(includes, text, [part]) as boolean;
}

export function cut(text: string, from: number, to?: number): string {
  return apply(slice, text, [from, to]) as string;
}

export function lowerCase(text: string): string {
  return apply(toLowerCase, text, []) as string;
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const typedArrayTag = getter(typedArray, Symbol.toStringTag);
const typedArrayLength = getter(typedArray, 'byteLength');
const typedArrayBuffer = getter(typedArray, 'buffer');
const typedArrayOffset = getter(typedArray, 'byteOffset');
const bufferLength = getter(ArrayBuffer.prototype, 'byteLength');
const Bytes = Uint8Array;

/** The bytes of a typed array or an `ArrayBuffer` as it truly is, whatever its properties claim. */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (apply(typedArrayTag, value, []) !== undefined) {
    const buffer = apply(typedArrayBuffer, value, []) as ArrayBuffer;
    const offset = apply(typedArrayOffset, value, []) as number;
    return new Bytes(buffer, offset, apply(typedArrayLength, value, []) as number);
  }
  try {
    apply(bufferLength, value, []);
  } catch {
    return undefined;
  }
  return new Bytes(value as ArrayBuffer);
}

export function sizeOf(bytes: Uint8Array): number {
  return apply(typedArrayLength, bytes, []) as number;
}

/** A buffer of exactly these bytes. */
export function copyOf(bytes: Uint8Array): ArrayBuffer {
  return apply(typedArrayBuffer, new Bytes(bytes), []) as ArrayBuffer;
}

function getter(target: object, name: PropertyKey): () => unknown {
  return Object.getOwnPropertyDescriptor(target, name)?.get as () => unknown;
}
