/** Checks a value against the part of JSON Schema draft 7 that the automation's schema uses. */
export function fits(value: unknown, schema: unknown, root: unknown): boolean {
  const rules = schema as Readonly<Record<string, unknown>>;
  return Object.entries(rules).every(([keyword, rule]) => {
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`Expected a keyword that is checked, got ${keyword}`);
    return check(value, rule as never, { rules, root });
  });
}

interface Place {
  readonly rules: Readonly<Record<string, unknown>>;
  readonly root: unknown;
}
type Check = (value: unknown, rule: never, place: Place) => boolean;

const ignored: Check = () => true;
const CHECKS: Readonly<Record<string, Check>> = {
  $schema: ignored,
  title: ignored,
  description: ignored,
  definitions: ignored,
  $ref: (value, rule: string, { root }) => {
    const name = rule.replace('#/definitions/', '');
    return fits(value, (root as { definitions: Record<string, unknown> }).definitions[name], root);
  },
  type: (value, rule: string | string[]) => [rule].flat().some((type) => isOfType(value, type)),
  enum: (value, rule: unknown[]) => rule.includes(value),
  pattern: (value, rule: string) => typeof value !== 'string' || new RegExp(rule).test(value),
  maxLength: (value, rule: number) => typeof value !== 'string' || value.length <= rule,
  minimum: (value, rule: number) => typeof value !== 'number' || value >= rule,
  maximum: (value, rule: number) => typeof value !== 'number' || value <= rule,
  anyOf: (value, rule: unknown[], { root }) => rule.some((option) => fits(value, option, root)),
  not: (value, rule, { root }) => !fits(value, rule, root),
  required: (value, rule: string[]) => !isObject(value) || rule.every((key) => key in value),
  properties: (value, rule: Record<string, unknown>, { root }) =>
    !isObject(value) ||
    Object.entries(rule).every(([key, below]) => !(key in value) || fits(value[key], below, root)),
  dependencies: (value, rule: Record<string, unknown>, { root }) =>
    !isObject(value) ||
    Object.entries(rule).every(([key, below]) => !(key in value) || fits(value, below, root)),
  additionalProperties: (value, rule, { rules, root }) =>
    !isObject(value) ||
    Object.keys(value).every(
      (key) =>
        key in ((rules.properties ?? {}) as object) ||
        (rule !== false && fits(value[key], rule, root)),
    ),
  propertyNames: (value, rule, { root }) =>
    !isObject(value) || Object.keys(value).every((key) => fits(key, rule, root)),
  minProperties: (value, rule: number) => !isObject(value) || Object.keys(value).length >= rule,
  items: (value, rule, { root }) =>
    !Array.isArray(value) || value.every((item) => fits(item, rule, root)),
  maxItems: (value, rule: number) => !Array.isArray(value) || value.length <= rule,
  minItems: (value, rule: number) => !Array.isArray(value) || value.length >= rule,
};

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
