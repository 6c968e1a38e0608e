import { didYouMean } from '../../core/suggest.ts';
import { DIAGNOSTICS_MAX, type Report } from '../report.ts';
import type { Span } from '../source.ts';
import { ELSEWHERE, ERROR_NAME, GLOBALS, ROOTS, reservedAs } from '../table/names.ts';

/** Names that a misspelt one is compared with. No program that people write has as many. */
export const SUGGESTIONS_MAX = 1000;

/** A use of a name that no step before it has set. */
interface OpenUse {
  readonly name: string;
  readonly span: Span;
  readonly hint: string | undefined;
  /** Line of the other branch of a `parallel` that sets it. */
  readonly parallel?: number | undefined;
}

/**
 * The names that expressions may use, as the steps come one after the other. A variable is known from
 * the step on that sets it, also where that step may have been skipped; loop names and `error` are
 * known inside their steps alone.
 */
export class Scope {
  private readonly report: Report;
  /** Variables with the line that sets them first. */
  private readonly variables = new Map<string, number>();
  private readonly locals: string[] = [];
  /** Variables in the order in which they became known; one that was hidden may come again. */
  private readonly declared: string[] = [];
  /** Those that only other branches have set, which run at the same time. */
  private readonly hidden = new Set<string>();
  private readonly unknown: OpenUse[] = [];

  constructor(report: Report) {
    this.report = report;
  }

  /** Variables to be declared at the top of the program. */
  get names(): readonly string[] {
    return [...this.variables.keys()];
  }

  isVariable(name: string): boolean {
    return this.hasVariable(name) || (this.locals.includes(name) && name !== ERROR_NAME);
  }

  isKnown(name: string): boolean {
    return (
      this.hasVariable(name) ||
      this.locals.includes(name) ||
      ROOTS.has(name) ||
      name === 'inputs' ||
      GLOBALS.has(name)
    );
  }

  /** Makes a variable known from here on. Reports a name that is taken; false where it was. */
  declare(name: string, span: Span): boolean {
    if (!this.isFree(name, span)) return false;
    if (this.locals.includes(name)) {
      const message = `Expected a variable, got \`${name}\`, which the loop sets`;
      this.report.error('name.reserved', span, message, { hint: 'Choose another name.' });
      return false;
    }
    this.reveal(name, span);
    return true;
  }

  /** Makes known what a step that is wrong in itself seems to set; no word about its name. */
  declareLoosely(name: string, span: Span): void {
    if (!this.isKnown(name)) this.reveal(name, span);
  }

  /** Makes names known while `inside` runs. */
  within(
    names: readonly { readonly name: string; readonly span: Span }[],
    inside: () => void,
  ): void {
    const before = this.locals.length;
    for (const { name, span } of names) {
      if (!this.isFree(name, span)) continue;
      if (this.variables.has(name) || this.locals.includes(name)) {
        const message = `Expected a new name, got \`${name}\`, which is set already`;
        this.report.error('name.reserved', span, message, { hint: 'Choose another name.' });
      } else this.locals.push(name);
    }
    inside();
    this.locals.length = before;
  }

  /**
   * Runs the branches of a `parallel`, none of which knows what the others set. After them all of it is
   * known.
   */
  branches(insides: readonly (() => void)[]): void {
    const before = this.declared.length;
    for (const inside of insides) {
      const start = this.declared.length;
      inside();
      for (const name of this.declared.slice(start)) this.hidden.add(name);
    }
    for (const name of this.declared.slice(before)) this.hidden.delete(name);
  }

  /** Makes `error` known while `inside` runs. */
  withinCatch(inside: () => void): void {
    this.locals.push(ERROR_NAME);
    inside();
    this.locals.pop();
  }

  /** Notes a use of a name that is not known here. */
  miss(name: string, span: Span, others: readonly string[] = []): void {
    const known = [
      ...this.locals,
      ...ROOTS.keys(),
      'inputs',
      ...others,
      ...GLOBALS,
      ...this.variables.keys(),
    ];
    // Comparing every name of a hostile file with every other would take minutes.
    const isEnough = this.unknown.length >= DIAGNOSTICS_MAX;
    const near = isEnough ? undefined : didYouMean(name, known.slice(0, SUGGESTIONS_MAX));
    const hint = near ?? ELSEWHERE.get(name);
    const parallel = this.hidden.has(name) ? this.variables.get(name) : undefined;
    this.unknown.push({ name, span, hint, parallel });
  }

  /** Reports what stayed unknown. To be called when all steps are through. */
  finish(): void {
    for (const { name, span, hint, parallel } of this.unknown) {
      const line = this.variables.get(name);
      if (parallel !== undefined) {
        const message = `Expected a name that is set, got \`${name}\`, which another branch sets at the same time`;
        this.report.error('name.parallel', span, message, {
          hint: `Line ${parallel} sets it; use it after the \`parallel\` step.`,
        });
      } else if (line !== undefined) {
        const message = `Expected a name that is set, got \`${name}\`, which is set later`;
        this.report.error('name.later', span, message, { hint: `Line ${line} sets it first.` });
      } else if (name === ERROR_NAME) {
        const message = 'Expected a name that is set, got `error`';
        this.report.error('name.unknown', span, message, {
          hint: '`error` exists inside `catch` alone.',
        });
      } else {
        this.report.error('name.unknown', span, `Expected a name that is set, got \`${name}\``, {
          hint,
        });
      }
    }
  }

  private reveal(name: string, span: Span): void {
    if (this.hasVariable(name)) return;
    if (!this.variables.has(name)) this.variables.set(name, this.report.source.line(span.start));
    this.hidden.delete(name);
    this.declared.push(name);
  }

  private hasVariable(name: string): boolean {
    return this.variables.has(name) && !this.hidden.has(name);
  }

  private isFree(name: string, span: Span): boolean {
    const reserved = reservedAs(name);
    if (reserved === undefined) return true;
    const message = `Expected a variable’s name, got \`${name}\`, which is ${reserved}`;
    this.report.error('name.reserved', span, message, { hint: 'Choose another name.' });
    return false;
  }
}
