import type { GuestRuntime, GuestTrace } from '../../../core/guest-runtime.ts';

/**
 * Runs inside QuickJS, in tracing builds alone: the host evaluates this file when it loads one, before any
 * author code, so that the picture of all other programs is not a byte larger. It may import nothing but
 * types. As everywhere in the guest, what runs after author code uses functions as they were before, and
 * neither `for … of` nor a template, which authors can change under it.
 */

/** Characters of one value as JSON. */
const VALUE_LENGTH_MAX = 16_384;
/** Characters of one text in it. */
const TEXT_LENGTH_MAX = 8_192;
/** A longer text may be a rope, which must be joined before it can be cut. */
const TEXT_LENGTH_CUT_MAX = 1_000_000;
/** Levels of a value; also what ends one that holds itself. */
const DEPTH_MAX = 16;
/** Characters of all values looked at: 0.3 s where they are long lists of numbers, the slowest to write. */
const WORK_LENGTH_MAX = 3_000_000;
const UNSET = '{"$undefined":true}';

const stringify = JSON.stringify;
const asString = String;
const { min } = Math;
const apply = Reflect.apply;
const construct = Reflect.construct;
const getOf = Reflect.get;
const keys = Object.keys;
const descriptorOf = Object.getOwnPropertyDescriptor;
const prototypeOf = Object.getPrototypeOf;
const isArray = Array.isArray;
const isFiniteNumber = Number.isFinite;
const slice = String.prototype.slice;
const isBelow = Object.prototype.isPrototypeOf;
const toIso = Date.prototype.toISOString;
const mapEach = Map.prototype.forEach;
const setEach = Set.prototype.forEach;
const hasWeak = WeakSet.prototype.has;
const addWeak = WeakSet.prototype.add;
const bufferPrototype = ArrayBuffer.prototype;
const bufferLength = getter(bufferPrototype, 'byteLength');
const typedPrototype = prototypeOf(Uint8Array.prototype) as object;
const typedLength = getter(typedPrototype, 'byteLength');
const [objects, errors, dates, maps, sets] = [
  Object.prototype,
  Error.prototype,
  Date.prototype,
  Map.prototype,
  Set.prototype,
];

const proxies = new WeakSet<object>();
noteProxies();

/** Characters left for the value that is being written. */
let room = 0;

/**
 * Gives the runtime its `trace`.
 *
 * @param tell hands a line of JSON to the host; false where the host takes no more
 */
export function trace(runtime: GuestRuntime, tell: (line: string) => boolean): void {
  const { log, respond, finish } = runtime;
  const tracer = new Tracer(tell);
  let answered = false;
  const answer = (): void => {
    if (!answered) tracer.send('answer', runtime.step);
    answered = true;
  };
  const traced = runtime as { -readonly [K in keyof GuestRuntime]: GuestRuntime[K] };
  traced.trace = tracer;
  traced.log = (level, value) => {
    log(level, value);
    tracer.send('log', runtime.step);
  };
  traced.respond = (shown) => {
    respond(shown);
    answer();
  };
  traced.finish = (shown) => {
    finish(shown);
    answer();
  };
}

class Tracer implements GuestTrace {
  readonly #tell: (line: string) => boolean;
  #isOpen = true;
  /** Whether variables are looked at. */
  #isFollowing = true;
  #work = WORK_LENGTH_MAX;
  #names: readonly string[] = [];
  #values: () => readonly unknown[] = () => [];
  /** JSON of the variables as they were; without a prototype, so that no setter sees what goes in. */
  readonly #last = Object.create(null) as Record<string, string>;
  /** The values themselves: a text or a number that is the same need not be written again. */
  readonly #was = Object.create(null) as Record<string, unknown>;
  /** The step that began last. */
  #step = -1;

  constructor(tell: (line: string) => boolean) {
    this.#tell = tell;
  }

  watch(names: readonly string[], values: () => readonly unknown[]): void {
    this.#names = names;
    this.#values = values;
  }

  begin(step: number, depth: number): void {
    this.#move(step);
    this.send('step', step, joined`,${depth}`);
  }

  end(step: number): void {
    this.#look(step);
  }

  skipped(step: number): void {
    this.send('skipped', step);
  }

  branch(step: number, name: string): void {
    this.send('branch', step, joined`,${stringify(name)}`);
  }

  iteration(step: number, variables: Readonly<Record<string, unknown>>): void {
    this.#move(step);
    if (!this.#isOpen) return;
    const names = keys(variables);
    let text = '';
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      const value = this.#isFollowing ? this.#inspected(variables[name]) : UNSET;
      text += joined`${i === 0 ? '' : ','}[${stringify(name)},${value}]`;
    }
    this.send('iteration', step, joined`,[${text}]`);
  }

