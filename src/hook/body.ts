import { fillValue, type Template } from './template.ts';

/** A value with places to fill, as deep as they stand. */
export type BodyTemplate =
  | { readonly template: Template }
  | { readonly list: readonly BodyTemplate[] }
  | { readonly map: readonly (readonly [name: string, value: BodyTemplate])[] }
  | { readonly value: number | boolean | null };

/** Members of objects that are missing stay away; items of lists become null, as JSON has it. */
export function fillBody(body: BodyTemplate, scope: Readonly<Record<string, unknown>>): unknown {
  if ('template' in body) return fillValue(body.template, scope);
  if ('list' in body) return body.list.map((item) => fillBody(item, scope));
  if ('value' in body) return body.value;
  return Object.fromEntries(body.map.map(([name, item]) => [name, fillBody(item, scope)]));
}
