import type { Reach } from '../../../core/program.ts';

/** The members of a value that `reach` names; lists and scalars whole. */
export function project(value: unknown, reach: Reach): unknown {
  if (reach === true || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  const part: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(reach)) {
    if (!Object.hasOwn(value, name)) continue;
    const below = (reach as Readonly<Record<string, Reach>>)[name] as Reach;
    part[name] = project((value as Record<string, unknown>)[name], below);
  }
  return part;
}
