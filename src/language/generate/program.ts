import { digest } from '../../core/ids.ts';
import { CERB_NAMESPACE, LIBRARY_NAMES } from '../../core/library.ts';
import type { Program, RunLimits } from '../../core/program.ts';
import { reachOf } from '../expression/reach.ts';
import type { Unit } from './unit.ts';

const PARAMETERS = '($, request, webhook, event, inputs) => ';

/** The program of an automation whose steps have been written. */
export function automationProgram(unit: Unit, limits: RunLimits): Program {
  const { source, lines } = unit.out.source();
  const names = unit.scope.names;
  const head = [`${unit.hasAwait ? 'async ' : ''}${PARAMETERS}{`];
  if (unit.secretUses.length > 0) head.push('const secrets = $.secrets;');
  if (names.length > 0) head.push(`let ${names.join(', ')};`);
  const [before, after] = unit.trace.around(names);
  return seal(unit, limits, `${head.join('\n')}${before}\n${source}\n${after}}`, [
    ...head.map(() => 0),
    ...lines,
    0,
  ]);
}

/** The program of a condition whose expression has been written: its value as `true` or `false`. */
export function conditionProgram(unit: Unit, limits: RunLimits): Program {
  const { source, lines } = unit.out.source();
  return seal(unit, limits, `${PARAMETERS}Boolean(\n${source}\n)`, [0, ...lines, 0]);
}

function seal(unit: Unit, limits: RunLimits, source: string, lines: readonly number[]): Program {
  const { analyses, carried, places } = unit;
  const named = new Set(analyses.flatMap(({ names }) => names.map(({ name }) => name)));
  const library = [...named].filter((name) => LIBRARY_NAMES.has(name)).sort();
  const read = reachOf('request', analyses) ?? {};
  const carriesJson =
    carried.length > 0 && !unit.isTracing && read !== true && !Object.hasOwn(read, 'json');
  const content = {
    source,
    reach: reachOf('request', [...analyses, ...carried]) ?? {},
    ...(carriesJson ? { carriesJson } : {}),
    ...(unit.hasBlock || named.has(CERB_NAMESPACE) ? {} : { shallow: true as const }),
    steps: places,
    lines,
    limits,
    library,
  };
  return { id: digest(canonical(content)), ...content };
}

/** JSON with sorted keys, so that the digest depends on content alone. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
