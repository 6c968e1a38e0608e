import { CERB_NAMESPACE } from '../../core/library.ts';
import { RUN_LIMITS_MAX } from '../../core/limits.ts';
import { mayRead, type Parameter, type Program } from '../../core/program.ts';
import type { ExecutionResult } from '../../core/run.ts';
import {
  describeFailure,
  type Fault,
  PROGRAM_FILE,
  SHALLOW_STACK_BYTES_MAX,
  timeCode,
} from '../protocol/failure.ts';
import { type Base, loadTrace } from './boot.ts';
import { CarriedJson } from './carried-json.ts';
import { KnownArgs } from './effects/known-args.ts';
import { endsInstance, escapedFault, hostFault, isNothingThrown } from './faults.ts';
import { connect, type Exchange, emptyExchange, makeTraceFunction } from './host-functions.ts';
import {
  type ExecutionInput,
  type Guest,
  goesOn,
  type Instance,
  KeptGuests,
} from './kept-guests.ts';
import { needing, withUnsent } from './left-effects.ts';
import { Libraries } from './libraries.ts';
import { type Difference, restore, takeDifference, withDifference } from './picture.ts';
import type { KnownProgram, Programs } from './programs.ts';
import { type Pointer, QuickJs } from './quickjs.ts';
import { type EndedEntry, Replay } from './replay.ts';
import { readReport } from './report.ts';
import { type BuiltRequest, buildRequest } from './request/build.ts';
import { RunSecrets, withUse } from './secrets.ts';
import { spreadSeed } from './spread-seed.ts';
import { Stopwatch } from './stopwatch.ts';
import { TraceLog } from './trace-log.ts';

export interface ExecutorOptions {
  readonly base: Base;
  readonly programs: Programs;
  /** Sets the time that the guest sees; see `freezeClock`. */
  readonly setClock: (now: number) => void;
  /** See `CarriedJson`. */
  readonly random: string;
  /** Called when a run turns out to take longer than most (about 0.5 ms). */
  readonly onSlow?: () => void;
}

/** The guest has nothing left to do, and effects that it awaits have no result yet. */
const AWAITS = Symbol('awaits');
type Ended = string | Fault | typeof AWAITS;

/** Promise jobs between two looks at whether the run has ended. */
const JOBS_PER_LOOK = 32;
/** Milliseconds for loading what a program has of the library, on a machine that does much else. */
const LIBRARY_LOAD_MS = 5000;
/** Memory for loading it: the largest part, `Cerb`, takes half a megabyte. */
const LIBRARY_BYTES_MAX = 8 * 1024 * 1024;
/** Characters of a result from which its room is given back at once: a run may get many. Of shorter ones a restore does. */
const RELEASED_LENGTH_MIN = 1024;
/** Milliseconds for telling what a run had logged before it was ended. */
const LAST_WORDS_MS = 20;

/**
 * Executes programs one after another, each in the state that its own snapshot holds. An exception of the
 * script is an ordinary end: every C function has returned, so the restored memory is the whole state.
 * After an interrupt, or where memory or stack ran out, the instance is dropped all the same: its memory
 * has grown, or C code was left where it is seldom left.
 */
