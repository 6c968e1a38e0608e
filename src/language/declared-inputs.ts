import { type InputSpec, type InputType, typeMistake } from './inputs.ts';
import type { Report } from './report.ts';
import { INPUT_TYPES } from './table/automation.ts';
import { childOf, type MapNode, plainValue, type YamlNode } from './yaml/tree.ts';

/** The inputs that an automation declares; defaults that are not of their type are reported. */
export function declaredInputs(automation: MapNode, report: Report): readonly InputSpec[] {
  const inputs = childOf(automation, 'inputs');
  if (inputs?.kind !== 'map') return [];
  return inputs.entries.map(({ key, value }) => {
    if (key.text === '__proto__') {
      // `inputs.__proto__` would be something else.
      report.error(
        'name.invalid',
        key,
        `Expected a name such as \`warehouse_id\`, got \`__proto__\``,
      );
    }
    return inputOf(key.text, value, report);
  });
}

function inputOf(name: string, node: YamlNode, report: Report): InputSpec {
  const type = typeOf(node.kind === 'map' ? childOf(node, 'type') : node);
  const fallback = node.kind === 'map' ? childOf(node, 'default') : undefined;
  const required = node.kind === 'map' ? childOf(node, 'required') : undefined;
  const description = node.kind === 'map' ? childOf(node, 'description') : undefined;
  const value = fallback === undefined ? null : plainValue(fallback);
  const mistake = value === null ? undefined : typeMistake(type, value);
  if (fallback !== undefined && mistake !== undefined) {
    report.error('value.type', fallback, mistake, { hint: `The input’s type is \`${type}\`.` });
  }
  return {
    name,
    type,
    required: required?.kind === 'scalar' && required.value === true,
    default: value,
    description: description?.kind === 'scalar' ? description.text : '',
  };
}

function typeOf(node: YamlNode | undefined): InputType {
  const text = node?.kind === 'scalar' ? node.text : '';
  return INPUT_TYPES.find((type) => type === text) ?? 'any';
}
