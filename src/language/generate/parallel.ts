import type { YamlNode } from '../yaml/tree.ts';
import type { StepWriter } from './step.ts';

/**
 * Branches as asynchronous functions that begin one after the other and await their effects together.
 * All of them end before the first failure, in the order of the branches, is thrown: a run must not go on,
 * or end, while steps of it are under way. With a failure its step is kept, for others come after it.
 */
export const writeParallel: StepWriter = ({ value, number, line }, unit, write) => {
  unit.hasAwait = true;
  unit.parallels += 1;
  unit.out.line(line, 'for (const $ended of await Promise.allSettled([');
  unit.scope.branches(
    branchesOf(value).map(({ name, steps }) => () => {
      const place = unit.report.source.line(steps.start);
      unit.out.line(place, '(async () => { try {');
      unit.trace.branch(number, name);
      write(steps, unit);
      unit.out.line(place, '} catch ($thrown) { throw { $thrown, $step: $.step }; } })(),');
    }),
  );
  unit.out.line(line, "])) if ($ended.status === 'rejected') {");
  unit.out.line(line, '$.step = $ended.reason.$step;');
  unit.out.line(line, 'throw $ended.reason.$thrown;');
  unit.out.line(line, '}');
  unit.parallels -= 1;
};

function branchesOf(value: YamlNode): readonly { name: string; steps: YamlNode }[] {
  if (value.kind === 'scalar') return [];
  return value.kind === 'list'
    ? value.items.map((steps, index) => ({ name: `branch ${index + 1}`, steps }))
    : value.entries.map(({ key, value: steps }) => ({ name: key.text, steps }));
}