export class Executor {
  readonly #options: ExecutorOptions;
  /** Instances that nothing runs in. */
  readonly #ready: Instance[] = [];
  readonly #kept = new KeptGuests(() => performance.now());
  /** When the run that is under way began, by `performance.now()`. */
  #startedAt = 0;
  readonly #stopwatch = new Stopwatch(() => performance.now());
  /** That of the instance in use. */
  #exchange: Exchange = emptyExchange();
  readonly #args = new KnownArgs();
  readonly #carried: CarriedJson;
  readonly #libraries: Libraries;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#carried = new CarriedJson(options.random);
    this.#libraries = new Libraries(options.base);
  }

  /** Whether an instance stands ready; otherwise `prepare` is to be awaited. */
  get isReady(): boolean {
    return this.#ready.length > 0;
  }

  async prepare(): Promise<void> {
    const { code, picture } = this.#options.base;
    const quickjs = await QuickJs.start(code, picture.top + RUN_LIMITS_MAX.memoryBytes);
    quickjs.adopt(picture.addresses);
    quickjs.callbacks.interrupt = () => this.#poll();
    const exchange = emptyExchange();
    connect(quickjs, exchange);
    this.#ready.push({ quickjs, exchange, stackStart: picture.layout.stackStart });
  }

  /**
   * Executes a program as far as its journal reaches: from its start, or on from where its guest waits. All
   * limits hold for this one execution: what a run may take over all of them is for the engine to add up.
   *
   * @throws Error where `prepare` was not awaited; never for anything the program does
   */
  execute(known: KnownProgram, input: ExecutionInput): ExecutionResult {
    const { program } = known;
    const kept = this.#kept.take(input.seed);
    if (kept !== undefined) {
      if (goesOn(kept, program, input)) return this.#leg(kept, () => this.#goOn(kept));
      this.#ready.push(kept.instance);
    }
    const instance = this.#ready.pop();
    if (instance === undefined) throw new Error('Expected an instance to execute in, got none');
    const replay = new Replay(input.journal, program, input.now, this.#args);
    const guest: Guest = { instance, program, input, replay, carried: undefined };
    return this.#leg(guest, () => this.#run(guest, known));
  }

  /** An instance that is not put back is dropped. */
  #leg(guest: Guest, act: () => Ended): ExecutionResult {
    const { instance, program, input, replay } = guest;
    const { quickjs, exchange } = instance;
    this.#startedAt = performance.now();
    this.#exchange = exchange;
    exchange.replay = replay;
    const secrets = new RunSecrets(input.secrets);
    exchange.secrets = secrets;
    const size = quickjs.memory.buffer.byteLength;
    try {
      const ended = act();
      const cpuMs = performance.now() - this.#startedAt;
      const result = this.#result(quickjs, ended, program, cpuMs, replay);
      const grown = quickjs.memory.buffer.byteLength > size;
      if (!grown && !this.#stopwatch.fired && !endsInstance(result)) this.#put(guest, result);
      return this.#traced(withUse(result, secrets));
    } catch (error) {
      const failure = describeFailure(this.#faultOf(error, quickjs, program), program);
      const cpuMs = performance.now() - this.#startedAt;
      return this.#traced(withUse({ status: 'failed', failure, logs: [], cpuMs }, secrets));
    }
  }

  #put(guest: Guest, result: ExecutionResult): void {
    const waits = result.status === 'needs' && result.effects.every(({ kind }) => kind !== 'wait');
    const { instance } = guest;
    const free = waits ? this.#kept.keep(guest, this.#heapBytes(instance.quickjs)) : instance;
    if (free !== undefined) this.#ready.push(free);
  }

  #traced(result: ExecutionResult): ExecutionResult {
    const { trace } = this.#exchange;
    return trace === undefined ? result : { ...result, trace: trace.items };
  }

  /** As `#run`, of a guest that awaits what its journal now has. */
  #goOn({ instance, program, replay, carried }: Guest): Ended {
    this.#carried.set(carried);
    this.#options.setClock(replay.now);
    this.#limit(instance.quickjs, program);
    return this.#drain(instance.quickjs, program, replay);
  }

  /** @returns the guest's report, or why there is none */
  #run(guest: Guest, known: KnownProgram): Ended {
    const { base, setClock } = this.#options;
    const { instance, program, input, replay } = guest;
    const { quickjs } = instance;
    this.#exchange.report = undefined;
    this.#exchange.answer = undefined;
    this.#exchange.trace = program.trace === true ? new TraceLog(program.steps.length) : undefined;
    setClock(input.now);
    if (known.differences === undefined) {
      const fault = this.#load(instance, known);
      if (fault !== undefined) return fault;
    } else {
      this.#restore(instance, known.differences);
      if (program.shallow === true) instance.stackStart = base.picture.layout.shallowStackStart;
    }
    this.#limit(quickjs, program);
    const result = quickjs.call(base.run, this.#texts(guest, input));
    const error = quickjs.exception(result);
    if (error !== 0) return this.#escaped(quickjs, error, program);
    const report = quickjs.string(result);
    if (report === undefined) return { code: 'limit.memory', step: -1 };
    // `undefined` in the guest, for an async program; a report is an object in JSON.
    return report.startsWith('{') ? report : this.#drain(quickjs, program, replay);
  }

  /** What comes next may take the program's own time and memory. */
  #limit(quickjs: QuickJs, { limits }: Program): void {
    quickjs.limitMemory(this.#options.base.picture.top + limits.memoryBytes);
    this.#stopwatch.start(Math.min(limits.cpuMs, limits.timeoutMs));
  }

  /** Clears as much of the stack as the last run can have used; the next may use all of it. */
  #restore(instance: Instance, differences?: readonly Difference[]): void {
    const { picture } = this.#options.base;
    restore(instance.quickjs, picture, differences, instance.stackStart);
    instance.stackStart = picture.layout.stackStart;
  }

  /**
   * Evaluates the program beside what it uses of the library, whose time is none of the run's, and keeps what
   * that changed.
   *
   * @throws Error where the library cannot be loaded
   */
  #load(instance: Instance, known: KnownProgram): Fault | undefined {
    const { base, programs } = this.#options;
    const { program } = known;
    const { quickjs } = instance;
    const library = this.#libraries.with(program.library, () => {
      quickjs.limitMemory(base.picture.top + LIBRARY_BYTES_MAX);
      this.#stopwatch.start(LIBRARY_LOAD_MS);
      this.#restore(instance);
      return quickjs;
    });
    this.#startedAt = performance.now();
    this.#limit(quickjs, program);
    const below = library === undefined ? [] : [library.difference];
    this.#restore(instance, below);
    const cerb = library?.cerb;
    // On the source's own first line, for the stacks of errors. In a function, `this` is not the global.
    const code = `(function (${cerb === undefined ? '' : CERB_NAMESPACE}) { return (${program.source}\n) })`;
    const wrapped = quickjs.evaluate(code, PROGRAM_FILE, 'script');
    const wrong = quickjs.exception(wrapped);
    if (wrong !== 0) return this.#escaped(quickjs, wrong, program);
    const loaded = quickjs.call(wrapped, cerb === undefined ? [] : [cerb]);
    const failed = quickjs.exception(loaded);
    if (failed !== 0) return this.#escaped(quickjs, failed, program);
    const { outputBytes, logBytes } = program.limits;
    const lines = program.steps.map(({ line }) => line);
    const facts = quickjs.newString(JSON.stringify({ outputBytes, logBytes, lines }));
    const list = [loaded, facts];
    if (program.trace === true) list.push(loadTrace(quickjs), makeTraceFunction(quickjs));
    const result = quickjs.call(base.load, list);
    const error = quickjs.exception(result);
    if (error !== 0) return this.#escaped(quickjs, error, program);
    // It becomes a part of what is kept.
    if (program.shallow === true) quickjs.limitStack(SHALLOW_STACK_BYTES_MAX);
    const picture = below.reduce(withDifference, base.picture);
    programs.keep(known, [...below, takeDifference(quickjs, picture)]);
    return undefined;
  }

  /** The arguments of `run` in `library/main.ts`; what the program cannot read stays behind. */
  #texts(guest: Guest, input: ExecutionInput): Pointer[] {
    const { instance, program } = guest;
    const { quickjs } = instance;
    const { reach, carriesJson = false } = program;
    const text = (value: string | undefined): Pointer =>
      value === undefined ? quickjs.undefined : quickjs.newString(value);
    const named = (name: Parameter): Pointer =>
      mayRead(program, name) ? text(input[name]) : quickjs.undefined;
    const reached = reach === true || Object.keys(reach).length > 0;
    const request: Partial<BuiltRequest> = reached
      ? buildRequest(input.request, reach, carriesJson)
      : {};
    const { json, carried, jsonError, formError, body, files } = request;
    guest.carried = carried;
    this.#carried.set(carried);
    const errors =
      jsonError === undefined && formError === undefined
        ? undefined
        : JSON.stringify({ json: jsonError, form: formError });
    this.#exchange.json = json ?? '';
    this.#exchange.parts = [body ?? NO_BYTES, ...(files ?? [])];
    return [
      // Of nothing the guest makes an empty object sooner than of JSON.
      text(request.text === '{}' ? undefined : request.text),
      text(carried === undefined ? json : this.#carried.mark),
      text(errors),
      named('webhook'),
      named('event'),
      named('inputs'),
      text(spreadSeed(input.seed)),
    ];
  }

  /**
   * Runs promise jobs until the run has reported, or nothing is left that could make it. Whenever the guest
   * has nothing left to do it gets one recorded result, so that the order in which it sees them is the
   * journal's and nothing else's.
   */
  #drain(quickjs: QuickJs, program: Program, replay: Replay): Ended {
    for (;;) {
      const count = quickjs.runJobs(JOBS_PER_LOOK);
      if (this.#stopwatch.fired) return { code: timeCode(program), step: -1 };
      if (replay.fault !== undefined) return replay.fault;
      if (this.#exchange.report !== undefined) return this.#exchange.report;
      if (count === undefined) return { code: 'limit.memory', step: -1 };
      if (count === JOBS_PER_LOOK) continue;
      const entry = replay.next();
      if (entry !== undefined) {
        const fault = this.#settle(quickjs, entry, program);
        if (fault !== undefined) return fault;
      } else if (replay.awaits) {
        return replay.fault ?? AWAITS;
      } else {
        replay.close(false);
        if (replay.fault !== undefined) return replay.fault;
        // Without room the guest cannot even report.
        const full = this.#heapBytes(quickjs) > program.limits.memoryBytes / 2;
        return { code: full ? 'limit.memory' : 'run.stuck', step: -1 };
      }
    }
  }

  /** Hands a result to the guest, at the time at which it arrived. */
  #settle(quickjs: QuickJs, { number, ended }: EndedEntry, program: Program): Fault | undefined {
    const { base, setClock } = this.#options;
    const { at, result } = ended;
    setClock(at);
    const told = result.ok
      ? result.value
      : JSON.stringify([result.code, result.message, result.status ?? null]);
    const text = quickjs.newString(told);
    const list = [quickjs.newNumber(number), text];
    if (!result.ok) list.splice(1, 0, quickjs.undefined);
    const error = quickjs.exception(quickjs.call(base.settle, list));
    if (error !== 0) return this.#escaped(quickjs, error, program);
    if (told.length > RELEASED_LENGTH_MIN) quickjs.release(text);
    return undefined;
  }

  #escaped(quickjs: QuickJs, error: Pointer, program: Program): Fault {
    if (this.#stopwatch.fired) return { code: timeCode(program), step: -1 };
    return escapedFault(quickjs, error);
  }

  #result(
    quickjs: QuickJs,
    ended: Ended,
    program: Program,
    cpuMs: number,
    replay: Replay,
  ): ExecutionResult {
    const carried = this.#carried;
    const read = (text: string, fault?: Fault): ExecutionResult =>
      readReport({ text, bytes: this.#exchange.answer, carried }, program, cpuMs, fault);
    if (typeof ended === 'object' || this.#stopwatch.fired) {
      // The limit was passed, though the script may have had the last word within that poll.
      const fault = typeof ended === 'object' ? ended : { code: timeCode(program), step: -1 };
      this.#stopwatch.start(LAST_WORDS_MS);
      return read(this.#lastWords(quickjs) ?? '', fault);
    }
    const awaits = ended === AWAITS;
    const text = awaits ? this.#lastWords(quickjs) : ended;
    if (text === undefined || this.#isFull(quickjs, text, program)) {
      const code = this.#stopwatch.fired ? timeCode(program) : 'limit.memory';
      return read(text ?? '', { code, step: -1 });
    }
    const result = read(text, replay.fault);
    if (result.status !== 'finished') return result;
    replay.close(!awaits);
    if (replay.fault !== undefined) return read(text, replay.fault);
    return awaits ? needing(result, replay) : withUnsent(result, replay, program);
  }

  /** The report of a run that has not made one itself. */
  #lastWords(quickjs: QuickJs): string | undefined {
    const result = quickjs.call(this.#options.base.report, []);
    return quickjs.exception(result) === 0 ? quickjs.string(result) : undefined;
  }

  /** A limit below what the memory begins with is held here; a heap never shrinks. */
  #isFull(quickjs: QuickJs, report: string, { limits }: Program): boolean {
    const used = this.#heapBytes(quickjs);
    const { memoryBytes } = limits;
    return used > memoryBytes || (used > memoryBytes / 2 && isNothingThrown(report));
  }

  #faultOf(error: unknown, quickjs: QuickJs, program: Program): Fault {
    if (this.#stopwatch.fired) return { code: timeCode(program), step: -1 };
    return hostFault(error, this.#heapBytes(quickjs) > program.limits.memoryBytes / 2);
  }

  /** Bytes by which the heap is larger than at the start of the run. */
  #heapBytes(quickjs: QuickJs): number {
    const { picture } = this.#options.base;
    return (quickjs.words[picture.layout.topAt / 4] as number) - picture.top;
  }

  #poll(): boolean {
    const ended = this.#stopwatch.poll();
    if (this.#stopwatch.polls === 1) this.#options.onSlow?.();
    return ended;
  }
}

const NO_BYTES = new Uint8Array(0);
