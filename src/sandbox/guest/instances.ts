import type { Program } from '../../core/program.ts';
import type { Base } from './boot.ts';
import { QuickJs } from './quickjs.ts';

/** Bytes above a program's memory limit for what QuickJS does not count: gaps between blocks. */
const WALL_SLACK_BYTES = 4 * 1024 * 1024;
/** Walls are built in steps of this, so that programs with like limits share an instance. */
const WALL_STEP_BYTES = 16 * 1024 * 1024;
/** One for the usual limits, one for the program that asked for more. */
const INSTANCES_MAX = 2;

/**
 * The instances of a thread, by the most bytes that their memory can have. A new one takes 2 ms: its
 * memory is filled from the picture, nothing is evaluated again.
 */
export class Instances {
  readonly #base: Base;
  readonly #prepare: (quickjs: QuickJs) => void;
  readonly #byWall = new Map<number, QuickJs>();

  /** @param prepare connects a new instance to its host */
  constructor(base: Base, prepare: (quickjs: QuickJs) => void) {
    this.#base = base;
    this.#prepare = prepare;
  }

  /** The instance for a program, or `undefined` where `make` is to be awaited first. */
  get(program: Program): QuickJs | undefined {
    return this.#byWall.get(this.#wall(program));
  }

  async make(program: Program): Promise<void> {
    const wall = this.#wall(program);
    if (this.#byWall.has(wall)) return;
    const quickjs = await QuickJs.start(this.#base.code, wall);
    quickjs.adopt(this.#base.picture.addresses);
    this.#prepare(quickjs);
    for (const [oldest] of this.#byWall) {
      if (this.#byWall.size < INSTANCES_MAX) break;
      this.#byWall.delete(oldest);
    }
    this.#byWall.set(wall, quickjs);
  }

  /** Never freed from within: freeing aborts after some errors, and the collector takes it whole. */
  drop(quickjs: QuickJs): void {
    for (const [wall, held] of this.#byWall) if (held === quickjs) this.#byWall.delete(wall);
  }

  #wall({ limits }: Program): number {
    const needed = this.#base.picture.top + limits.memoryBytes + WALL_SLACK_BYTES;
    return Math.ceil(needed / WALL_STEP_BYTES) * WALL_STEP_BYTES;
  }
}
