import type { Binding } from '../core/webhook.ts';
import { compileCondition } from '../language/condition.ts';
import { resolveInputs } from '../language/inputs.ts';
import { bindable, describe, type FindAutomation } from './route.ts';

/** Characters of a webhook's name: what a table on a terminal and a database index bear well. */
const NAME_LENGTH_MAX = 255;

/** What is wrong with a webhook's name, in sentences. */
export function nameProblems(name: string): string[] {
  const ok = name.trim() !== '' && name.length <= NAME_LENGTH_MAX && !/\p{Cc}/u.test(name);
  if (ok) return [];
  return [
    `Expected a name of 1 to ${NAME_LENGTH_MAX} characters without control characters, got ${JSON.stringify(name.slice(0, 80))}.`,
  ];
}

/** What is wrong with one binding, in sentences. */
export function bindingProblems(binding: Binding, index: number, find: FindAutomation): string[] {
  const problems: string[] = [];
  const found = bindable(binding.automation, find);
  if (typeof found === 'string') problems.push(found);
  else problems.push(...resolveInputs(found.inputs, binding.inputs ?? {}).problems);
  if (binding.when !== undefined) {
    const { program, diagnostics } = compileCondition(binding.when, `bindings[${index}].when`);
    if (program === undefined) problems.push(describe(diagnostics));
  }
  return problems.map((problem) => `Binding ${index + 1}: ${problem}`);
}
