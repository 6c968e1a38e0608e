import type { Report } from '../report.ts';
import type { Shape } from '../table/shape.ts';
import { isNull, type YamlNode } from '../yaml/tree.ts';
import { checkDictionary, checkList, checkMap } from './collection.ts';
import { expected } from './expected.ts';
import { checkScalar } from './scalar.ts';
import { checkSteps } from './steps.ts';

/** Checks a value against its shape and reports every mistake in it. Names are checked later. */
export function check(node: YamlNode, shape: Shape, report: Report): void {
  if (node.kind === 'scalar' && node.isBroken) return;
  switch (shape.is) {
    case 'value':
    case 'literal':
      return;
    case 'steps':
      checkSteps(node, report, check);
      return;
    case 'list':
      checkList(node, shape, report, check);
      return;
    case 'map':
      checkMap(node, shape, report, check);
      return;
    case 'dictionary':
      checkDictionary(node, shape, report, check);
      return;
    case 'variables':
      if (node.kind !== 'map' || node.entries.length === 0) expected(node, shape, report);
      return;
    case 'iterable':
      if (node.kind === 'map') expected(node, shape, report);
      else if (node.kind === 'scalar') checkScalar(node, shape, report);
      return;
    case 'either': {
      const fitting = shape.of.find((option) => takes(option, node));
      if (fitting === undefined) expected(node, shape, report);
      else check(node, fitting, report);
      return;
    }
    default:
      if (node.kind === 'scalar') checkScalar(node, shape, report);
      else expected(node, shape, report);
  }
}

/** Whether a shape is for this kind of value at all; what is wrong inside is another question. */
function takes(shape: Shape, node: YamlNode): boolean {
  switch (shape.is) {
    case 'map':
    case 'dictionary':
    case 'variables':
      return node.kind === 'map';
    case 'list':
    case 'steps':
      return node.kind === 'list';
    case 'nothing':
      return isNull(node);
    case 'integer':
      // Beside other scalars it takes the numbers.
      return node.kind === 'scalar' && typeof node.value === 'number';
    default:
      return node.kind === 'scalar' && !isNull(node);
  }
}
