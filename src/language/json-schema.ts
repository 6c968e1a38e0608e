import { AUTOMATION } from './table/automation.ts';
import { VARIABLE_PATTERN } from './table/names.ts';
import type { KeySpec, Shape, StepSpec } from './table/shape.ts';
import { keysOf, STEPS } from './table/steps.ts';

type Schema = Readonly<Record<string, unknown>>;

const VARIABLE = VARIABLE_PATTERN.slice(1, -1);
/** One expression and nothing beside it but white space. */
const EXPRESSION: Schema = { type: 'string', pattern: '^\\s*\\$\\{\\{[\\s\\S]*\\}\\}\\s*$' };
/** A text with an expression in it. */
const COMPUTED: Schema = { type: 'string', pattern: '\\$\\{\\{' };
const SCALAR: Schema = { type: ['string', 'number', 'boolean'] };

/**
 * The JSON Schema of automations, for editors. Draft 7, which YAML extensions know best. It says less
 * than the compiler checks: names and what is inside expressions are beyond a schema.
 */
export function automationSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Hookwright automation',
    ...schemaOf(AUTOMATION),
    definitions: {
      steps: { type: 'array', items: { $ref: '#/definitions/step' } },
      step: {
        type: 'object',
        description: 'One step.',
        anyOf: STEPS.map((step) => ({ $ref: `#/definitions/${step.keyword}` })),
      },
      ...Object.fromEntries(STEPS.map((step) => [step.keyword, stepSchema(step)])),
    },
  };
}

function stepSchema(step: StepSpec): Schema {
  return {
    title: step.keyword,
    description: step.summary,
    ...objectSchema(keysOf(step)),
    ...(step.keyword === 'try'
      ? { anyOf: [{ required: ['catch'] }, { required: ['finally'] }] }
      : {}),
  };
}

function objectSchema(keys: readonly KeySpec[]): Schema {
  const required = keys
    .filter((key) => key.required && key.beside === undefined)
    .map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      keys.map(({ name, shape, doc }) => [name, { ...schemaOf(shape), description: doc }]),
    ),
    ...(required.length > 0 ? { required } : {}),
    ...dependencies(keys),
    additionalProperties: false,
  };
}

/** Which keys may stand beside certain others alone, and which those need. */
function dependencies(keys: readonly KeySpec[]): Schema {
  const found: Record<string, Schema> = {};
  for (const { name, beside, required } of keys) {
    if (beside === undefined) continue;
    found[name] = { anyOf: beside.map((other) => ({ required: [other] })) };
    if (required) for (const other of beside) found[other] = { required: [name] };
  }
  return Object.keys(found).length === 0 ? {} : { dependencies: found };
}

function schemaOf(shape: Shape): Schema {
  switch (shape.is) {
    case 'value':
    case 'literal':
      return {};
    case 'name':
      return {
        type: 'string',
        pattern: shape.pattern,
        ...(shape.max === undefined ? {} : { maxLength: shape.max }),
      };
    case 'label':
    case 'text':
      return SCALAR;
    case 'condition':
      return { anyOf: [{ type: 'boolean' }, EXPRESSION] };
    case 'iterable':
      return { anyOf: [EXPRESSION, { type: 'array' }] };
    case 'integer': {
      const whole = { type: 'integer', minimum: shape.least, maximum: shape.most };
      return shape.expression ? { anyOf: [whole, EXPRESSION] } : whole;
    }
    case 'number':
      return { anyOf: [{ type: 'number' }, EXPRESSION] };
    case 'boolean':
      return { type: 'boolean' };
    case 'duration': {
      const amount = { type: 'string', pattern: '^\\s*\\d+(\\.\\d+)?\\s*(ms|s|m|h|d)\\s*$' };
      return shape.expression ? { anyOf: [amount, COMPUTED] } : amount;
    }
    case 'size':
      return { type: 'string', pattern: '^\\s*\\d+(\\.\\d+)?\\s*([kKmMgG]?[bB])\\s*$' };
    case 'choice':
      return shape.expression ? { anyOf: [{ enum: shape.of }, COMPUTED] } : { enum: shape.of };
    case 'javascript':
      return { type: 'string' };
    case 'loop-names':
      return { type: 'string', pattern: `^\\s*${VARIABLE}\\s*(,\\s*${VARIABLE}\\s*)?$` };
    case 'variable':
      return { type: 'string', pattern: VARIABLE_PATTERN };
    case 'variables':
      return { type: 'object', minProperties: 1, propertyNames: { pattern: `^${VARIABLE}` } };
    case 'nothing':
      return { type: 'null' };
    default:
      return collectionSchema(shape);
  }
}

function collectionSchema(
  shape: Extract<Shape, { is: 'steps' | 'list' | 'dictionary' | 'map' | 'either' }>,
): Schema {
  switch (shape.is) {
    case 'steps':
      return { $ref: '#/definitions/steps' };
    case 'list':
      return {
        type: 'array',
        items: schemaOf(shape.of),
        ...(shape.least === undefined ? {} : { minItems: shape.least }),
        ...(shape.most === undefined ? {} : { maxItems: shape.most }),
      };
    case 'dictionary':
      return {
        type: 'object',
        propertyNames: { pattern: shape.key.pattern },
        additionalProperties: schemaOf(shape.of),
      };
    case 'map': {
      // Not more than one of them: no two may be there together.
      const names = (shape.oneOf ?? []).filter((name) =>
        shape.keys.some((key) => key.name === name),
      );
      const pairs = names.flatMap((a, index) =>
        names.slice(index + 1).map((b) => ({ required: [a, b] })),
      );
      return {
        ...objectSchema(shape.keys),
        ...(shape.needsOne ? { anyOf: names.map((name) => ({ required: [name] })) } : {}),
        ...(pairs.length > 0 ? { not: { anyOf: pairs } } : {}),
      };
    }
    case 'either':
      return { anyOf: shape.of.map(schemaOf) };
  }
}