  caught(step: number, error: unknown): void {
    this.#move(step);
    if (this.#isOpen) this.send('caught', step, joined`,${this.#inspected(error)}`);
  }

  done(): void {
    this.#look(this.#step);
  }

  send(is: string, step: number, rest = ''): void {
    if (this.#isOpen) this.#isOpen = this.#tell(joined`["${is}",${step}${rest}]`);
  }

  /** What has changed until now, the step before has changed. */
  #move(step: number): void {
    this.#look(this.#step);
    this.#step = step;
  }

  #look(step: number): void {
    if (!this.#isOpen || !this.#isFollowing) return;
    const values = this.#values();
    let changes = '';
    for (let i = 0; i < this.#names.length; i++) {
      const name = this.#names[i] as string;
      const value = values[i];
      if (value === this.#was[name] && typeof value !== 'object') continue;
      this.#was[name] = value;
      const before = this.#last[name] ?? UNSET;
      const after = this.#inspected(value);
      if (after === before) continue;
      this.#last[name] = after;
      changes += joined`${changes === '' ? '' : ','}[${stringify(name)},${before},${after}]`;
    }
    if (changes !== '') this.send('changed', step, joined`,[${changes}]`);
    if (this.#work > 0) return;
    this.#isFollowing = false;
    this.send('cut', step);
  }

  #inspected(value: unknown): string {
    room = VALUE_LENGTH_MAX;
    const text = written(value, 0);
    this.#work -= text.length;
    return text;
  }
}

/** JSON of any value. Runs no getter, no `toJSON` and no trap of a Proxy: looking must not change a run. */
function written(value: unknown, depth: number): string {
  const text = typeof value === 'object' ? writtenObject(value, depth) : writtenSimple(value);
  room -= text.length;
  return text;
}

function writtenSimple(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return writtenText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return isFiniteNumber(value) ? asString(value) : joined`{"$number":"${asString(value)}"}`;
    case 'bigint':
      return joined`{"$bigint":"${asString(value)}"}`;
    case 'undefined':
      return UNSET;
    default:
      return joined`{"$${typeof value}":true}`;
  }
}

function writtenText(text: string): string {
  const { length } = text;
  if (length <= TEXT_LENGTH_MAX && length <= room) return stringify(text);
  const most = length > TEXT_LENGTH_CUT_MAX ? 0 : min(room, TEXT_LENGTH_MAX);
  const part = most <= 0 ? '' : (apply(slice, text, [0, most]) as string);
  return joined`{"$text":${stringify(part)},"$length":${length}}`;
}

function writtenObject(value: object | null, depth: number): string {
  if (value === null) return 'null';
  if (apply(hasWeak, proxies, [value])) return '{"$proxy":true}';
  if (depth >= DEPTH_MAX) return '{"$deeper":true}';
  if (isArray(value)) return writtenList(value, depth);
  const prototype = prototypeOf(value) as object | null;
  // Its name may be one that an author gave to something else: what follows throws then.
  if (prototype !== objects && prototype !== null) {
    try {
      const special = writtenSpecial(value, depth);
      if (special !== undefined) return special;
    } catch {}
  }
  return writtenMembers(value, depth);
}

function writtenSpecial(value: object, depth: number): string | undefined {
  const isOf = (prototype: object): boolean => apply(isBelow, prototype, [value]) as boolean;
  if (isOf(typedPrototype)) return joined`{"$bytes":${apply(typedLength, value, []) as number}}`;
  if (isOf(bufferPrototype)) return joined`{"$bytes":${apply(bufferLength, value, []) as number}}`;
  if (isOf(dates)) return joined`{"$date":"${apply(toIso, value, []) as string}"}`;
  if (isOf(errors)) {
    const message = descriptorOf(value, 'message')?.value as unknown;
    return joined`{"$error":${typeof message === 'string' ? writtenText(message) : '""'}}`;
  }
  if (!isOf(maps) && !isOf(sets)) return undefined;
  const isMap = isOf(maps);
  let text = '';
  let more = 0;
  const add = (item: unknown, key: unknown): void => {
    if (room <= 0) {
      more++;
      return;
    }
    const own = written(item, depth + 1);
    text += joined`${text === '' ? '' : ','}${isMap ? joined`[${written(key, depth + 1)},${own}]` : own}`;
  };
  apply(isMap ? mapEach : setEach, value, [add]);
  if (more > 0) text += joined`,{"$more":${more}}`;
  return joined`{"${isMap ? '$map' : '$set'}":[${text}]}`;
}

function writtenList(list: readonly unknown[], depth: number): string {
  const { length } = list;
  let text = '[';
  for (let i = 0; i < length; i++) {
    if (i > 0) text += ',';
    if (room <= 0) return joined`${text}{"$more":${length - i}}]`;
    text += member(list, asString(i), depth);
  }
  return joined`${text}]`;
}

function writtenMembers(value: object, depth: number): string {
  const names = keys(value);
  let text = '{';
  for (let i = 0; i < names.length; i++) {
    if (i > 0) text += ',';
    if (room <= 0) return joined`${text}"$more":${names.length - i}}`;
    const name = names[i] as string;
    room -= name.length;
    text += joined`${stringify(name)}:${member(value, name, depth)}`;
  }
  return joined`${text}}`;
}

function member(of: object, name: string, depth: number): string {
  const descriptor = descriptorOf(of, name);
  if (descriptor === undefined) return UNSET; // A hole of a list.
  return descriptor.get === undefined && descriptor.set === undefined
    ? written(descriptor.value, depth + 1)
    : '{"$getter":true}';
}

/** As in `inside/primordials.ts`, which this file may not import. */
function joined(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  let text = parts[0] as string;
  for (let i = 0; i < values.length; i++) {
    text = text + (values[i] as string) + (parts[i + 1] as string);
  }
  return text;
}

/** From now on it is known which objects are Proxies: nothing else in JavaScript could tell. */
function noteProxies(): void {
  const Native = Proxy;
  const { revocable } = Native;
  const noted = <T extends object>(proxy: T): T => {
    apply(addWeak, proxies, [proxy]);
    return proxy;
  };
  const revocableNoted = (target: object, handler: object): unknown => {
    const made = apply(revocable, Native, [target, handler]) as { proxy: object };
    noted(made.proxy);
    return made;
  };
  // biome-ignore lint/suspicious/noGlobalAssign: the guest has no `globalThis`.
  Proxy = new Native(Native, {
    construct: (target, list) => noted(construct(target, list) as object),
    get: (target, name) =>
      name === 'revocable' ? revocableNoted : (getOf(target, name) as unknown),
  });
}

function getter(target: object, name: PropertyKey): () => unknown {
  return descriptorOf(target, name)?.get as () => unknown;
}
