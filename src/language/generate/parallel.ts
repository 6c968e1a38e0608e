import type { YamlNode } from '../yaml/tree.ts';
import type { StepWriter } from './step.ts';
import type { Unit } from './unit.ts';

/**
 * Branches as asynchronous functions that begin one after the other and await their effects together.
 * All of them end before the first failure, in the order of the branches, is thrown: a run must not go on,
 * or end, while steps of it are under way.
 */
export const writeParallel: StepWriter = ({ value, line }, unit, write) => {
  unit.hasAwait = true;
  unit.parallels += 1;
  unit.out.line(line, 'for (const $ended of await Promise.allSettled([');
  unit.scope.branches(branchesOf(value).map((steps) => () => writeBranch(steps, unit, write)));
  unit.out.line(line, "])) if ($ended.status === 'rejected') throw $ended.reason;");
  unit.parallels -= 1;
};

function writeBranch(
  steps: YamlNode,
  unit: Unit,
  write: (list: YamlNode | undefined, unit: Unit) => void,
): void {
  const line = unit.report.source.line(steps.start);
  unit.out.line(line, '(async () => {');
  write(steps, unit);
  unit.out.line(line, '})(),');
}

function branchesOf(value: YamlNode): readonly YamlNode[] {
  if (value.kind === 'scalar') return [];
  return value.kind === 'list' ? value.items : value.entries.map((entry) => entry.value);
}
