import type { Code } from './code.ts';
import type { ExpressionOf, Place } from './tree.ts';

/** What a template may name besides what it sets itself. */
export interface TemplateScope {
  /** A variable's value; `undefined` where nothing sets it, and it is empty. */
  variable(name: string): Code | undefined;
  /** A member of a variable that is no plain map; `'unset'` where it has no such member. */
  member?(name: string, key: string): Code | 'unset' | undefined;
  /** A function of the place where the template stands, such as `cerb_workflow_config`. */
  call?(expression: ExpressionOf<'call'>): Code | undefined;
  /** Names that the template's own variables must not take in JavaScript. */
  isTaken(name: string): boolean;
}

/** Where a template tells what is wrong with it, or different. */
export interface TemplateReport {
  error(
    code: 'twig.syntax' | 'twig.unsupported',
    place: Place,
    message: string,
    hint?: string,
  ): void;
  warning(
    code: 'twig.undefined' | 'twig.changed',
    place: Place,
    message: string,
    hint?: string,
  ): void;
}

const RESERVED: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export
  extends false finally for function if implements import in instanceof interface let new null package
  private protected public return static super switch this throw true try typeof var void while with yield
  undefined NaN Infinity Cerb print`.split(/\s+/),
);

/** Names that the template itself has set, in the JavaScript that it becomes. */
export class Locals {
  readonly #outer: TemplateScope;
  readonly #parent: Locals | undefined;
  readonly #names = new Map<string, Code>();
  readonly #used: Set<string>;

  constructor(outer: TemplateScope, parent?: Locals) {
    this.#outer = outer;
    this.#parent = parent;
    this.#used = parent === undefined ? new Set() : parent.#used;
  }

  get outer(): TemplateScope {
    return this.#outer;
  }

  inner(): Locals {
    return new Locals(this.#outer, this);
  }

  /** Makes a name known here and below, and gives the name that it has in JavaScript. */
  declare(name: string, kind: Code['kind'] = 'any'): string {
    const plain = name.replace(/[^A-Za-z0-9_]/g, '_');
    let made = plain;
    for (let count = 2; this.#isTaken(made); count++) made = `${plain}_${count}`;
    this.#used.add(made);
    this.#names.set(name, { code: made, level: 18, kind });
    return made;
  }

  /** A name that the template has set. */
  own(name: string): Code | undefined {
    return this.#names.get(name) ?? this.#parent?.own(name);
  }

  /** The same name, as it was around the scope that has set it last: the loop around a loop. */
  around(name: string): Code | undefined {
    return this.#names.has(name) ? this.#parent?.own(name) : this.#parent?.around(name);
  }

  find(name: string): Code | undefined {
    return this.own(name) ?? this.#outer.variable(name);
  }

  #isTaken(name: string): boolean {
    return RESERVED.has(name) || this.#used.has(name) || this.#outer.isTaken(name);
  }
}
